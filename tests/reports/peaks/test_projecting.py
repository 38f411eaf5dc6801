"""The projected end of today follows counts exactly, and says how sure it is."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from reports.peaks.gathering import read_days, until_now
from reports.peaks.projecting import Basis, DayShape, Projection, Shapes, project, read_shapes
from slo.counts import Counts
from slo.windows import DAY_S, HOUR_S, SHANGHAI, day_of, day_start
from store.memory import MemoryStore
from store.records import HistoryChunk, Level, Scope, Span, Unit

DAY = date(2026, 11, 21)
FLAT = DayShape(DAY, (100,) * 24)
LATE = DayShape(DAY, (0,) * 12 + (200,) * 12)
MIDNIGHT_S = day_start(1_795_000_000, SHANGHAI)


def by(*days: DayShape) -> Shapes:
    return Shapes(Basis.SAME_WEEKDAY, days)


@pytest.mark.parametrize(
    ("today", "second", "shapes", "expected"),
    [
        (1_200, 12 * HOUR_S, by(FLAT), (2_400, 2_400, 2_400, 1)),
        (1_250, 12 * HOUR_S + 1_800, by(FLAT), (2_400, 2_400, 2_400, 1)),  # half of an hour counts half
        (900, 18 * HOUR_S, by(FLAT, LATE), (1_440, 1_200, 1_800, 2)),
        (1_200, 12 * HOUR_S, by(FLAT, LATE), (2_400, 2_400, 2_400, 1)),  # a day that had none until then says nothing
        (0, 12 * HOUR_S, by(FLAT), (0, 0, 0, 1)),
        (2_400, 24 * HOUR_S, by(FLAT), (2_400, 2_400, 2_400, 1)),
    ],
)
def test_a_projection_is_the_count_over_the_share(
    today: int, second: int, shapes: Shapes, expected: tuple[int, int, int, int]
) -> None:
    """Pooled, and between the least and the greatest of the single days."""
    found = project(today, second, shapes)
    assert found == Projection(*expected[:3], Basis.SAME_WEEKDAY, expected[3])


@pytest.mark.parametrize("shapes", [None, by(), by(LATE)])
def test_without_days_to_go_by_nothing_is_said(shapes: Shapes | None) -> None:
    assert project(500, 6 * HOUR_S, shapes) is None


def test_too_early_in_the_day_nothing_is_said() -> None:
    """28 minutes of a flat day are less than a fiftieth of it, 29 are more."""
    assert project(46, 28 * 60, by(FLAT)) is None
    assert project(48, 29 * 60, by(FLAT)) is not None


def test_an_hour_of_a_shape_is_even() -> None:
    assert DayShape(DAY, (60, 30)).until(HOUR_S + 1) == 60 + Fraction(30, HOUR_S)


def filled(*back_days: int) -> MemoryStore:
    """A store with simulated days, so many days ago, 10 transactions each hour."""
    store = MemoryStore(SHANGHAI)
    for back in back_days:
        begin = MIDNIGHT_S - back * DAY_S
        hours = {
            (Level.HOUR, at, Unit(Scope.BANK)): Counts(transactions=10) for at in range(begin, begin + DAY_S, HOUR_S)
        }
        whole = {(Level.DAY, begin, Unit(Scope.BANK)): Counts(transactions=240)}
        store.add_history(HistoryChunk(Span(begin, begin + DAY_S), hours | whole))
    return store


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ((1, 7, 14, 35), (Basis.SAME_WEEKDAY, 2)),  # five weeks back is too long ago
        ((1, 2), (Basis.YESTERDAY, 1)),
        ((2,), None),
    ],
)
def test_a_day_goes_by_its_weekdays_else_by_yesterday(
    back: tuple[int, ...], expected: tuple[Basis, int] | None
) -> None:
    """Only days that have closed."""
    with filled(*back).reading() as reader:
        seen = read_days(reader, until_now(MIDNIGHT_S, SHANGHAI), SHANGHAI)
        shapes = read_shapes(reader, seen, day_of(MIDNIGHT_S, SHANGHAI))
    assert (shapes and (shapes.basis, len(shapes.days))) == expected
    assert shapes is None or all(each.hours == (10,) * 24 for each in shapes.days)
