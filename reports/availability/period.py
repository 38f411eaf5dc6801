"""What a report is about: a calendar month, quarter or year, or any run of whole local days."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from reports.availability.errors import BadPeriodText
from slo.errors import SloError
from slo.windows import Window, day_of, day_window, month_window, quarter_window, year_window

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})", re.ASCII)
ONE_DAY = timedelta(days=1)
MOST_DAYS = 3660
MONTHS_OF_TREND = 13
LONGEST_BY_DAY = 62
"""A longer period is kept by the month: 13 months of 1,200 services would be half a million days."""


@dataclass(frozen=True, slots=True)
class Period:
    """``kind``: month, quarter, year or range; ``key``: as people write it, also a part of file names."""

    kind: str
    key: str
    window: Window
    zone: str

    @property
    def by_day(self) -> bool:
        """Whether its rows are days; of a longer one they are months."""
        return len(self.days()) <= LONGEST_BY_DAY

    def days(self) -> list[Window]:
        """Its local days, oldest first."""
        return _days(self.window, self.zone)

    def slices(self) -> list[tuple[str, Window]]:
        """What rows are made of: label and window of each day, or of each calendar month (its part in the period)."""
        if self.by_day:
            return [(day_of(day.from_s, self.zone).isoformat(), day) for day in self.days()]
        return [(key, part) for key, part in months_of(self.window, self.zone) if part.from_s < part.to_s]

    def trend(self) -> list[tuple[str, Window]]:
        """The thirteen calendar months that end with the one in which the period ends, whole."""
        last = day_of(self.window.to_s - 1, self.zone)
        months = last.year * 12 + last.month - 1
        return [_month(index, self.zone) for index in range(months - MONTHS_OF_TREND + 1, months + 1)]


def month(text: str, zone: str) -> Period:
    """ "2026-10". Raises BadPeriodText."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        raise BadPeriodText("month", text, "write YYYY-MM, for example 2026-10")
    return _made(
        "month", text, zone, lambda: month_window(int(found[1]), int(found[2]), zone), f"{found[1]}-{found[2]}"
    )


def quarter(text: str, zone: str) -> Period:
    """ "2026-Q4". Raises BadPeriodText."""
    found = _QUARTER.fullmatch(text.strip())
    if found is None:
        raise BadPeriodText("quarter", text, "write YYYY-Qn, for example 2026-Q4")
    key = f"{found[1]}-Q{found[2]}"
    return _made("quarter", text, zone, lambda: quarter_window(int(found[1]), int(found[2]), zone), key)


def year(text: str, zone: str) -> Period:
    """ "2026". Raises BadPeriodText."""
    if _YEAR.fullmatch(text.strip()) is None:
        raise BadPeriodText("year", text, "write YYYY, for example 2026")
    return _made("year", text, zone, lambda: year_window(int(text), zone), text.strip())


def days(first: str, end: str, zone: str) -> Period:
    """Local days ``[first, end)``, both "2026-10-01". Raises BadPeriodText."""
    begin, after = _date("from", first), _date("to", end)
    if begin >= after:
        raise BadPeriodText("to", end, f"is not after --from {first}; the day of --to is not part of the period")
    if (after - begin).days > MOST_DAYS:
        raise BadPeriodText("to", end, f"more than {MOST_DAYS} days after --from; choose a shorter period")
    key = f"{begin.isoformat()}_{after.isoformat()}"

    def window() -> Window:
        return Window(day_window(begin, zone).from_s, day_window(after, zone).from_s)

    return _made("range", first, zone, window, key)


def period_of(text: str, zone: str) -> Period:
    """A month, quarter, year or range of days by how it is written, as in ``Period.key``. Raises BadPeriodText."""
    trimmed = text.strip()
    if found := _RANGE.fullmatch(trimmed):
        return days(found[1], found[2], zone)
    for shape, made in ((_MONTH, month), (_QUARTER, quarter), (_YEAR, year)):
        if shape.fullmatch(trimmed):
            return made(trimmed, zone)
    raise BadPeriodText("period", text, "write 2026-10, 2026-Q4, 2026 or 2026-10-01_2026-11-01")


def _made(kind: str, text: str, zone: str, window: Callable[[], Window], key: str) -> Period:
    try:
        return Period(kind, key, window(), zone)
    except SloError as error:
        raise BadPeriodText(kind, text, str(error)) from error


def _date(name: str, text: str) -> date:
    if _DAY.fullmatch(text.strip()) is None:
        raise BadPeriodText(name, text, "write a day as YYYY-MM-DD; reports are made of whole days")
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadPeriodText(name, text, f"there is no such day ({error})") from error


def _days(window: Window, zone: str) -> list[Window]:
    found, at_s = [], window.from_s
    while at_s < window.to_s:
        day = day_window(day_of(at_s, zone), zone)
        found.append(Window(at_s, min(day.to_s, window.to_s)))
        at_s = day.to_s
    return found


def months_of(window: Window, zone: str) -> list[tuple[str, Window]]:
    """Calendar months that a window touches, each cut to it."""
    first, last = day_of(window.from_s, zone), day_of(window.to_s - 1, zone)
    indices = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    found = (_month(index, zone) for index in indices)
    return [(key, Window(max(w.from_s, window.from_s), min(w.to_s, window.to_s))) for key, w in found]


def _month(index: int, zone: str) -> tuple[str, Window]:
    years, months = divmod(index, 12)
    return f"{years:04d}-{months + 1:02d}", month_window(years, months + 1, zone)
