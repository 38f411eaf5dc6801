"""What kind of day a date is for a lending bank in China: rest days, paydays, shopping festivals, Spring Festival."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date
from functools import cache

from lending.calendar_table import TABLE, YearTable

FESTIVAL_REACH_DAYS = 10
"""Spring Festival is felt from this many days before its first day to this many after."""

CAMPAIGN_RUN_UP_DAYS = 10
"""Days before 18 June and 11 November in which shoppers already borrow more."""

_SATURDAY = 5
_SUNDAY = 6
_MIDDLE_PAYDAYS = (10, 15)


class Rest(enum.Enum):
    """Whether offices work: a make-up workday is a Saturday or Sunday worked in exchange for a longer holiday."""

    WORKDAY = "workday"
    MAKEUP_WORKDAY = "makeup_workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"

    @property
    def works(self) -> bool:
        """True when offices are open."""
        return self in (Rest.WORKDAY, Rest.MAKEUP_WORKDAY)


class Payday(enum.Enum):
    """The days of a month on which wages usually arrive."""

    TENTH = "tenth"
    FIFTEENTH = "fifteenth"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class DayType:
    """Everything about a date that moves demand.

    ``days_to_618`` and ``days_to_double_11`` are 0 on the day itself and up to 10 before it; ``festival_offset`` is 0
    on the first day of the lunar year, from -10 to +10 around it. None: the date is not near.
    """

    rest: Rest
    payday: Payday | None
    days_to_618: int | None
    days_to_double_11: int | None
    festival_offset: int | None


@cache
def day_type(day: date) -> DayType:
    """Type of a date. Years outside the table load the ``holidays`` library (0.15 s, 13 MB) on first use."""
    return DayType(
        rest=_rest(day),
        payday=_payday(day),
        days_to_618=_days_before(day, date(day.year, 6, 18)),
        days_to_double_11=_days_before(day, date(day.year, 11, 11)),
        festival_offset=_festival_offset(day),
    )


def spring_festival(year: int) -> date:
    """First day of the lunar year that begins in ``year``."""
    return _year(year).spring_festival


def _rest(day: date) -> Rest:
    table = _year(day.year)
    if day in table.makeup_workdays:
        return Rest.MAKEUP_WORKDAY
    if day in table.holidays:
        return Rest.HOLIDAY
    if day.weekday() == _SATURDAY:
        return Rest.SATURDAY
    return Rest.SUNDAY if day.weekday() == _SUNDAY else Rest.WORKDAY


def _payday(day: date) -> Payday | None:
    if day.day in _MIDDLE_PAYDAYS:
        return Payday.TENTH if day.day == _MIDDLE_PAYDAYS[0] else Payday.FIFTEENTH
    tomorrow = date.fromordinal(day.toordinal() + 1)
    return Payday.LAST if tomorrow.day == 1 else None


def _days_before(day: date, campaign: date) -> int | None:
    days = (campaign - day).days
    return days if 0 <= days <= CAMPAIGN_RUN_UP_DAYS else None


def _festival_offset(day: date) -> int | None:
    offset = (day - spring_festival(day.year)).days
    return offset if abs(offset) <= FESTIVAL_REACH_DAYS else None


def _year(year: int) -> YearTable:
    return TABLE.get(year) or from_library(year)


@cache
def from_library(year: int) -> YearTable:
    """The same table from the ``holidays`` library, which the committed one must agree with."""
    import holidays  # noqa: PLC0415  # 13 MB in each data center's process: only for years outside the table

    # The next year names the make-up workdays that lie in this December.
    known = holidays.country_holidays("CN", years=(year, year + 1), language="en_US")
    days = sorted(day for day in known if day.year == year)
    return YearTable(
        spring_festival=next(day for day in days if "(Spring Festival)" in known[day]),
        holidays=frozenset(days),
        makeup_workdays=frozenset(day for day in known.weekend_workdays if day.year == year),
    )
