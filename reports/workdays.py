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


@dataclass(frozen=True, slots=True)
class _Year:
    off: frozenset[date]
    made_up: frozenset[date]


class ChineseWorkdays:
    """The calendar of mainland China."""

    def works(self, day: date) -> bool:
        """Whether a day is a business day."""
        year = _year(day.year)
        if day in year.made_up:
            return True
        return day.weekday() < _FIRST_WEEKEND_DAY and day not in year.off

    def official(self, year: int) -> bool:
        """Whether that year's table is published."""
        return bool(_year(year).made_up)


@cache
def _year(year: int) -> _Year:
    # The next year names the make-up workdays that lie in this December.
    known = holidays.country_holidays("CN", years=(year, year + 1))
    return _Year(
        frozenset(day for day in known if day.year == year),
        frozenset(day for day in known.weekend_workdays if day.year == year),
    )
