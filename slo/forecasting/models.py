"""How the days of the next weeks may be foretold: each model turns the days before an origin into a week's pattern.

Whole weeks of a horizon are alike but for growth. A day that is not known is never 0: it is left out, or taken as its
weekday was. A model that knows too little answers None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from slo.forecasting.calendar import WEEK, weekday_of

LOOK_BACK_DAYS = 28
SHARE_WEEKS = 8
"""Weeks that say how a week divides into its days."""
_SEARCH_WEEKS = 8
_DAMPING = 0.97
"""Growth wears off: each day it counts for so much of the day before."""
_MOST_GROWTH = 1.02
"""Of a day. Two weeks say little of growth; a step between them must not be drawn out for ever."""

Known = Mapping[int, int]
"""Daily totals by day; a day that is not known is not there."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What each weekday (``weekday_of``) is foretold to be, and by how much each day is above the one before it."""

    origin: int
    by_weekday: tuple[float, ...]
    growth: float = 1.0

    def at(self, day: int, weekday: int) -> float:
        """A day from the origin on that counts as so numbered a weekday."""
        damped_days = _DAMPING * (1 - _DAMPING ** (day - self.origin)) / (1 - _DAMPING)
        return self.by_weekday[weekday] * math.pow(self.growth, damped_days)


Model = Callable[[Known, int], Pattern | None]


def same_weekdays(most: int, middle: Callable[[Sequence[int]], float]) -> Model:
    """Mean or median of the last ``most`` known days of the same weekday, none older than eight weeks."""

    def model(known: Known, origin: int) -> Pattern | None:
        days: list[float] = [0.0] * WEEK
        for first in range(origin - WEEK, origin):
            past = [known[each] for each in _weekly(first) if each in known][:most]
            if not past:
                return None
            days[weekday_of(first)] = middle(past)
        return Pattern(origin, tuple(days))

    return model


def weekday_shares(level_days: int, *, drifts: bool = False) -> Model:
    """The mean of the last ``level_days`` (whole weeks), divided into weekdays as the median of eight weeks was.

    ``drifts``: grows on as the last two weeks grew over the two before them, damped.
    """

    def model(known: Known, origin: int) -> Pattern | None:
        days = _filled(known, origin)
        if days is None:
            return None
        level, growth = fmean(days[-level_days:]), 1.0
        if drifts:
            growth = _growth(days)
            level *= math.pow(growth, level_days / 2)
        return Pattern(origin, tuple(level * share for share in _shares(days, origin)), growth)

    return model


def both(one: Model, other: Model) -> Model:
    """The mean of two models that do not grow: seldom worse than the better of them, never worse than both."""

    def model(known: Known, origin: int) -> Pattern | None:
        first, second = one(known, origin), other(known, origin)
        if first is None or second is None:
            return None
        return Pattern(origin, tuple(fmean(pair) for pair in zip(first.by_weekday, second.by_weekday, strict=True)))

    return model


def _weekly(first: int) -> range:
    """A day and the same weekday of the weeks before it, newest first."""
    return range(first, first - WEEK * _SEARCH_WEEKS, -WEEK)


def _filled(known: Known, origin: int) -> list[float] | None:
    """The last four to eight whole weeks; unknown days are as the mean of their weekday. None when one has none."""
    oldest = min((day for day in range(origin - WEEK * SHARE_WEEKS, origin) if day in known), default=origin)
    weeks = max((origin - oldest) // WEEK, LOOK_BACK_DAYS // WEEK)
    means: list[float] = [0.0] * WEEK
    for first in range(origin - WEEK, origin):
        past = [known[each] for each in _weekly(first)[:weeks] if each in known]
        if not past:
            return None
        means[weekday_of(first)] = fmean(past)
    return [known.get(day, means[weekday_of(day)]) for day in range(origin - WEEK * weeks, origin)]


def _shares(days: Sequence[float], origin: int) -> list[float]:
    """What each weekday is of the mean day of its week: the median over weeks that had any; all 1 when none had."""
    weeks = [days[first : first + WEEK] for first in range(0, len(days), WEEK)]
    busy = [(week, fmean(week)) for week in weeks if any(week)]
    found = [median(week[n] / mean for week, mean in busy) if busy else 1.0 for n in range(WEEK)]
    scale = fmean(found) or 1.0
    by_weekday = [1.0] * WEEK
    for number, share in enumerate(found):
        by_weekday[weekday_of(origin + number)] = share / scale
    return by_weekday


def _growth(days: Sequence[float]) -> float:
    """Of a day: the last two weeks over the two before them."""
    fortnight = 2 * WEEK
    before, after = fmean(days[-2 * fortnight : -fortnight]), fmean(days[-fortnight:])
    if not before or not after:
        return 1.0
    growth = math.pow(after / before, 1 / fortnight)
    return min(max(growth, 1 / _MOST_GROWTH), _MOST_GROWTH)


NAIVE = "mean_of_four"
USUAL = "mean_and_shares"
_MEAN_OF_FOUR, _SHARES = same_weekdays(4, fmean), weekday_shares(LOOK_BACK_DAYS)
MODELS: Mapping[str, Model] = {
    NAIVE: _MEAN_OF_FOUR,
    USUAL: both(_MEAN_OF_FOUR, _SHARES),
    "weekday_shares": _SHARES,
    "last_week": same_weekdays(1, fmean),
    "median_of_four": same_weekdays(4, median),
    "mean_of_eight": same_weekdays(8, fmean),
    "recent_level": weekday_shares(WEEK),
    "drift": weekday_shares(2 * WEEK, drifts=True),
}
"""By name. NAIVE is what every other must beat; USUAL is taken until another was clearly better."""
QUICK = frozenset({"last_week", "recent_level", "drift"})
"""Models that go by the last days."""
