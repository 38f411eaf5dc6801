"""Verdicts of runs of fixed length."""

from __future__ import annotations

import pytest

from loadtests.verdict import State, fixed_length
from slo.objective import Objective

FIVE_NINES = Objective.parse("99.999")
SURE = Objective.parse("95")


@pytest.mark.parametrize(
    ("requests", "failures", "state", "needed"),
    [
        pytest.param(400_000, 0, State.PROVEN, 0, id="enough without a failure"),
        pytest.param(299_572, 0, State.PROVEN, 0, id="just enough without a failure"),
        pytest.param(299_571, 0, State.UNDECIDED, 1, id="one request too few"),
        pytest.param(300_000, 3, State.UNDECIDED, 475_364, id="exactly at the target says nothing"),
        pytest.param(300_000, 6, State.UNDECIDED, 884_237, id="one failure too few to refute"),
        pytest.param(300_000, 7, State.REFUTED, None, id="seven of three hundred thousand"),
        pytest.param(1_000_000, 15, State.UNDECIDED, None, id="fifteen of a million"),
        pytest.param(1_000_000, 16, State.REFUTED, None, id="sixteen of a million"),
        pytest.param(50_000, 0, State.UNDECIDED, 249_572, id="a clean short run"),
        pytest.param(0, 0, State.UNDECIDED, 299_572, id="nothing was asked"),
        pytest.param(1, 1, State.REFUTED, None, id="the only one failed"),
    ],
)
def test_verdicts(requests: int, failures: int, state: State, needed: int | None) -> None:
    verdict = fixed_length(requests, failures, FIVE_NINES, SURE)
    assert verdict.state is state
    if needed is not None:
        assert verdict.requests_needed == needed


def test_bounds_are_cut_off_and_never_rounded_up() -> None:
    found = fixed_length(400_000, 0, FIVE_NINES, SURE).as_json()
    assert found == {
        "verdict": "proven",
        "requests": 400_000,
        "failures": 0,
        "target": "99.999",
        "confidence": "95",
        "lower_bound": "99.999251069736",
        "upper_bound": "100",
        "requests_needed": 0,
    }


def test_nothing_prints_a_hundred_with_a_failure() -> None:
    assert fixed_length(10**15, 1, FIVE_NINES, SURE).upper_bound == "99.999999999999"


def test_exit_codes_tell_the_states_apart() -> None:
    assert [state.exit_code for state in State] == [0, 1, 3, 4]
