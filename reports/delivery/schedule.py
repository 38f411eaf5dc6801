"""Which runs of a schedule became due between two instants, and what each is about. Pure: clock and calendar are
arguments."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from reports.delivery.period import Period, Unit, period_before
from slo.windows import DAY_S, SHANGHAI, day_of, zone_rules

LONGEST_SLEEP_DAYS = 400
"""Runs that were missed longer ago are not made up for; the next run of anything is nearer than that."""
LAST = 31
"""As a day of the month or a business day: the last one. A month that is shorter runs on its last day."""
_DAY = timedelta(days=1)


class Calendar(Protocol):
    """Which days people work."""

    def works(self, day: date) -> bool:
        """Whether a day is a business day."""

    def official(self, year: int) -> bool:
        """Whether that is published for a year; else it is a guess from weekends and known holidays."""


class Every(enum.Enum):
    """How often."""

    DAY = "day"
    BUSINESS_DAY = "business_day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


DAILY = frozenset({Every.DAY, Every.BUSINESS_DAY})
_MONTHS = {Every.QUARTER: 3, Every.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Schedule:
    """``about``: what each run reports of, the last one that is over. ``minute``: of the local day in ``zone``.

    ``weekday``: 0 is Monday, for WEEK. ``day`` of the month, or the ``business_day``-th one when that is above 0: of
    the month, or of the first month of a quarter or year.
    """

    every: Every
    about: Unit
    minute: int
    zone: str = SHANGHAI
    weekday: int = 0
    day: int = 1
    business_day: int = 0

    @property
    def by_business_days(self) -> bool:
        """Whether it asks the calendar who works."""
        return self.every is Every.BUSINESS_DAY or self.business_day > 0


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``provisional``: the calendar of its year is not published, another day may turn out to be right."""

    at_s: int
    period: Period
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Almanac:
    """The time zone that the bank's days are cut in, and its business days."""

    zone: str
    calendar: Calendar


def due(schedule: Schedule, after_s: int, now_s: int, almanac: Almanac, catch_up_days: int) -> list[Run]:
    """Runs in ``(after_s, now_s]``, oldest first.

    Of daily ones those older than ``catch_up_days`` are left out, but for the newest of all.
    """
    begin_s = max(after_s, now_s - LONGEST_SLEEP_DAYS * DAY_S)
    runs = [run for run in _runs(schedule, begin_s, now_s, almanac) if begin_s < run.at_s <= now_s]
    if schedule.every not in DAILY:
        return runs
    young = [run for run in runs if run.at_s > now_s - catch_up_days * DAY_S]
    return young or runs[-1:]


def next_run(schedule: Schedule, now_s: int, almanac: Almanac) -> Run | None:
    """The first run after an instant; None when there is none within ``LONGEST_SLEEP_DAYS``."""
    end_s = now_s + LONGEST_SLEEP_DAYS * DAY_S
    return next((run for run in _runs(schedule, now_s, end_s, almanac) if run.at_s > now_s), None)


def period_now(schedule: Schedule, now_s: int, almanac: Almanac) -> Period:
    """What a run at an instant would be about."""
    return _about(schedule, day_of(now_s, almanac.zone), almanac.calendar)


def _runs(schedule: Schedule, from_s: int, to_s: int, almanac: Almanac) -> Iterator[Run]:
    day, last = _shown(from_s, schedule.zone), _shown(to_s, schedule.zone)
    while day <= last:
        if _falls(schedule, day, almanac.calendar):
            yield _run(schedule, day, almanac)
        day += _DAY


def _run(schedule: Schedule, day: date, almanac: Almanac) -> Run:
    at_s = _instant_s(day, schedule.minute, schedule.zone)
    # What is over is asked of the bank's own days: a run in another zone may come before the bank's midnight.
    today = day_of(at_s, almanac.zone)
    provisional = schedule.by_business_days and not almanac.calendar.official(day.year)
    return Run(at_s, _about(schedule, today, almanac.calendar), provisional)


def _about(schedule: Schedule, today: date, calendar: Calendar) -> Period:
    if schedule.every is Every.BUSINESS_DAY:
        return _since_last_business_day(today, calendar)
    return period_before(schedule.about, today)


def _since_last_business_day(today: date, calendar: Calendar) -> Period:
    """From the business day before to yesterday: a Monday's run has the weekend in it, and no day is in none."""
    first = today - _DAY
    while not calendar.works(first) and today - first < timedelta(days=LAST):
        first -= _DAY
    last = today - _DAY
    return Period(Unit.DAY if first == last else Unit.DAYS, first, last)


def _falls(schedule: Schedule, day: date, calendar: Calendar) -> bool:
    if schedule.every is Every.DAY:
        return True
    if schedule.every is Every.BUSINESS_DAY:
        return calendar.works(day)
    if schedule.every is Every.WEEK:
        return day.weekday() == schedule.weekday
    if (day.month - 1) % _MONTHS.get(schedule.every, 1):
        return False
    if schedule.business_day:
        return _is_business_day(day, schedule.business_day, calendar)
    return day.day == min(schedule.day, _days(day)[-1].day)


def _is_business_day(day: date, wanted: int, calendar: Calendar) -> bool:
    working = [each for each in _days(day) if calendar.works(each)]
    return bool(working) and day == working[min(wanted, len(working)) - 1]


def _days(day: date) -> list[date]:
    """Every day of the month of a day."""
    first = day.replace(day=1)
    return [each for index in range(LAST) if (each := first + index * _DAY).month == first.month]


def _instant_s(day: date, minute: int, zone: str) -> int:
    """A local time of day that clocks sprang over comes after the spring, one that they showed twice counts once."""
    local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone_rules(zone))
    return int(local.timestamp())


def _shown(at_s: int, zone: str) -> date:
    return datetime.fromtimestamp(at_s, UTC).astimezone(zone_rules(zone)).date()
