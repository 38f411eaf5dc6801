"""How many transactions the whole bank expects in a second: a smooth day, times what kind of day it is.

    expected(second) = scale / 86,400 x factor(day) x shape(time of day) + midnight rush of Double 11

A shape has the mean 1 over a day, so an ordinary weekday (factor 1) adds up to the scale. Around midnight one day fades
into the next within half an hour on each side; only the opening of Double 11 is a step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import cache

from lending.calendar import DayType, Payday, Rest, day_type

DAY_SECONDS = 86_400
MINUTE_SECONDS = 60
ZONE_OFFSET_SECONDS = 8 * 3600
"""Asia/Shanghai: UTC+8 all year since 1991."""

REST_FACTORS: Mapping[Rest, float] = {
    Rest.WORKDAY: 1.0,
    Rest.MAKEUP_WORKDAY: 0.96,
    Rest.SATURDAY: 0.88,
    Rest.SUNDAY: 0.84,
    Rest.HOLIDAY: 0.80,
}
PAYDAY_FACTORS: Mapping[Payday, float] = {Payday.TENTH: 1.08, Payday.FIFTEENTH: 1.06, Payday.LAST: 1.10}

FESTIVAL_FIRST_OFFSET = -10
FESTIVAL_FACTORS = (
    *(1.02, 1.04, 1.06, 1.08, 1.10, 1.12, 1.12, 1.10, 1.02, 0.85),  # ten days before: gifts, travel, year-end wages
    *(0.62, 0.60, 0.62, 0.65, 0.68, 0.72, 0.76),  # the holiday itself
    *(0.84, 0.90, 0.94, 0.97),  # coming back
)
FESTIVAL_HOLIDAY_OFFSETS = range(-1, 7)
"""Within these the festival says it all: weekends inside the holiday are not lower still."""

DOUBLE_11_FACTOR = 1.40
DOUBLE_11_RUSH = 0.06  # of an ordinary day, begun at midnight, part of the 1.40
DOUBLE_11_RUSH_SECONDS = 1800.0
MID_YEAR_FACTOR = 1.25  # 18 June
RUN_UP_MOST = 0.12  # on the last day before a campaign, falling evenly to nothing over the days before

FADE_MINUTES = 30

_DAY_MINUTES = 1440
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_KEPT = 4

_Bump = tuple[float, float, float]  # hour of day, standard deviation in hours, height over the night
_WORKING_SHAPE: tuple[float, tuple[_Bump, ...]] = (0.22, ((10.3, 1.35, 1.5), (15.4, 2.1, 1.2), (20.5, 1.7, 1.1)))
_RESTING_SHAPE: tuple[float, tuple[_Bump, ...]] = (0.24, ((11.0, 1.9, 1.0), (15.8, 2.2, 0.95), (20.6, 1.8, 1.25)))


def local_day(second_s: int) -> int:
    """Number of the local day that holds a second (days since 1970-01-01 in Shanghai)."""
    return (second_s + ZONE_OFFSET_SECONDS) // DAY_SECONDS


def midnight_s(day: int) -> int:
    """First second of a local day."""
    return day * DAY_SECONDS - ZONE_OFFSET_SECONDS


def day_factor(day: date) -> float:
    """Transactions of a date relative to an ordinary weekday, before neighboring days fade in."""
    kind = day_type(day)
    if kind.days_to_double_11 == 0:
        return DOUBLE_11_FACTOR
    if kind.days_to_618 == 0:
        return MID_YEAR_FACTOR
    payday = 1.0 if kind.payday is None else PAYDAY_FACTORS[kind.payday]
    return _rest_factor(kind) * _festival_factor(kind) * _run_up_factor(kind) * payday


class Curve:
    """Expected transactions of the whole bank, where ``scale`` is those of an ordinary weekday."""

    def __init__(self, scale: int) -> None:
        self._per_second = scale / DAY_SECONDS
        self._days: dict[int, list[float]] = {}

    def transactions_expected(self, second_s: int) -> float:
        """Transactions expected in the second that begins at ``second_s`` (UTC, seconds since the epoch)."""
        local_s = second_s + ZONE_OFFSET_SECONDS
        knots = self._knots(local_s // DAY_SECONDS)
        minute, second = divmod(local_s % DAY_SECONDS, MINUTE_SECONDS)
        start = knots[minute]
        return start + (knots[minute + 1] - start) * second / MINUTE_SECONDS

    def transactions_expected_by_minute(self, from_s: int, minutes: int) -> list[float]:
        """Sums over the seconds of each of the minutes that follow the whole minute ``from_s``."""
        return [self._minute(from_s + MINUTE_SECONDS * minute) for minute in range(minutes)]

    def _minute(self, from_s: int) -> float:
        local_s = from_s + ZONE_OFFSET_SECONDS
        knots = self._knots(local_s // DAY_SECONDS)
        minute = local_s % DAY_SECONDS // MINUTE_SECONDS
        # seconds 0 to 59 of a straight line from one knot to the next
        return MINUTE_SECONDS * knots[minute] + (knots[minute + 1] - knots[minute]) * (MINUTE_SECONDS - 1) / 2

    def _knots(self, day: int) -> list[float]:
        """Expected transactions per second at each minute of a local day and at its end; the last few days are kept."""
        knots = self._days.get(day)
        if knots is None:
            if len(self._days) >= _DAYS_KEPT:
                del self._days[next(iter(self._days))]
            knots = self._days[day] = [share * self._per_second for share in _relative_knots(day)]
        return knots


def _relative_knots(day: int) -> list[float]:
    own = _lone_day(day)
    before, after = _lone_day(day - 1), _lone_day(day + 1)
    knots = [*own, own[0]]
    for minute in range(FADE_MINUTES):
        share = _fade(minute)
        knots[minute] += share * (before[minute] - own[minute])
        end = _DAY_MINUTES - minute
        knots[end] += share * (after[end % _DAY_MINUTES] - own[end % _DAY_MINUTES])
    for minute in range(_DAY_MINUTES + 1):
        knots[minute] += _rush(day, minute)
    return knots


def _lone_day(day: int) -> list[float]:
    when = date.fromordinal(_EPOCH_ORDINAL + day)
    kind = day_type(when)
    rush = DOUBLE_11_RUSH if kind.days_to_double_11 == 0 else 0.0
    factor = day_factor(when) - rush
    return [factor * level for level in _shape(working=kind.rest.works)]


def _rush(day: int, minute: int) -> float:
    """Shoppers who waited for Double 11 to open, falling exponentially; their sum is DOUBLE_11_RUSH of a day."""
    if day_type(date.fromordinal(_EPOCH_ORDINAL + day)).days_to_double_11 != 0:
        return 0.0
    height = DOUBLE_11_RUSH * DAY_SECONDS / DOUBLE_11_RUSH_SECONDS
    return height * math.exp(-minute * MINUTE_SECONDS / DOUBLE_11_RUSH_SECONDS)


def _fade(minutes_from_midnight: int) -> float:
    """Share of the neighboring day: half at midnight, nothing after FADE_MINUTES, smooth at both ends."""
    x = 0.5 - minutes_from_midnight / (2 * FADE_MINUTES)
    return x * x * (3.0 - 2.0 * x)


@cache
def _shape(*, working: bool) -> tuple[float, ...]:
    """Level at each minute of the day relative to the day's mean; offices and shops differ on days off."""
    night, bumps = _WORKING_SHAPE if working else _RESTING_SHAPE
    levels = [night + sum(_bump(minute / 60, *bump) for bump in bumps) for minute in range(_DAY_MINUTES)]
    mean = sum(levels) / _DAY_MINUTES
    return tuple(level / mean for level in levels)


def _bump(hour: float, at_hour: float, width_hours: float, height: float) -> float:
    apart = abs(hour - at_hour)
    apart = min(apart, 24 - apart)
    return height * math.exp(-0.5 * (apart / width_hours) ** 2)


def _rest_factor(kind: DayType) -> float:
    return 1.0 if kind.festival_offset in FESTIVAL_HOLIDAY_OFFSETS else REST_FACTORS[kind.rest]


def _festival_factor(kind: DayType) -> float:
    if kind.festival_offset is None:
        return 1.0
    return FESTIVAL_FACTORS[kind.festival_offset - FESTIVAL_FIRST_OFFSET]


def _run_up_factor(kind: DayType) -> float:
    days = kind.days_to_618 if kind.days_to_double_11 is None else kind.days_to_double_11
    return 1.0 if days is None else 1.0 + RUN_UP_MOST * (1.0 - (days - 1) / 10)
