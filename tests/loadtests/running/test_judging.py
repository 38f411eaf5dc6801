"""The live verdict on counts as they come in, a look every thousand requests."""

from __future__ import annotations

import pytest

from loadtests.borrowers.journey import Kind
from loadtests.running.judging import Claims, Judge, LatencyObjective, Scope
from loadtests.running.tally import StepTally, Tally
from loadtests.verdict import State
from slo.objective import Objective

FIVE_NINES = Claims(Objective.parse("99.999"), Objective.parse("95"))


def judged(requests: int, fails_every: int | None, claims: Claims = FIVE_NINES, slow: int = 0) -> Judge:
    """A service of which every so-manieth request fails."""
    judge, tally = Judge(claims), Tally(1_000_000, claims.limits_us)
    step = tally.steps["weilidai", "apply"] = StepTally()
    for seen in range(1000, requests + 1, 1000):
        step.by_kind[Kind.ERROR] = seen // fails_every if fails_every else 0
        step.by_kind[Kind.OK] = seen - step.by_kind[Kind.ERROR]
        tally.slow = dict.fromkeys(claims.limits_us, seen * slow // 1000)
        judge.look(tally, seen // 1000)
    return judge


@pytest.mark.parametrize(
    ("requests", "fails_every", "state"),
    [
        (50_000, None, State.UNDECIDED),
        (320_000, None, State.UNDECIDED),
        (321_000, None, State.PROVEN),  # 320,618 clean requests are needed
        (300_000, 20_000, State.REFUTED),  # a failure share of 5e-5
        (3_000, 3_000, State.UNDECIDED),  # one failure refutes nothing
    ],
)
def test_five_nines_are_decided_as_soon_as_the_counts_decide_them(
    requests: int, fails_every: int | None, state: State
) -> None:
    judge = judged(requests, fails_every)
    assert judge.overall() is state
    assert {judge.decided(scope) for scope in judge.decisions} == {state}


def test_a_decision_stands_and_keeps_the_counts_that_made_it() -> None:
    decision = judged(400_000, None).decisions[Scope()]
    assert (decision.state, decision.requests, decision.second) == (State.PROVEN, 321_000, 321)


def test_a_latency_objective_that_is_refuted_refutes_the_run() -> None:
    claims = Claims(FIVE_NINES.availability, FIVE_NINES.confidence, (LatencyObjective(Objective.parse("99"), 300_000),))
    assert judged(400_000, None, claims, slow=1).overall() is State.PROVEN
    judge = judged(400_000, None, claims, slow=30)
    assert (judge.overall(), judge.decided(Scope())) == (State.REFUTED, State.PROVEN)
