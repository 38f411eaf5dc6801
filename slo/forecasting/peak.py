"""The peak's own quantile (definitions.md section 7): ``max of the last 28 days x 95th percentile of past ratios``.

A past ratio is what the highest peak of a horizon was of the highest of the 28 days before it. Horizons of 28 days
overlap: a year of days holds some thirteen that say something new, and the 95th percentile of so few is little more
than the greatest that happened to come. With fewer than ``_SETTLED`` such horizons the ratio is therefore at least

- what the next horizon stays below with 95 % (prediction bound of the logarithms by Student's t), as ratios came;
- the same of what ratios were beside half of the growth before them, put to half of the growth of the last 28 days:
  who grew lately may grow on, and a season that turns for the first time has no ratio yet;
- what the middle day fell from 28 days to the next ones (95th percentile, up to a half), turned over: what fell so
  fast may rise so fast, as a year does whose autumn was seen and whose spring was not;
- ``exp(_CAUTION / sqrt(horizons))``: a short past has seldom seen its worst day;

and at most half above the greatest of them that came. Of a kind of day that the series has never seen, the ratio is at
least what was said in advance (``prior``).
"""

from __future__ import annotations

import enum
import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

from slo.forecasting.models import LOOK_BACK_DAYS
from slo.forecasting.prior import Prior, Priors

QUANTILE = Fraction(95, 100)
LEAST_DAYS_KNOWN = 24
"""Of 28 days so many must have a peak: a greatest day among few says little."""
LEAST_RATIOS = 20
"""Fewer ratios have no 95th percentile below their greatest."""

_SETTLED = 20
_MOST_ABOVE = Fraction(3, 2)
_GOES_ON = 0.5
"""Share of the last growth that goes on. With all of it, forecasts are wider and cover no more drawn series."""
_CAUTION = 0.4
_MOST_RETURNS = math.log(2)
"""A season at most doubles in four weeks; what fell by more has ended."""
_GRAIN = 10_000
_STUDENT_95 = ((1, 6.314), (2, 2.920), (3, 2.353), (4, 2.132), (5, 2.015), (7, 1.895), (10, 1.812), (14, 1.761))
"""Degrees of freedom and the 95th percentile of Student's t; between two of them the wider one."""


_NOTHING_SAID: Mapping[int, tuple[Prior, ...]] = MappingProxyType({})


class _Outcome(enum.Enum):
    """What became of a past forecast."""

    HELD = enum.auto()
    HELD_BY_PRIOR = enum.auto()
    EXCEEDED = enum.auto()


@dataclass(frozen=True, slots=True)
class PeakForecast:
    """The next ``horizon_days``' highest peak, which 95 of 100 such horizons should not exceed: ``highest x ratio``.

    ``highest``: of the last 28 days; ``ratio_p95``: 95th percentile of past ratios; ``ratio``: the same, or more while
    the past is short. ``covered`` of ``checked`` past horizons, one from each day, stayed within the forecast that
    would have been made then, from horizons that had passed by then; ``covered_by_prior`` of them only by what was
    said in advance. ``prior``: what was said of the days to come, where it is more than the past says.
    """

    highest: int
    ratio: Fraction
    covered: int
    checked: int
    ratio_p95: Fraction
    horizon_days: int = 1
    covered_by_prior: int = 0
    prior: Prior | None = None

    @property
    def value(self) -> Fraction:
        """The forecast, in the unit of the peaks."""
        return self.highest * self.ratio

    @property
    def achieved(self) -> Fraction | None:
        """Share of past horizons that the forecast held for, to stand beside QUANTILE; None when none was checked."""
        return Fraction(self.covered, self.checked) if self.checked else None


class Forecast(NamedTuple):
    """A forecast, or why there is none."""

    peak: PeakForecast | None
    reason: str = ""


def forecast_peak(
    peaks: Mapping[int, int],
    day: int,
    horizon_days: int = 1,
    expected: Mapping[int, tuple[Prior, ...]] = _NOTHING_SAID,
) -> Forecast:
    """``peaks``: by the number of a closed day, unknown ones left out; ``day``: the first of the horizon;
    ``expected``: what is said in advance of days, passed and to come."""
    highest = _highest(peaks, day - LOOK_BACK_DAYS, LOOK_BACK_DAYS)
    if highest is None:
        known = sum(1 for each in range(day - LOOK_BACK_DAYS, day) if each in peaks)
        return Forecast(None, f"{known} of the last {LOOK_BACK_DAYS} days have a peak; {LEAST_DAYS_KNOWN} are needed")
    ratios = list(_ratios({each: peaks[each] for each in peaks if each < day}, horizon_days))
    if len(ratios) < LEAST_RATIOS:
        return Forecast(None, _too_few(len(ratios), horizon_days))
    past, priors = _Past(horizon_days), Priors(expected, peaks)
    outcomes = list(_past_outcomes(past, ratios, priors))
    past.learn_until(day, ratios)
    ratio, prior = past.ratio(_grown(peaks, day)), priors.greatest(day, horizon_days)
    if prior is not None and prior.factor <= ratio:
        prior = None
    return Forecast(
        PeakForecast(
            highest,
            ratio if prior is None else prior.factor,
            covered=sum(each is not _Outcome.EXCEEDED for each in outcomes),
            checked=len(outcomes),
            ratio_p95=past.quantile(),
            horizon_days=horizon_days,
            covered_by_prior=outcomes.count(_Outcome.HELD_BY_PRIOR),
            prior=prior,
        )
    )


def quantile(values: Sequence[Fraction], share: Fraction = QUANTILE) -> Fraction:
    """The least of some values that so large a share of them does not exceed. At least one value."""
    return _of_sorted(sorted(values), share)


def _of_sorted(values: Sequence[Fraction], share: Fraction) -> Fraction:
    rank = -(-share * len(values) // 1)
    return values[max(1, int(rank)) - 1]


def _too_few(found: int, horizon_days: int) -> str:
    what = "days" if horizon_days == 1 else f"horizons of {horizon_days} days"
    return f"{found} past {what} can be compared with the days before them; {LEAST_RATIOS} are needed"


class _Ratio(NamedTuple):
    """What the highest peak of the horizon from ``day`` on was of the highest of the 28 days before it, and how those
    had grown."""

    day: int
    value: Fraction
    grown: float | None


def _ratios(peaks: Mapping[int, int], horizon_days: int) -> Iterator[_Ratio]:
    """Of every day whose horizon has passed, oldest first; those before a greatest peak of 0 have none."""
    last = max(peaks, default=0)
    for day in range(min(peaks, default=1) + 1, last - horizon_days + 2):
        before = _highest(peaks, day - LOOK_BACK_DAYS, LOOK_BACK_DAYS)
        after = _highest(peaks, day, horizon_days)
        if before and after is not None:
            yield _Ratio(day, Fraction(after, before), _grown(peaks, day))


def _grown(peaks: Mapping[int, int], day: int) -> float | None:
    """Logarithm of what the middle of the 28 days before a day was of that of the 28 before those: one day that stands
    out is no growth. None: not known."""
    before, after = (_middle(peaks, day - days) for days in (2 * LOOK_BACK_DAYS, LOOK_BACK_DAYS))
    return math.log(after / before) if before and after else None


def _middle(peaks: Mapping[int, int], first: int) -> float | None:
    """The median peak of 28 days; None when too few of them are known."""
    known = [peaks[each] for each in range(first, first + LOOK_BACK_DAYS) if each in peaks]
    return median(known) if len(known) >= LEAST_DAYS_KNOWN else None


def _highest(peaks: Mapping[int, int], first: int, days: int) -> int | None:
    """The greatest peak of some days; None when too few of them are known."""
    known = [peaks[each] for each in range(first, first + days) if each in peaks]
    return max(known) if known and len(known) * LOOK_BACK_DAYS >= LEAST_DAYS_KNOWN * days else None


@dataclass(slots=True)
class _Past:
    """Ratios of horizons that had passed by some day. ``values``: in order of size; ``logarithms``: of those above 0;
    ``apart``: without the part that growth before them had in them; ``fallen``: logarithms of what the middle fell by
    before them, in order of size."""

    horizon_days: int
    values: list[Fraction] = field(default_factory=list)
    logarithms: list[float] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)
    fallen: list[float] = field(default_factory=list)
    _next: int = 0

    def learn_until(self, day: int, ratios: Sequence[_Ratio]) -> None:
        """Takes in what had passed by a day; days must not go back."""
        while self._next < len(ratios) and ratios[self._next].day + self.horizon_days <= day:
            self._learn(ratios[self._next])
            self._next += 1

    def quantile(self) -> Fraction:
        """The definition's."""
        return _of_sorted(self.values, QUANTILE)

    def ratio(self, grown: float | None) -> Fraction:
        """The definition's, or more where too little has passed for it. ``grown``: see ``_grown``."""
        horizons = len(self.values) // self.horizon_days
        if horizons >= _SETTLED:
            return self.quantile()
        bounds = [_CAUTION / math.sqrt(horizons + 1), _prediction_bound(self.logarithms, horizons + 1)]
        if grown is not None and len(self.apart) >= LEAST_RATIOS:
            also = _prediction_bound(self.apart, len(self.apart) // self.horizon_days + 1)
            bounds.append(also + _GOES_ON * grown)
        returned = self._returned()
        least = max(self.quantile(), returned)
        most = max(self.values[-1], returned) * _MOST_ABOVE
        if not most or max(bounds) >= math.log(most):
            return max(least, most)
        return max(least, Fraction(math.ceil(math.exp(max(bounds)) * _GRAIN), _GRAIN))

    def _returned(self) -> Fraction:
        """What the middle of 28 days was of that of the next ones, where it had fallen."""
        if not self.fallen:
            return Fraction(0)
        fall = self.fallen[math.ceil(QUANTILE * len(self.fallen)) - 1]
        return Fraction(math.ceil(math.exp(min(fall, _MOST_RETURNS)) * _GRAIN), _GRAIN)

    def _learn(self, ratio: _Ratio) -> None:
        insort(self.values, ratio.value)
        if ratio.grown is not None:
            insort(self.fallen, -ratio.grown)
        if ratio.value:
            self.logarithms.append(math.log(ratio.value))
            if ratio.grown is not None:
                self.apart.append(self.logarithms[-1] - _GOES_ON * ratio.grown)


def _past_outcomes(past: _Past, ratios: Sequence[_Ratio], priors: Priors) -> Iterable[_Outcome]:
    """Whether each horizon that could have been foretold stayed within its forecast."""
    for ratio in ratios:
        past.learn_until(ratio.day, ratios)
        if len(past.values) >= LEAST_RATIOS:
            if ratio.value <= past.ratio(ratio.grown):
                yield _Outcome.HELD
                continue
            prior = priors.greatest(ratio.day, past.horizon_days)
            held = prior is not None and ratio.value <= prior.factor
            yield _Outcome.HELD_BY_PRIOR if held else _Outcome.EXCEEDED


def _prediction_bound(logarithms: Sequence[float], horizons: int) -> float:
    """What the next of so many independent horizons stays below with 95 %; nothing when too few had any peak."""
    independent = max(2, horizons)
    if len(logarithms) < independent:
        return -math.inf
    mean = math.fsum(logarithms) / len(logarithms)
    squares = math.fsum((each - mean) ** 2 for each in logarithms)
    spread = math.sqrt(squares / (len(logarithms) - 1) * (1 + 1 / independent))
    return mean + _student(independent - 1) * spread


def _student(freedom: int) -> float:
    place = bisect_left(_STUDENT_95, freedom + 1, key=lambda row: row[0])
    return _STUDENT_95[place - 1][1]
