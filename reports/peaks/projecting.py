"""What today may end with: today's count so far over the share that the same weekday had reached by the same time.

``projection = count now / share``, where a day's share at an instant is what its hours brought until then over what the
whole day brought; within the hour that goes on, its transactions are taken as evenly spread. The point pools up to four
weeks (counts until then over totals), ``low`` and ``high`` are the least and the greatest of the single days: how sure
it is. Without any closed same weekday yesterday stands in. Before a fiftieth of a day has come nothing is said.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reports.peaks.gathering import Days
from slo.windows import HOUR_S, day_window
from store.port import Reader
from store.records import Level, Scope

WEEKS = 4
LEAST_SHARE = Fraction(1, 50)
"""A smaller part of a day says too little of the rest."""


class Basis(enum.Enum):
    """Which days a projection goes by."""

    SAME_WEEKDAY = "same_weekday"
    YESTERDAY = "yesterday"


@dataclass(frozen=True, slots=True)
class DayShape:
    """Transactions of each hour of a closed day, from its midnight."""

    day: date
    hours: tuple[int, ...]

    @property
    def total(self) -> int:
        """Of the whole day."""
        return sum(self.hours)

    def until(self, second: int) -> Fraction:
        """Transactions of the first so many seconds."""
        hour, rest_s = divmod(second, HOUR_S)
        going = self.hours[hour] if hour < len(self.hours) else 0
        return sum(self.hours[:hour]) + Fraction(going * rest_s, HOUR_S)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The days that a projection goes by, newest first."""

    basis: Basis
    days: tuple[DayShape, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """Transactions of the whole of today: ``point``, and the least and the greatest that single days make of it."""

    point: int
    low: int
    high: int
    basis: Basis
    days: int


def project(today: int, second: int, shapes: Shapes | None) -> Projection | None:
    """From ``today`` transactions in the first ``second`` seconds of the day; None while too little is known."""
    known = [] if shapes is None else [each for each in shapes.days if each.until(second) > 0]
    if shapes is None or not known:
        return None
    so_far, whole = sum(each.until(second) for each in known), sum(each.total for each in known)
    if so_far < whole * LEAST_SHARE:
        return None
    single = [today * each.total / each.until(second) for each in known]
    point = today * whole / so_far
    return Projection(int(point), int(min(single)), int(max(single)), shapes.basis, len(known))


def read_shapes(reader: Reader, seen: Days, today: date) -> Shapes | None:
    """The last closed same weekdays, else yesterday; None without either."""
    closed = {each.day for each in seen.days if each.closed and each.transactions}
    weeks = [today - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    same = [day for day in weeks if day in closed]
    if same:
        return Shapes(Basis.SAME_WEEKDAY, _shapes(reader, same, seen.zone))
    yesterday = today - timedelta(days=1)
    return Shapes(Basis.YESTERDAY, _shapes(reader, [yesterday], seen.zone)) if yesterday in closed else None


def _shapes(reader: Reader, days: Sequence[date], zone: str) -> tuple[DayShape, ...]:
    return tuple(_shape(reader, day, zone) for day in days)


def _shape(reader: Reader, day: date, zone: str) -> DayShape:
    window = day_window(day, zone)
    rows = reader.timeline(Level.HOUR, Scope.BANK, window.from_s, window.to_s)
    by_hour = {at_s: counts.transactions for at_s, _, counts in rows}
    return DayShape(day, tuple(by_hour.get(at_s, 0) for at_s in range(window.from_s, window.to_s, HOUR_S)))
