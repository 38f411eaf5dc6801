"""Business days in China: weekdays that are no holidays, and the weekend days that were made workdays instead.

The State Council publishes them each November for the year to come; the ``holidays`` library carries what is published.
A year without make-up workdays there is not published yet: its holidays are known by their dates, its bridges are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

_FIRST_WEEKEND_DAY = 5
_FESTIVAL = "(Spring Festival)"


@dataclass(frozen=True, slots=True)
class _Year:
    off: frozenset[date]
    made_up: frozenset[date]
    festival: date | None


class ChineseWorkdays:
    """The calendar of mainland China."""

    def works(self, day: date) -> bool:
        """Whether a day is a business day."""
        if self.made_up(day):
            return True
        return day.weekday() < _FIRST_WEEKEND_DAY and not self.holiday(day)

    def holiday(self, day: date) -> bool:
        """Whether a day is off by law; an ordinary Saturday or Sunday is not."""
        return day in _year(day.year).off

    def made_up(self, day: date) -> bool:
        """Whether a Saturday or Sunday is worked in exchange for a longer holiday."""
        return day in _year(day.year).made_up

    def spring_festival(self, year: int) -> date | None:
        """First day of the lunar year that begins in ``year``; None where the library knows none."""
        return _year(year).festival

    def official(self, year: int) -> bool:
        """Whether that year's table is published."""
        return bool(_year(year).made_up)


@cache
def _year(year: int) -> _Year:
    # The next year names the make-up workdays that lie in this December.
    known = holidays.country_holidays("CN", years=(year, year + 1), language="en_US")
    days = sorted(day for day in known if day.year == year)
    return _Year(
        frozenset(days),
        frozenset(day for day in known.weekend_workdays if day.year == year),
        next((day for day in days if _FESTIVAL in known[day]), None),
    )
