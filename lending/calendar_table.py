"""Chinese holidays and make-up workdays of the years around the demo, as the ``holidays`` library 0.109 knows them.

The library costs each data center 13 MB and 0.15 s for a few dozen dates, so they are kept here; a test compares every
year with the library. Make-up workdays are announced in the autumn before: 2027 and 2028 have statutory days only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class YearTable:
    """One calendar year: first day of the lunar year, days off beside weekends, worked Saturdays and Sundays."""

    spring_festival: date
    holidays: frozenset[date]
    makeup_workdays: frozenset[date]


def _days(year: int, text: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"{year}-{day}") for day in text.split())


def _year_table(year: int, spring_festival: str, holidays: str, makeup_workdays: str = "") -> YearTable:
    first = date.fromisoformat(f"{year}-{spring_festival}")
    return YearTable(first, _days(year, holidays), _days(year, makeup_workdays))


TABLE: Mapping[int, YearTable] = {
    2024: _year_table(
        2024,
        "02-10",
        "01-01 02-10 02-11 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 "
        "10-01 10-02 10-03 10-04 10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: _year_table(
        2025,
        "01-29",
        "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 05-31 06-02 10-01 10-02 10-03 "
        "10-06 10-07 10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: _year_table(
        2026,
        "02-17",
        "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-05 04-06 05-01 05-02 05-04 05-05 06-19 09-25 "
        "10-01 10-02 10-03 10-05 10-06 10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
    2027: _year_table(
        2027,
        "02-06",
        "01-01 02-05 02-06 02-07 02-08 02-09 02-10 04-05 05-01 05-02 05-03 05-04 06-09 09-15 10-01 10-02 "
        "10-03 10-04 10-05",
    ),
    2028: _year_table(
        2028,
        "01-26",
        "01-01 01-03 01-25 01-26 01-27 01-28 04-04 05-01 05-02 05-28 05-29 10-01 10-02 10-03 10-04",
    ),
}
"""Year -> table; a year that is missing is read from the library."""
