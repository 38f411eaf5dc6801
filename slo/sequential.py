"""A verdict that may be looked at after every request: an e-process, by Ville's inequality whatever the looks.

``E(n, k) = sum over j of w_j (q_j / p0)^k ((1 - q_j) / (1 - p0))^(n - k)``: a mixture of likelihood ratios of failure
shares q_j against p0. With all q_j below p0 it is a supermartingale for every true share of at least p0, so that the
chance of it ever reaching 1 / alpha is at most alpha; with all q_j above p0 the same holds for every share of at most
p0.

Sources: Ville, Etude critique de la notion de collectif, 1939; Howard, Ramdas, McAuliffe, Sekhon, Annals of Statistics
49(2), 2021. Logarithms are floats: they decide only against a threshold, and no count passes through them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slo.objective import Objective


class Weighted(NamedTuple):
    """One alternative: a failure share as a multiple of p0, and its weight."""

    times: Fraction
    weight: Fraction


BETTER = tuple(
    Weighted(Fraction(times), Fraction(weight))
    for times, weight in (
        ("0", "0.40"),
        ("0.03", "0.25"),
        ("0.1", "0.15"),
        ("0.2", "0.10"),
        ("0.4", "0.06"),
        ("0.65", "0.04"),
    )
)
"""Services that keep the objective: most weight on those that never fail."""

WORSE = tuple(
    Weighted(Fraction(times), Fraction(weight))
    for times, weight in (
        ("1.5", "0.10"),
        ("2", "0.15"),
        ("3", "0.20"),
        ("6", "0.20"),
        ("15", "0.15"),
        ("50", "0.10"),
        ("300", "0.06"),
        ("3000", "0.04"),
    )
)
"""Services that break it, from barely to a thousandfold."""

LEAST_FAILURES = 2
"""One failure never refutes, however early it came."""


class _Term(NamedTuple):
    """Logarithms of weight, of what a failure multiplies by, and of what a success multiplies by."""

    weight: float
    failure: float
    success: float


@dataclass(frozen=True, slots=True)
class SequentialTest:
    """The test of one objective at one confidence. Make it with ``of``."""

    threshold: float
    better: tuple[_Term, ...]
    worse: tuple[_Term, ...]

    @classmethod
    def of(cls, objective: Objective, confidence: Fraction) -> SequentialTest:
        """For "at most 1 - target of the requests fail", wrong in at most 1 - confidence of all runs on either side."""
        limit = 1 - objective.target
        return cls(-math.log(1 - confidence), _terms(BETTER, limit), _terms(WORSE, limit))

    def evidence_for(self, requests: int, failures: int) -> float:
        """ln E against every service that breaks the objective."""
        return _mixture(self.better, requests, failures)

    def evidence_against(self, requests: int, failures: int) -> float:
        """ln E against every service that keeps the objective."""
        return _mixture(self.worse, requests, failures)

    def proves(self, requests: int, failures: int) -> bool:
        """Whether the objective is proven, at this look."""
        return self.evidence_for(requests, failures) >= self.threshold

    def refutes(self, requests: int, failures: int) -> bool:
        """Whether the objective is refuted, at this look."""
        return failures >= LEAST_FAILURES and self.evidence_against(requests, failures) >= self.threshold

    def requests_to_prove(self, failures: int) -> int:
        """The least number of requests that proves the objective with so many failures."""
        least, most = failures, failures + 1
        while not self.proves(most, failures):
            least, most = most, 2 * most
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (least, middle) if self.proves(middle, failures) else (middle, most)
        return most

    def requests_to_refute(self, failures: int) -> int:
        """The greatest number of requests in which so many failures refute the objective; 0 when none does."""
        if not self.refutes(failures, failures):
            return 0
        least, most = failures, 2 * failures
        while self.refutes(most, failures):
            least, most = most, 2 * most
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (middle, most) if self.refutes(middle, failures) else (least, middle)
        return least


def _terms(alternatives: tuple[Weighted, ...], limit: Fraction) -> tuple[_Term, ...]:
    """Alternatives that are shares at all (a tenth cannot fail a thousandfold), their weights made whole again."""
    possible = [each for each in alternatives if each.times * limit < 1]
    whole = sum((each.weight for each in possible), Fraction(0))
    return tuple(_term(each.times * limit, each.weight / whole, limit) for each in possible)


def _term(share: Fraction, weight: Fraction, limit: Fraction) -> _Term:
    failure = math.log(share / limit) if share else -math.inf
    return _Term(math.log(weight), failure, math.log1p(-float(share)) - math.log1p(-float(limit)))


def _mixture(terms: tuple[_Term, ...], requests: int, failures: int) -> float:
    """Logarithm of the sum of all terms, taken beside the greatest so that nothing overflows."""
    logs = [
        weight + successful * (requests - failures) + (failed * failures if failures else 0.0)
        for weight, failed, successful in terms
    ]
    greatest = max(logs)
    return greatest + math.log(sum(math.exp(each - greatest) for each in logs)) if greatest > -math.inf else greatest
