"""Downtime in seconds: overlaps count once, maintenance not at all."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.downtime import covered_seconds, downtime_seconds, impact_weighted, time_availability, union
from slo.windows import DAY_S, Window

MONTH = Window(0, 30 * DAY_S)
WINDOWS = st.lists(st.builds(Window, st.integers(-5, 60), st.integers(-5, 60)), max_size=8)
PERIODS = st.builds(lambda start, length: Window(start, start + length), st.integers(0, 30), st.integers(0, 40))


def seconds_of(windows: list[Window]) -> set[int]:
    """Every second that a window holds, one by one."""
    return {second for window in windows for second in range(window.from_s, window.to_s)}


def test_overlapping_and_touching_windows_are_joined() -> None:
    windows = [Window(50, 60), Window(0, 10), Window(5, 20), Window(20, 30), Window(2, 3), Window(40, 40)]
    assert union(windows) == (Window(0, 30), Window(50, 60))


def test_two_incidents_at_once_are_one_downtime() -> None:
    assert downtime_seconds(MONTH, [Window(100, 120), Window(110, 126)]) == 26


@pytest.mark.parametrize(("down_s", "met"), [(25, True), (26, False)])
def test_26_seconds_of_outage_are_more_than_five_nines_allow_in_30_days(down_s: int, met: bool) -> None:
    availability = time_availability(MONTH, [Window(1000, 1000 + down_s)])
    assert availability is not None
    assert (availability >= Fraction(99999, 100000)) is met


def test_maintenance_leaves_numerator_and_denominator_and_an_overrun_counts() -> None:
    """100 s judged of 200 s; down for 110 s of which 100 s were announced."""
    assert time_availability(Window(0, 200), [Window(50, 160)], [Window(50, 150)]) == Fraction(9, 10)


def test_downtime_outside_of_the_period_does_not_count() -> None:
    assert covered_seconds([Window(-10, 5), Window(95, 200)], Window(0, 100)) == 10


@pytest.mark.parametrize("excluded", [[Window(0, 100)], [Window(-5, 50), Window(50, 105)]])
def test_a_period_wholly_excluded_has_no_availability(excluded: list[Window]) -> None:
    assert time_availability(Window(0, 100), [Window(10, 20)], excluded) is None


def test_an_empty_period_has_no_availability() -> None:
    assert time_availability(Window(5, 5), []) is None
    assert impact_weighted(Window(5, 5), []) is None


def test_one_of_six_data_centers_down_weighs_a_sixth() -> None:
    assert impact_weighted(Window(0, 600), [(60, Fraction(1, 6)), (10, Fraction(1))]) == Fraction(29, 30)


@given(down=WINDOWS, excluded=WINDOWS, period=PERIODS)
def test_downtime_agrees_with_counting_second_by_second(
    down: list[Window], excluded: list[Window], period: Window
) -> None:
    judged = seconds_of([period]) - seconds_of(excluded)
    lost = judged & seconds_of(down)
    assert downtime_seconds(period, down, excluded) == len(lost)
    expected = 1 - Fraction(len(lost), len(judged)) if judged else None
    assert time_availability(period, down, excluded) == expected


@given(WINDOWS)
def test_a_union_covers_the_same_seconds_in_order_and_apart(windows: list[Window]) -> None:
    joined = union(windows)
    assert seconds_of(list(joined)) == seconds_of(windows)
    assert all(one.to_s < other.from_s for one, other in pairwise(joined))
