"""What a report is about: whole local days, by the bank's calendar."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, timedelta

from reports.delivery.errors import BadPeriodName

_DAY = timedelta(days=1)
_QUARTER_MONTHS = 3
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_YEAR = re.compile(r"(\d{4})", re.ASCII)


class Unit(enum.Enum):
    """How long a period is; weeks are ISO weeks, Monday to Sunday. DAYS: from one business day to the next."""

    DAY = "day"
    DAYS = "days"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``first`` to ``last``, both of them in it."""

    unit: Unit
    first: date
    last: date

    @property
    def name(self) -> str:
        """``2026-10-31``, ``2026-W44``, ``2026-10``, ``2026-Q3``, ``2026``; days in a row ``2026-10-30_2026-11-02``, of
        which the last is no part, as in ``report --from --to``."""
        if self.unit is Unit.YEAR:
            return f"{self.first.year:04}"
        if self.unit is Unit.QUARTER:
            return f"{self.first.year:04}-Q{(self.first.month - 1) // _QUARTER_MONTHS + 1}"
        if self.unit is Unit.MONTH:
            return f"{self.first:%Y-%m}"
        if self.unit is Unit.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year:04}-W{week:02}"
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()}_{(self.last + _DAY).isoformat()}"


def period_of(unit: Unit, day: date) -> Period:
    """The period of a unit that holds a day."""
    if unit is Unit.WEEK:
        first = day - day.weekday() * _DAY
        return Period(unit, first, first + 6 * _DAY)
    if unit is Unit.MONTH:
        return _months(unit, date(day.year, day.month, 1), 1)
    if unit is Unit.QUARTER:
        month = (day.month - 1) // _QUARTER_MONTHS * _QUARTER_MONTHS + 1
        return _months(unit, date(day.year, month, 1), _QUARTER_MONTHS)
    if unit is Unit.YEAR:
        return Period(unit, date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(unit, day, day)


def period_before(unit: Unit, day: date) -> Period:
    """The last period of a unit that was over when a day began."""
    return period_of(unit, period_of(unit, day).first - _DAY)


def period_named(text: str) -> Period:
    """The reverse of ``Period.name``. Raises BadPeriodName."""
    try:
        return _named(text)
    except ValueError as error:
        raise BadPeriodName(text) from error


def _named(text: str) -> Period:
    if found := _WEEK.fullmatch(text):
        return period_of(Unit.WEEK, date.fromisocalendar(int(found[1]), int(found[2]), 1))
    if found := _QUARTER.fullmatch(text):
        return period_of(Unit.QUARTER, date(int(found[1]), _QUARTER_MONTHS * int(found[2]), 1))
    if found := _MONTH.fullmatch(text):
        return period_of(Unit.MONTH, date(int(found[1]), int(found[2]), 1))
    if found := _YEAR.fullmatch(text):
        return period_of(Unit.YEAR, date(int(found[1]), 1, 1))
    first, _, last = text.partition("_")
    if not last:
        return period_of(Unit.DAY, _day(first))
    begin, after = _day(first), _day(last)
    if after - begin < 2 * _DAY:
        raise ValueError(text)
    return Period(Unit.DAYS, begin, after - _DAY)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _months(unit: Unit, first: date, months: int) -> Period:
    years, index = divmod(first.month - 1 + months, 12)
    return Period(unit, first, date(first.year + years, index + 1, 1) - _DAY)
