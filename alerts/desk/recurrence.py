"""Spans that come again each day, week or month by the clock of a place: over midnight and through changes of time.

A begin that the clock skips (02:30 on the night it springs forward) is the instant an hour later on the clock; a begin
that comes twice is the first one, an end that comes twice the second: nothing of the span is left out.
"""

from __future__ import annotations

import calendar
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.desk.errors import SilenceRefused

MINUTES_A_DAY = 1440
LAST_DAY = 31


class Every(enum.Enum):
    """How often a span comes again."""

    DAY = "daily"
    WEEK = "weekly"
    MONTH = "monthly"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """From a minute of the local day to another, the next day when that is not later.

    ``from_minute``, ``to_minute``: minutes after local midnight, 0 to 1439; equal ones mean 24 hours by the clock.
    ``days``: on which a span begins: Monday is 0 for a week, 1 to 31 for a month (a shorter month takes its last day).
    """

    every: Every
    zone: str
    from_minute: int
    to_minute: int
    days: tuple[int, ...] = ()

    def at(self, at_ms: int) -> tuple[int, int] | None:
        """The span ``[from_ms, to_ms)`` that holds an instant; None between two."""
        today = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self.zone)).date()
        for day in (today, today - timedelta(days=1)):
            if not self._begins_on(day):
                continue
            begin_ms, end_ms = self._span(day)
            if begin_ms <= at_ms < end_ms:
                return begin_ms, end_ms
        return None

    def spans(self, from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
        """Every span that touches ``[from_ms, to_ms)``, whole, oldest first."""
        zone = ZoneInfo(self.zone)
        day = datetime.fromtimestamp(from_ms / 1000, zone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(to_ms / 1000, zone).date()
        while day <= last:
            if self._begins_on(day):
                begin_ms, end_ms = self._span(day)
                if begin_ms < to_ms and end_ms > from_ms:
                    yield begin_ms, end_ms
            day += timedelta(days=1)

    def _begins_on(self, day: date) -> bool:
        if self.every is Every.DAY:
            return True
        if self.every is Every.WEEK:
            return day.weekday() in self.days
        length = calendar.monthrange(day.year, day.month)[1]
        return day.day in self.days or (day.day == length and max(self.days) > length)

    def _span(self, day: date) -> tuple[int, int]:
        return _span_ms(self.zone, self.from_minute, self.to_minute, day)


def checked(recurrence: Recurrence) -> Recurrence:
    """The same recurrence. Raises SilenceRefused."""
    try:
        ZoneInfo(recurrence.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SilenceRefused(f"time zone {recurrence.zone!r} is not known; write one like Asia/Shanghai") from error
    for minute in (recurrence.from_minute, recurrence.to_minute):
        if not 0 <= minute < MINUTES_A_DAY:
            raise SilenceRefused(f"minute {minute} is not in a day; write 00:00 to 23:59")
    first, last = {Every.DAY: (1, 0), Every.WEEK: (0, 6), Every.MONTH: (1, LAST_DAY)}[recurrence.every]
    if recurrence.every is Every.DAY and recurrence.days:
        raise SilenceRefused("a daily recurrence takes no days; leave them out")
    if recurrence.every is not Every.DAY and not recurrence.days:
        raise SilenceRefused(f"a {recurrence.every.value} recurrence needs its days, {first} to {last}")
    for day in recurrence.days:
        if not first <= day <= last:
            raise SilenceRefused(f"day {day} of a {recurrence.every.value} recurrence is not in {first} to {last}")
    return recurrence


def minute_of_day(text: str) -> int:
    """``22:30`` -> 1350. Raises SilenceRefused."""
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        raise SilenceRefused(f"{text!r} is not a time of day; write 22:30") from error
    if found.second or found.microsecond or found.tzinfo:
        raise SilenceRefused(f"{text!r} is not a minute of the day; write 22:30")
    return found.hour * 60 + found.minute


@lru_cache(maxsize=1024)
def _span_ms(zone: str, from_minute: int, to_minute: int, day: date) -> tuple[int, int]:
    end = day if to_minute > from_minute else day + timedelta(days=1)
    return _instant_ms(zone, day, from_minute, fold=0), _instant_ms(zone, end, to_minute, fold=1)


def _instant_ms(zone: str, day: date, minute: int, *, fold: int) -> int:
    local = datetime.combine(day, time(minute // 60, minute % 60, fold=fold), ZoneInfo(zone))
    skipped = datetime.fromtimestamp(local.timestamp(), ZoneInfo(zone)).replace(tzinfo=None) != local.replace(
        tzinfo=None
    )
    # A time that the clock skips is read with the offset before the change, whichever fold was asked for.
    return round((local.replace(fold=0) if skipped else local).timestamp() * 1000)
