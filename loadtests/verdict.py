"""Is an objective proven by so many requests with so many failures? For runs whose length was fixed beforehand: exact
binomial, one-sided, one look (definitions.md section 9). While a run goes on, ask ``slo.sequential`` instead.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from slo.binomial import at_least, at_most, lower_bound, requests_to_prove, upper_bound
from slo.objective import Objective

DECIMALS = 12
"""Of a percentage; cut off, never rounded."""


class State(enum.Enum):
    """What a load run says of an objective."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    INVALID = "invalid"

    @property
    def exit_code(self) -> int:
        """What a command ends with."""
        return {State.PROVEN: 0, State.REFUTED: 1, State.UNDECIDED: 3, State.INVALID: 4}[self]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``lower_bound`` and ``upper_bound``: one-sided bounds of the availability, in per cent, at the confidence.

    ``requests_needed``: how many more, all of them good, would prove the objective; 0 when it is proven.
    """

    state: State
    requests: int
    failures: int
    objective: Objective
    confidence: Objective
    lower_bound: str
    upper_bound: str
    requests_needed: int

    def as_json(self) -> dict[str, object]:
        """The fields that scripts rely on."""
        return {
            "verdict": self.state.value,
            "requests": self.requests,
            "failures": self.failures,
            "target": self.objective.text,
            "confidence": self.confidence.text,
            "lower_bound": self.lower_bound,
            "upper_bound": self.upper_bound,
            "requests_needed": self.requests_needed,
        }


def fixed_length(requests: int, failures: int, objective: Objective, confidence: Objective) -> Verdict:
    """The verdict of a run that was planned to be so long. ``0 <= failures <= requests``, both percentages above 0."""
    sure = confidence.target
    needed = requests_to_prove(failures, 1 - objective.target, sure)
    return Verdict(
        state=_state(requests, failures, 1 - objective.target, 1 - sure),
        requests=requests,
        failures=failures,
        objective=objective,
        confidence=confidence,
        lower_bound=_availability(upper_bound(failures, requests, sure)),
        upper_bound=_availability(lower_bound(failures, requests, sure)),
        requests_needed=max(0, needed - requests),
    )


def _state(requests: int, failures: int, limit: Fraction, alpha: Fraction) -> State:
    doubt = Fraction(at_most(failures, requests, limit))
    if doubt <= alpha:
        return State.PROVEN
    return State.REFUTED if Fraction(at_least(failures, requests, limit)) <= alpha else State.UNDECIDED


def _availability(failure_share: Decimal) -> str:
    """A failure share as availability in per cent."""
    percentage = (100 * (1 - failure_share)).quantize(Decimal(1).scaleb(-DECIMALS), ROUND_DOWN)
    text = f"{percentage:f}"
    return text.rstrip("0").rstrip(".")
