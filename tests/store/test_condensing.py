"""Which months are written down as sums, and how a run of days is made of them and of what lies between."""

from __future__ import annotations

from itertools import pairwise

from slo.windows import SHANGHAI, Window, month_window
from store.condensing import SHORTEST_MONTH_S, Part, may_hold_months, months_before, parts
from store.records import Level, Scope
from store.slices import Stretch

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (month_window(2026, month, SHANGHAI) for month in (9, 10, 11, 12))


def run(from_s: int, to_s: int) -> Stretch:
    """Whole days."""
    return Stretch(Level.DAY, from_s, to_s)


def test_months_are_those_that_are_over_newest_first() -> None:
    """A month is over with its last second; the one in which the first day lies is the last."""
    assert list(months_before(DECEMBER.from_s, OCTOBER.from_s + 1, SHANGHAI)) == [NOVEMBER, OCTOBER]
    assert list(months_before(DECEMBER.from_s - 1, OCTOBER.from_s, SHANGHAI)) == [OCTOBER]
    assert list(months_before(NOVEMBER.from_s, NOVEMBER.from_s, SHANGHAI)) == []


def test_months_follow_each_other_where_clocks_change() -> None:
    """Their ends are local midnights, so that no hour is counted twice or never."""
    months = list(months_before(DECEMBER.to_s, SEPTEMBER.from_s, "America/New_York"))
    assert [(later.from_s, earlier.to_s) for later, earlier in pairwise(months)] == [
        (earlier.to_s, earlier.to_s) for earlier in months[1:]
    ]


def test_a_run_of_days_is_made_of_months_and_the_days_between_them() -> None:
    """Months side by side are one part; those that reach beyond the run are left to their days."""
    from_s, to_s = SEPTEMBER.from_s + 86400, DECEMBER.from_s + 86400
    summed = [SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER]
    assert parts(run(from_s, to_s), summed) == [
        Part(False, from_s, OCTOBER.from_s),
        Part(True, OCTOBER.from_s, NOVEMBER.to_s),
        Part(False, NOVEMBER.to_s, to_s),
    ]
    assert parts(run(SEPTEMBER.from_s, DECEMBER.from_s), [SEPTEMBER, NOVEMBER]) == [
        Part(True, SEPTEMBER.from_s, SEPTEMBER.to_s),
        Part(False, OCTOBER.from_s, OCTOBER.to_s),
        Part(True, NOVEMBER.from_s, NOVEMBER.to_s),
    ]
    assert parts(run(from_s, to_s), []) == [Part(False, from_s, to_s)]


def test_only_long_runs_of_days_of_large_units_are_looked_up_as_months() -> None:
    """Others would ask which months there are for nothing."""
    month = run(OCTOBER.from_s, OCTOBER.to_s)
    assert may_hold_months(Scope.CELL, month)
    assert not may_hold_months(Scope.DCN, month)
    assert not may_hold_months(Scope.CELL, run(0, SHORTEST_MONTH_S - 1))
    assert not may_hold_months(Scope.CELL, Stretch(Level.HOUR, month.from_s, month.to_s))


def test_no_month_is_shorter_than_the_shortest() -> None:
    """February, with a day that lacks an hour."""
    february = Window(*(month_window(2026, 2, "America/New_York").from_s, month_window(2026, 3, SHANGHAI).from_s))
    assert february.to_s - february.from_s >= SHORTEST_MONTH_S
