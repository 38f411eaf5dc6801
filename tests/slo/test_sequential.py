"""The verdict that may be looked at after every request: its tables, and its error rates by simulation."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from fractions import Fraction

import pytest

from slo.objective import Objective
from slo.sequential import BETTER, WORSE, SequentialTest

TEST = SequentialTest.of(Objective.parse("99.999"), Fraction(95, 100))
HORIZON = 3_000_000


@dataclass(frozen=True)
class Boundaries:
    """With ``k`` failures: from ``prove[k]`` requests on proven, up to ``refute[k]`` refuted. Clean requests only speak
    for the objective, so these are the only places where a look can change the verdict."""

    prove: tuple[int, ...]
    refute: tuple[int, ...]

    @classmethod
    def of(cls, test: SequentialTest, failures: int) -> Boundaries:
        return cls(
            tuple(test.requests_to_prove(k) for k in range(failures)),
            tuple(test.requests_to_refute(k) for k in range(failures)),
        )


BOUNDARIES = Boundaries.of(TEST, 250)


def run(share: float, dice: random.Random, horizon: int) -> tuple[str, int]:
    """One run with a look after every request: how it ended, and after how many."""
    requests = failures = 0
    while True:
        gap = int(math.log(1.0 - dice.random()) / math.log1p(-share)) + 1
        proven_at = max(requests, BOUNDARIES.prove[failures])
        if proven_at < requests + gap and proven_at <= horizon:
            return "proven", proven_at
        requests, failures = requests + gap, failures + 1
        if requests > horizon:
            return "undecided", horizon
        if requests <= BOUNDARIES.refute[failures]:
            return "refuted", requests


def shares_of(share: float, runs: int, horizon: int = HORIZON) -> dict[str, float]:
    """How many of so many runs ended how."""
    dice = random.Random(20261121)
    ends = [run(share, dice, horizon)[0] for _ in range(runs)]
    return {end: ends.count(end) / runs for end in ("proven", "refuted", "undecided")}


def test_weights_are_whole_and_on_their_own_side() -> None:
    assert sum(each.weight for each in BETTER) == sum(each.weight for each in WORSE) == 1
    assert all(each.times < 1 for each in BETTER)
    assert all(each.times > 1 for each in WORSE)


def test_so_many_requests_prove_with_so_many_failures() -> None:
    found = [TEST.requests_to_prove(k) for k in (0, 1, 2, 3, 5, 10)]
    assert found == [320_618, 688_239, 942_045, 1_167_232, 1_570_673, 2_438_082]
    assert not TEST.proves(320_617, 0)
    assert TEST.proves(320_618, 0)


@pytest.mark.parametrize(("requests", "failures"), [(1_000, 2), (10_000, 3), (50_000, 4), (100_000, 6), (300_000, 10)])
def test_so_many_failures_refute_within_so_many_requests(requests: int, failures: int) -> None:
    assert TEST.refutes(requests, failures)
    assert not TEST.refutes(requests, failures - 1)
    assert TEST.requests_to_refute(failures) >= requests > TEST.requests_to_refute(failures - 1)


def test_a_single_failure_refutes_nothing_however_early() -> None:
    assert not TEST.refutes(1, 1)
    assert TEST.requests_to_refute(1) == 0


def test_at_exactly_the_target_at_most_one_run_in_twenty_errs_on_either_side() -> None:
    ends = shares_of(1e-5, 20_000)
    assert ends["proven"] <= 0.05
    assert ends["refuted"] <= 0.05


def test_a_service_ten_times_better_is_proven_within_a_million_and_a_half() -> None:
    assert shares_of(1e-6, 5_000, 1_500_000)["proven"] >= 0.99


def test_a_service_five_times_worse_is_refuted() -> None:
    assert shares_of(5e-5, 5_000)["refuted"] >= 0.99


def test_an_alternative_that_is_no_share_is_left_out() -> None:
    coarse = SequentialTest.of(Objective.parse("90"), Fraction(95, 100))
    assert len(coarse.worse) < len(WORSE)
    assert sum(math.exp(term.weight) for term in coarse.worse) == pytest.approx(1)
    assert coarse.requests_to_prove(0) > 0
    assert coarse.refutes(20, 20)


def test_with_failures_only_the_certain_alternative_drops_out() -> None:
    only_never = SequentialTest(TEST.threshold, TEST.better[:1], TEST.worse)
    assert only_never.evidence_for(10, 1) == -math.inf
    assert TEST.evidence_against(100_000, 20) > TEST.threshold
