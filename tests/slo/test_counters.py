"""Increase of one series: the decision list, row by row."""

from __future__ import annotations

import pytest

from slo.counters import Increase, IncreaseKind, Reading, accepted, increase
from slo.errors import NegativeCounter, SloError

ROWS = [
    ("a counter that grew counts the difference", Reading(1000, 5, 1), Reading(2000, 9, 1), 4, IncreaseKind.GROWTH),
    ("a counter that stood still counts nothing", Reading(1000, 5, 1), Reading(2000, 5, 1), 0, IncreaseKind.GROWTH),
    ("growth needs no births", Reading(1000, 5), Reading(2000, 9), 4, IncreaseKind.GROWTH),
    ("a lower value is a reset even without births", Reading(1000, 5), Reading(2000, 3), 3, IncreaseKind.RESET),
    ("a reset to 0 counts nothing", Reading(1000, 5), Reading(2000, 0), 0, IncreaseKind.RESET),
    ("a lower value is a reset at an equal birth", Reading(1000, 5, 1), Reading(2000, 3, 1), 3, IncreaseKind.RESET),
    ("a later birth is a reset at a lower value", Reading(1000, 5, 1), Reading(2000, 3, 1500), 3, IncreaseKind.RESET),
    ("a later birth is a reset at an equal value", Reading(1000, 5, 1), Reading(2000, 5, 1500), 5, IncreaseKind.RESET),
    ("a later birth is a reset at a higher value", Reading(1000, 5, 1), Reading(2000, 9, 1500), 9, IncreaseKind.RESET),
    ("a birth that moved back is no reset", Reading(1000, 5, 500), Reading(2000, 9, 499), 4, IncreaseKind.GROWTH),
    ("a birth that moved back at a lower value is", Reading(1000, 5, 500), Reading(2000, 3, 1), 3, IncreaseKind.RESET),
    ("a birth that appears is no reset", Reading(1000, 5), Reading(2000, 9, 1500), 4, IncreaseKind.GROWTH),
    ("a birth that disappears is no reset", Reading(1000, 5, 1), Reading(2000, 9), 4, IncreaseKind.GROWTH),
    ("an older reading is late", Reading(1000, 5, 1), Reading(999, 4, 1), 0, IncreaseKind.LATE),
    ("a late reading is no reset of another life", Reading(1000, 5, 900), Reading(999, 40, 1), 0, IncreaseKind.LATE),
    ("late comes before reset", Reading(1000, 5, 1), Reading(999, 9, 950), 0, IncreaseKind.LATE),
    ("the same instant again is a duplicate", Reading(1000, 5, 1), Reading(1000, 5, 1), 0, IncreaseKind.DUPLICATE),
    ("one instant has one value", Reading(1000, 5, 1), Reading(1000, 7, 1), 0, IncreaseKind.DUPLICATE),
    ("one instant has one life", Reading(1000, 5, 1), Reading(1000, 3, 900), 0, IncreaseKind.DUPLICATE),
]


@pytest.mark.parametrize(("previous", "current", "events", "kind"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])
def test_a_known_series_counts_by_the_first_rule_that_fits(
    previous: Reading, current: Reading, events: int, kind: IncreaseKind
) -> None:
    assert increase(previous, current, target_read_ms=1000) == Increase(events, kind)


FIRST_SIGHTS = [
    ("born after the last read of its target counts from 0", 1500, 1000, 7, IncreaseKind.BORN),
    ("born before the last read of its target is unknown", 900, 1000, 0, IncreaseKind.UNKNOWN_BIRTH),
    ("born at the last read of its target is unknown", 1000, 1000, 0, IncreaseKind.UNKNOWN_BIRTH),
    ("without a birth it is unknown", None, 1000, 0, IncreaseKind.UNKNOWN_BIRTH),
    ("of a target never read it is unknown", 1500, None, 0, IncreaseKind.UNKNOWN_BIRTH),
    ("without either it is unknown", None, None, 0, IncreaseKind.UNKNOWN_BIRTH),
]


@pytest.mark.parametrize(
    ("born_ms", "target_read_ms", "events", "kind"), [r[1:] for r in FIRST_SIGHTS], ids=[r[0] for r in FIRST_SIGHTS]
)
def test_a_series_at_first_sight(
    born_ms: int | None, target_read_ms: int | None, events: int, kind: IncreaseKind
) -> None:
    assert increase(None, Reading(2000, 7, born_ms), target_read_ms) == Increase(events, kind)


def test_a_counter_born_at_seven_reads_seven_where_extrapolation_reads_nothing() -> None:
    """The example of definitions.md section 1: PromQL increase() reads 0 here."""
    assert increase(None, Reading(2000, 7, 1500), 1000).events == 7


def test_three_real_errors_stay_three() -> None:
    """The example of definitions.md section 1: PromQL increase() reads 3.33 here."""
    assert increase(Reading(0, 10), Reading(54_000, 13), 0).events == 3


def test_increases_are_taken_per_series_before_they_are_summed() -> None:
    """One series restarts while its neighbor grows: the sum of both (20 -> 21) would have hidden nine events."""
    restarted = increase(Reading(1000, 10, 1), Reading(2000, 1, 1500), 1000)
    grown = increase(Reading(1000, 10, 1), Reading(2000, 20, 1), 1000)
    assert restarted.events + grown.events == 11


def test_a_negative_counter_is_refused_with_value_and_time() -> None:
    with pytest.raises(NegativeCounter, match="-1 at 1000 ms is negative") as refused:
        Reading(1000, -1)
    assert isinstance(refused.value, SloError)


MEMORIES = [
    ("the first reading is remembered", None, Reading(1000, 5, 1), Reading(1000, 5, 1)),
    ("a newer one replaces it", Reading(1000, 5, 1), Reading(2000, 9, 1), Reading(2000, 9, 1)),
    ("a late one does not", Reading(1000, 5, 1), Reading(999, 4, 1), Reading(1000, 5, 1)),
    ("a duplicate does not", Reading(1000, 5, 1), Reading(1000, 7, 1), Reading(1000, 5, 1)),
    ("a reset does", Reading(1000, 5, 1), Reading(2000, 3, 1500), Reading(2000, 3, 1500)),
    ("a birth that steps back while growing is not believed", Reading(1, 5, 9), Reading(2, 6, 8), Reading(2, 6, 9)),
    ("a birth that steps back with a reset is", Reading(1, 5, 9), Reading(2, 4, 8), Reading(2, 4, 8)),
    ("a birth that appears is remembered", Reading(1, 5), Reading(2, 6, 8), Reading(2, 6, 8)),
    ("a birth that disappears is forgotten", Reading(1, 5, 8), Reading(2, 6), Reading(2, 6)),
]


@pytest.mark.parametrize(("previous", "current", "remembered"), [r[1:] for r in MEMORIES], ids=[r[0] for r in MEMORIES])
def test_which_reading_is_remembered(previous: Reading | None, current: Reading, remembered: Reading) -> None:
    assert accepted(previous, current) == remembered


def test_a_birth_that_steps_back_and_forth_counts_nothing_twice() -> None:
    """Births rounded down now and then: 500, 499, 500 with values 5, 6, 7 are two events, not nine."""
    first, second, third = Reading(1000, 5, 500), Reading(2000, 6, 499), Reading(3000, 7, 500)
    remembered = accepted(first, second)
    assert increase(first, second, 1000).events + increase(remembered, third, 2000).events == 2
