"""Days that are not like their weekday: their kinds come in as data, what a kind does is learned from the past.

A holiday, a make-up workday, payday, 618, Double 11, a day so many days from the Spring Festival: each kind has a
factor, the median of what its past days were beside ordinary days near them. A kind may count as another weekday (a
make-up workday as a Friday, a holiday as a Sunday), so that one that was never seen is still foretold as that weekday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean, median

WEEK = 7
_NEAR_WEEKS = 4
_LEAST_NEAR = 2


@dataclass(frozen=True, slots=True)
class DayKind:
    """``name``: days of one name share a factor. ``like_weekday``: 0 (Monday) to 6 (Sunday); None: the day's own."""

    name: str
    like_weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Special days by ``date.toordinal()``. ``known_until``: last day that the calendar knows; later ones are
    provisional. None: it knows all."""

    kinds: Mapping[int, DayKind] = field(default_factory=dict)
    known_until: int | None = None

    def weekday(self, day: int) -> int:
        """Number of the weekday that a day counts as: that of ``weekday_of``."""
        kind = self.kinds.get(day)
        if kind is None or kind.like_weekday is None:
            return weekday_of(day)
        return (kind.like_weekday + 1) % WEEK

    def is_provisional(self, day: int) -> bool:
        """Whether the day may still become a holiday or a workday."""
        return self.known_until is not None and day > self.known_until


def weekday_of(day: int) -> int:
    """0 (Sunday) to 6 (Saturday) of a day by ``date.toordinal()``."""
    return day % WEEK


def factors(known: Mapping[int, int], calendar: Calendar, origin: int) -> dict[str, float]:
    """What days of each kind were, before ``origin``, of ordinary days near them; kinds without any are not there."""
    ratios: dict[str, list[float]] = {}
    for day, kind in calendar.kinds.items():
        usual = _usual_near(known, calendar, day, origin) if day < origin and day in known else None
        if usual:
            ratios.setdefault(kind.name, []).append(known[day] / usual)
    return {name: median(found) for name, found in ratios.items()}


def _usual_near(known: Mapping[int, int], calendar: Calendar, day: int, origin: int) -> float | None:
    """Mean of the ordinary days of the same weekday within four weeks; None when fewer than two are known."""
    nearest = day + (calendar.weekday(day) - weekday_of(day))
    near = [nearest + WEEK * weeks for weeks in range(-_NEAR_WEEKS, _NEAR_WEEKS + 1)]
    values = [known[each] for each in near if each in known and each < origin and each not in calendar.kinds]
    return fmean(values) if len(values) >= _LEAST_NEAR else None
