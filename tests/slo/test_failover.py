"""When the traffic of a data center went elsewhere: told from minutes, whatever the bank as a whole does."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from slo.failover import SHIPPED, failovers

CENTERS = ("dc1", "dc2", "dc3")
T0_S = 1_795_000_020


def minutes(*parts: tuple[int, Mapping[str, int]]) -> list[tuple[int, Mapping[str, int]]]:
    """So many minutes of each, on end."""
    every = [counts for number, counts in parts for _ in range(number)]
    return [(T0_S + 60 * place, counts) for place, counts in enumerate(every)]


EVEN = {"dc1": 600, "dc2": 600, "dc3": 600}


def test_traffic_that_went_to_the_others_is_a_failover_with_begin_end_and_sizes() -> None:
    found = failovers(minutes((20, EVEN), (4, {"dc1": 0, "dc2": 900, "dc3": 900}), (3, EVEN)), CENTERS)
    assert [(each.data_center, each.from_s, each.to_s) for each in found] == [("dc1", T0_S + 1200, T0_S + 1440)]
    assert (found[0].lost, found[0].gained, found[0].taken_share) == (2400, 2400, 1)
    assert (found[0].usual_share, found[0].lowest_share) == (Fraction(1, 3), 0)


def test_what_nobody_took_over_is_lost() -> None:
    found = failovers(minutes((20, EVEN), (2, {"dc2": 600, "dc3": 600}), (1, EVEN)), CENTERS)
    assert [(each.data_center, each.lost, each.gained) for each in found] == [("dc1", 1200, 0)]


def test_a_quiet_night_or_an_outage_of_all_is_no_failover() -> None:
    """Shares do not change when everybody has less."""
    assert failovers(minutes((20, EVEN), (30, {"dc1": 6, "dc2": 6, "dc3": 6}), (5, {}), (5, EVEN)), CENTERS) == []


def test_half_of_the_usual_share_is_not_below_half() -> None:
    """The usual share is a third; a sixth of the minute is exactly half of it."""
    assert failovers(minutes((20, EVEN), (5, {"dc1": 300, "dc2": 750, "dc3": 750})), CENTERS) == []
    below = failovers(minutes((20, EVEN), (5, {"dc1": 299, "dc2": 750, "dc3": 751})), CENTERS)
    assert [(each.data_center, each.to_s) for each in below] == [("dc1", None)]


def test_back_means_three_quarters_of_what_was_usual() -> None:
    """Half of the way back is not back."""
    half = {"dc1": 400, "dc2": 700, "dc3": 700}
    found = failovers(minutes((20, EVEN), (2, {"dc2": 900, "dc3": 900}), (3, half), (1, EVEN)), CENTERS)
    assert [(each.from_s, each.to_s) for each in found] == [(T0_S + 1200, T0_S + 1500)]


def test_too_little_to_compare_with_says_nothing() -> None:
    gone = {"dc2": 900, "dc3": 900}
    assert failovers(minutes((SHIPPED.least_minutes - 1, EVEN), (1, gone)), CENTERS) == []
    small = {"dc1": 59, "dc2": 900, "dc3": 900}
    assert failovers(minutes((20, small), (3, gone)), CENTERS) == []


@given(some.lists(some.tuples(*[some.integers(0, 2000)] * 3), max_size=60))
def test_whatever_the_counts_are_falls_do_not_overlap_and_gains_are_within_losses(
    rows: list[tuple[int, int, int]],
) -> None:
    found = failovers(minutes(*((1, dict(zip(CENTERS, row, strict=True))) for row in rows)), CENTERS)
    assert all(0 <= each.gained <= each.lost for each in found)
    for center in CENTERS:
        own = [each for each in found if each.data_center == center]
        assert all(one.to_s is not None and one.to_s <= other.from_s for one, other in pairwise(own))


@pytest.mark.parametrize("empty", [[], [(T0_S, {})]])
def test_nothing_is_found_in_nothing(empty: list[tuple[int, Mapping[str, int]]]) -> None:
    assert failovers(empty, CENTERS) == []
