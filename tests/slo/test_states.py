"""States of services, wholes and slices: unknown is a state of its own."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from slo.counts import Counts
from slo.objective import Objective
from slo.states import (
    ServiceState,
    SliceState,
    StatePolicy,
    combined,
    completeness,
    service_state,
    slice_state,
)

FIVE_NINES = Objective.parse("99.999")
POLICY = StatePolicy()
FINE = Counts(good=10_000)
NOTHING = Counts()
HALF_BAD = Counts(good=5, bad=5)
OK, DEGRADED, DOWN = ServiceState.OK, ServiceState.DEGRADED, ServiceState.DOWN
MAINTENANCE, NO_TRAFFIC, UNKNOWN = ServiceState.MAINTENANCE, ServiceState.NO_TRAFFIC, ServiceState.UNKNOWN


def state(
    short: Counts, long: Counts, *, observed: bool = True, excluded: bool = False, policy: StatePolicy = POLICY
) -> ServiceState:
    """State at five nines."""
    return service_state(
        observed=observed, excluded=excluded, short=short, long=long, objective=FIVE_NINES, policy=policy
    )


def test_maintenance_comes_before_everything() -> None:
    assert state(HALF_BAD, HALF_BAD, observed=False, excluded=True) is MAINTENANCE


def test_what_is_not_observed_is_unknown_whatever_was_counted_before() -> None:
    assert {state(short, short, observed=False) for short in (FINE, HALF_BAD, NOTHING)} == {UNKNOWN}


@pytest.mark.parametrize(
    ("short", "found"),
    [
        (Counts(good=5, bad=5), DOWN),
        (Counts(good=0, bad=5), DOWN),
        (Counts(good=6, bad=5), DEGRADED),
        (Counts(good=0, bad=4), OK),
        (Counts(good=10**6, bad=10**6), DOWN),
    ],
    ids=["half of ten", "all of five", "less than half", "too few to tell", "half of many"],
)
def test_down_needs_enough_bad_events_and_a_large_share(short: Counts, found: ServiceState) -> None:
    assert state(short, short + Counts(good=100)) is found


@pytest.mark.parametrize(
    ("long", "found"),
    [
        (Counts(good=99_136, bad=864), DEGRADED),
        (Counts(good=99_137, bad=863), OK),
        (Counts(good=0, bad=4), OK),
        (Counts(good=495, bad=5), DEGRADED),
        (Counts(good=10_000), OK),
    ],
    ids=["burns at 864", "burns at 863", "too few to tell", "just enough", "faultless"],
)
def test_degraded_needs_enough_bad_events_and_a_high_burn_rate(long: Counts, found: ServiceState) -> None:
    assert state(NOTHING, long) is found


def test_without_events_in_the_long_window_there_is_no_traffic() -> None:
    assert state(NOTHING, Counts(ignored=3)) is NO_TRAFFIC


def test_a_quiet_moment_after_traffic_is_ok() -> None:
    assert state(NOTHING, FINE) is OK


def test_a_policy_without_floors_still_calls_silence_no_traffic() -> None:
    """0 bad of 0 events reaches no share and burns nothing."""
    policy = StatePolicy(down_events=0, degraded_events=0, down_share=Fraction(0), degraded_burn=Fraction(0))
    assert state(NOTHING, NOTHING, policy=policy) is NO_TRAFFIC


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], UNKNOWN),
        ([NO_TRAFFIC, NO_TRAFFIC], NO_TRAFFIC),
        ([MAINTENANCE, MAINTENANCE], MAINTENANCE),
        ([MAINTENANCE, NO_TRAFFIC], MAINTENANCE),
        ([OK, MAINTENANCE, NO_TRAFFIC], OK),
        ([UNKNOWN, MAINTENANCE], UNKNOWN),
        ([UNKNOWN, UNKNOWN], UNKNOWN),
        ([DOWN, DOWN], DOWN),
        ([DOWN, UNKNOWN], DOWN),
        ([DOWN, NO_TRAFFIC], DOWN),
        ([DOWN, OK], DEGRADED),
        ([DOWN, DEGRADED], DEGRADED),
        ([OK, UNKNOWN], DEGRADED),
        ([OK, DEGRADED], DEGRADED),
        ([DEGRADED], DEGRADED),
        ([OK, OK], OK),
    ],
)
def test_a_whole_is_what_its_parts_say(parts: list[ServiceState], whole: ServiceState) -> None:
    assert combined(parts) is whole
    assert combined(reversed(parts)) is whole


def test_a_whole_is_ok_only_on_positive_good_data() -> None:
    """Over every mix of up to four parts: ok needs an ok part, and no part that is worse or unknown."""
    for size in range(5):
        for parts in combinations_with_replacement(ServiceState, size):
            fine = OK in parts and not {DOWN, DEGRADED, UNKNOWN} & set(parts)
            assert (combined(parts) is OK) == fine


@pytest.mark.parametrize(
    ("observed", "excluded", "probe_valid", "counts", "found"),
    [
        (False, True, False, HALF_BAD, SliceState.EXCLUDED),
        (False, False, False, HALF_BAD, SliceState.MISSING),
        (True, False, False, HALF_BAD, SliceState.INVALID_PROBE),
        (True, False, True, Counts(ignored=3), SliceState.NO_TRAFFIC),
        (True, False, True, HALF_BAD, SliceState.BAD),
        (True, False, True, Counts(good=6, bad=5), SliceState.GOOD),
    ],
)
def test_a_slice_is_judged_by_the_first_rule_that_fits(
    observed: bool, excluded: bool, probe_valid: bool, counts: Counts, found: SliceState
) -> None:
    judged = slice_state(
        observed=observed, excluded=excluded, probe_valid=probe_valid, counts=counts, bad_share=Fraction(1, 2)
    )
    assert judged is found


@pytest.mark.parametrize(
    ("observed", "expected", "share"),
    [(59, 60, Fraction(59, 60)), (60, 60, Fraction(1)), (61, 60, Fraction(1)), (0, 60, Fraction(0)), (0, 0, None)],
)
def test_completeness_is_observed_over_expected_and_at_most_all(
    observed: int, expected: int, share: Fraction | None
) -> None:
    assert completeness(observed, expected) == share
