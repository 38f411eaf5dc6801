"""What the next 28 days may bring: daily totals, the peak, and growth by the year. Pure, and kept: the same past is
never forecast twice, however many screens ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from reports.peaks.calendar import DayKinds
from slo.forecasting.daily import HORIZON_DAYS, DailyForecasts, DailyOutcome
from slo.forecasting.models import LOOK_BACK_DAYS
from slo.forecasting.peak import Forecast, forecast_peak
from slo.forecasting.prior import Prior

HORIZONS_DAYS = (HORIZON_DAYS, 7, 1)
"""The peak is forecast for the first of these that the past suffices for."""
NEEDED_DAYS = 71
"""Days with a peak on end that a 28-day horizon needs: 24 to look back on, 20 horizons of 28 days that have passed."""
YEAR_DAYS = 364
"""Whole weeks, so that each day is compared with the same weekday."""
LEAST_COMPARED_DAYS = 21

Series = tuple[tuple[int, int], ...]
"""(``date.toordinal()``, number) of every day that is known, oldest first."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """``peak``: the highest of its horizon, in transactions of the busiest minute. ``growth_per_year``: the last 28
    days beside those of a year before, None when too few of them are known. ``first``: the first day foretold."""

    first: date
    daily: DailyOutcome
    peak: Forecast
    growth_per_year: Fraction | None

    def daily_p95(self) -> list[tuple[int, Fraction]]:
        """P95 of the busiest minute of each of the 28 days: the greatest day of the forecast may have the horizon's
        peak, another as much of it as it is of that day."""
        if self.peak.peak is None:
            return []
        value = self.peak.peak.value
        first = self.first.toordinal()
        if self.daily.forecast is None:
            return [(first + n, value) for n in range(HORIZON_DAYS)]
        likely = [(each.day, each.high if each.high is not None else each.point) for each in self.daily.forecast.days]
        most = max(total for _, total in likely)
        return [(day, value * total / most if most else value) for day, total in likely]


def outlook(kinds: DayKinds, totals: Mapping[int, int], peaks: Mapping[int, int], first: date) -> Outlook:
    """From what closed days brought: ``totals`` and the transactions of their busiest minutes, by day."""
    return _outlook(kinds, _series(totals), _series(peaks), first)


def _series(known: Mapping[int, int]) -> Series:
    return tuple(sorted(known.items()))


@lru_cache(maxsize=128)
def _outlook(kinds: DayKinds, totals: Series, peaks: Series, first: date) -> Outlook:
    oldest = date.fromordinal(totals[0][0]) if totals else first
    calendar = kinds.calendar(oldest, first + timedelta(days=HORIZON_DAYS))
    known = dict(totals)
    daily = DailyForecasts(known, calendar).forecast(first.toordinal())
    begin = date.fromordinal(peaks[0][0]) if peaks else first
    expected = kinds.expected(begin, first + timedelta(days=HORIZON_DAYS))
    peak = _peak(dict(peaks), first.toordinal(), expected)
    return Outlook(first, daily, peak, growth_per_year(known, first.toordinal()))


def _peak(peaks: Mapping[int, int], first: int, expected: Mapping[int, tuple[Prior, ...]]) -> Forecast:
    """For the longest horizon that can be foretold; else why not even the next day can be."""
    found = Forecast(None)
    for horizon in HORIZONS_DAYS:
        found = forecast_peak(peaks, first, horizon, expected)
        if found.peak is not None:
            return found
    known = sum(1 for day in range(first - LOOK_BACK_DAYS, first) if day in peaks)
    more = f"not enough history: {known} of the last {LOOK_BACK_DAYS} days have a peak; "
    return Forecast(None, f"{more}{NEEDED_DAYS} days on end are needed for {HORIZON_DAYS} days ahead ({found.reason})")


def growth_per_year(totals: Mapping[int, int], first: int) -> Fraction | None:
    """The last 28 days over the same weekdays a year before, minus 1."""
    days = [day for day in range(first - LOOK_BACK_DAYS, first) if day in totals and day - YEAR_DAYS in totals]
    before = sum(totals[day - YEAR_DAYS] for day in days)
    if len(days) < LEAST_COMPARED_DAYS or not before:
        return None
    return Fraction(sum(totals[day] for day in days), before) - 1
