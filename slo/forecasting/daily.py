"""Daily totals of the next weeks: a point, a band and the naive line of each day, with what a back-test says of them.

The model is chosen at each origin by what all would have said at weekly origins before it, over days that have passed
since; nothing from after an origin is used at it. ``mean_and_shares`` goes before the others unless one was clearly
better (``_CLEARLY``, in ``_MOST_WEEKS`` of at least ``_LEAST_ORIGINS`` origins): on little evidence the winner of a
back-test wins by luck. QUICK models, which win while a season rises and are far off when it turns, must have been
better still, in nearly all weeks of half a year. Whichever it is, it must have earned its place: the naive line is
taken until the model was wrong by less than ``_EARNED`` of what the naive one was, and for a series whose days are far
from their own weekday's mean (many zeros, few events).

With a calendar each model may see ordinary days only, and special days times their factor; where the past says that the
calendar does harm, it is left out. A model with a calendar need not earn its place, only lose none: what it knows of
holidays to come shows in no back-test of weeks without any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean

from slo.forecasting.calendar import WEEK, Calendar, factors, weekday_of
from slo.forecasting.models import LOOK_BACK_DAYS, MODELS, NAIVE, QUICK, USUAL, Pattern

HORIZON_DAYS = 28
LEAST_DAYS_KNOWN = 21
"""Of the 28 days before an origin."""
LOW, HIGH = Fraction(5, 100), Fraction(95, 100)
NOMINAL = HIGH - LOW
_ORIGINS = 26
_LEAST_ORIGINS = 12
_CLEARLY = 0.85
_CLEARLY_QUICK = 0.7
_MOST_WEEKS = 0.6
_MOST_WEEKS_QUICK = 0.9
_NAIVE_BETTER = 0.97
_EARNED = 0.97
_LEAST_EARNING = 8
_ERRATIC = 0.5
"""Of what came: so much of it is no part of any weekday's mean."""
_ERRATIC_DAYS = 56
_LEAST_RATIOS = 56
_PLAIN, _WITH_CALENDAR = False, True
_NO_CALENDAR = Calendar()

Choice = tuple[str, bool]
"""A model's name, and whether it uses the calendar."""
_NAIVE: Choice = (NAIVE, _PLAIN)


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """One day: ``low`` and ``high`` hold 90 % of days, None before enough is known of past errors.

    ``naive``: mean of the last four same weekdays. ``provisional``: the calendar does not reach so far.
    """

    day: int
    point: int
    low: int | None
    high: int | None
    naive: int
    kind: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Sums over days that have passed: absolute errors of a forecast and of the naive one, and what really came."""

    error: Fraction = Fraction(0)
    naive_error: Fraction = Fraction(0)
    actual: int = 0
    covered: int = 0
    checked: int = 0

    @property
    def wape(self) -> Fraction | None:
        """Absolute errors over what came; None when nothing came."""
        return self.error / self.actual if self.actual else None

    @property
    def naive_wape(self) -> Fraction | None:
        """The same of the naive forecast."""
        return self.naive_error / self.actual if self.actual else None

    def __add__(self, other: Score) -> Score:
        """Both together."""
        return Score(
            self.error + other.error,
            self.naive_error + other.naive_error,
            self.actual + other.actual,
            self.covered + other.covered,
            self.checked + other.checked,
        )


@dataclass(frozen=True, slots=True)
class DailyForecast:
    """``model`` and ``score`` of its back-test over weekly origins; ``covered`` of ``checked`` past days lay in the
    band that would have been drawn then, beside NOMINAL."""

    days: tuple[ForecastDay, ...]
    model: str
    uses_calendar: bool
    score: Score


@dataclass(frozen=True, slots=True)
class DailyOutcome:
    """A forecast, or why there is none."""

    forecast: DailyForecast | None
    reason: str = ""


class DailyForecasts:
    """Forecasts of one series from any origin; what a model said at an origin is computed once."""

    def __init__(self, totals: Mapping[int, int | None], calendar: Calendar = _NO_CALENDAR) -> None:
        """``totals`` by ``date.toordinal()``; None, or no entry, is a day that is not known."""
        self._known = {day: total for day, total in totals.items() if total is not None}
        self._calendar = calendar
        self._ordinary = {day: total for day, total in self._known.items() if day not in calendar.kinds}
        self._patterns: dict[tuple[Choice, int], Pattern] = {}
        self._asked: set[tuple[Choice, int]] = set()
        self._factors: dict[int, dict[str, float]] = {}
        self._errors_of: dict[tuple[Choice, int], float] = {}

    def forecast(self, origin: int, days: int = HORIZON_DAYS) -> DailyOutcome:
        """The days from ``origin`` on, from what was known before it."""
        reason = self._too_little(origin)
        if reason:
            return DailyOutcome(None, reason)
        choice = self._choose(origin)
        score = self._past_score(choice, origin)
        return DailyOutcome(DailyForecast(self._days(choice, origin, days), choice[0], choice[1], score))

    def rolling(self, first: int, last: int, step: int = WEEK, days: int = HORIZON_DAYS) -> Score:
        """What forecasts from every ``step``-th origin in ``[first, last]`` were worth: chosen model against naive."""
        total = Score()
        for origin in range(first, last + 1, step):
            if not self._too_little(origin):
                total += self._score(self._days(self._choose(origin), origin, days))
        return total

    def _days(self, choice: Choice, origin: int, days: int) -> tuple[ForecastDay, ...]:
        band = _band(list(self._ratios(choice, origin, origin)))
        return tuple(self._day(choice, origin, day, band) for day in range(origin, origin + days))

    def _score(self, days: tuple[ForecastDay, ...]) -> Score:
        total = Score()
        for day in days:
            actual = self._known.get(day.day)
            if actual is None:
                continue
            banded = day.low is not None and day.high is not None
            inside = day.low is not None and day.high is not None and day.low <= actual <= day.high
            total += Score(
                Fraction(abs(day.point - actual)), Fraction(abs(day.naive - actual)), actual, int(inside), int(banded)
            )
        return total

    def _past_score(self, choice: Choice, origin: int) -> Score:
        """Back-test of one choice over weekly origins whose horizon has passed."""
        total = Score()
        for past in _origins(origin):
            if past + HORIZON_DAYS <= origin and self._knows(choice, past) and self._knows(_NAIVE, past):
                total += self._score(self._days(choice, past, HORIZON_DAYS))
        return total

    def _too_little(self, origin: int) -> str:
        """Why nothing can be said from an origin; empty when something can."""
        known = sum(1 for day in range(origin - LOOK_BACK_DAYS, origin) if day in self._known)
        if known < LEAST_DAYS_KNOWN:
            return f"not enough: {known} of the last {LOOK_BACK_DAYS} days are known; {LEAST_DAYS_KNOWN} are needed"
        if not self._knows(_NAIVE, origin) or not self._knows((USUAL, _PLAIN), origin):
            return "not enough: a weekday was not known in any of the last weeks"
        return ""

    def _day(self, choice: Choice, origin: int, day: int, band: tuple[float, float] | None) -> ForecastDay:
        value, naive = self._value(choice, origin, day), self._value(_NAIVE, origin, day)
        kind = self._calendar.kinds.get(day)
        return ForecastDay(
            day=day,
            point=math.floor(value + 0.5),
            low=None if band is None else math.floor(value * band[0]),
            high=None if band is None else math.ceil(value * band[1]),
            naive=math.floor(naive + 0.5),
            kind="" if kind is None else kind.name,
            provisional=self._calendar.is_provisional(day),
        )

    def _value(self, choice: Choice, origin: int, day: int) -> float:
        """What one choice says of a day; the choice has a pattern at the origin."""
        pattern = self._patterns[choice, origin]
        if not choice[1]:
            return pattern.at(day, weekday_of(day))
        kind = self._calendar.kinds.get(day)
        factor = 1.0 if kind is None else self._factors_at(origin).get(kind.name, 1.0)
        return pattern.at(day, self._calendar.weekday(day)) * factor

    def _knows(self, choice: Choice, origin: int) -> bool:
        """Whether a choice has a pattern at an origin; made when first asked for."""
        if (choice, origin) not in self._asked:
            self._asked.add((choice, origin))
            name, with_calendar = choice
            pattern = MODELS[name](self._ordinary if with_calendar else self._known, origin)
            if pattern is not None:
                self._patterns[choice, origin] = pattern
        return (choice, origin) in self._patterns

    def _factors_at(self, origin: int) -> dict[str, float]:
        if origin not in self._factors:
            self._factors[origin] = factors(self._known, self._calendar, origin)
        return self._factors[origin]

    def _erratic(self, origin: int) -> bool:
        """Whether the days of eight weeks lie so far from the mean of their weekday that no model is worth more."""
        days = [day for day in range(origin - _ERRATIC_DAYS, origin) if day in self._known]
        by_weekday: dict[int, list[int]] = {}
        for day in days:
            by_weekday.setdefault(weekday_of(day), []).append(self._known[day])
        away = sum(abs(each - fmean(found)) for found in by_weekday.values() for each in found)
        return away > _ERRATIC * sum(self._known[day] for day in days)

    def _choose(self, origin: int) -> Choice:
        if self._erratic(origin):
            return _NAIVE
        errors = self._errors(origin)
        choice = self._best(origin, errors)
        rows = [row for row in errors if choice in row]
        own, naive = (sum(row[each] for row in rows) for each in (choice, _NAIVE))
        if choice[1]:
            return _NAIVE if naive < _NAIVE_BETTER * own and len(rows) >= _LEAST_ORIGINS else choice
        return choice if own < _EARNED * naive and len(rows) >= _LEAST_EARNING else _NAIVE

    def _best(self, origin: int, errors: list[dict[Choice, float]]) -> Choice:
        """The usual model, or one that was clearly better."""
        choice = self._usual(origin, errors)
        rows = [row for row in errors if choice in row]
        if len(rows) < _LEAST_ORIGINS:
            return choice
        rivals = [each for each in rows[0] if self._may_win(each, rows) and self._knows(each, origin)]
        totals = {each: sum(row[each] for row in rows) for each in rivals}
        best = min(rivals, key=lambda each: totals[each])
        weeks = sum(1 for row in rows if row[best] < row[choice])
        better, most = (_CLEARLY_QUICK, _MOST_WEEKS_QUICK) if best[0] in QUICK else (_CLEARLY, _MOST_WEEKS)
        return best if totals[best] < better * totals[choice] and weeks >= most * len(rows) else choice

    def _may_win(self, choice: Choice, rows: list[dict[Choice, float]]) -> bool:
        """Whether there is enough to judge a choice by: a QUICK one wins every half of a season and loses its turn."""
        enough = choice[0] not in QUICK or len(rows) >= _ORIGINS
        return enough and all(choice in row for row in rows)

    def _usual(self, origin: int, errors: list[dict[Choice, float]]) -> Choice:
        """The usual model: with the calendar where there is one that did no harm."""
        plain, adjusted = (USUAL, _PLAIN), (USUAL, _WITH_CALENDAR)
        if not self._calendar.kinds or not self._knows(adjusted, origin):
            return plain
        both = [row for row in errors if adjusted in row]
        harm = sum(row[adjusted] for row in both) > sum(row[plain] for row in both)
        return plain if harm else adjusted

    def _choices(self) -> Iterator[Choice]:
        for name in MODELS:
            yield name, _PLAIN
            if self._calendar.kinds and name != NAIVE:
                yield name, _WITH_CALENDAR

    def _errors(self, origin: int) -> list[dict[Choice, float]]:
        """Absolute errors of every choice at each past origin that has both the usual and the naive forecast."""
        rows = []
        for past in _origins(origin):
            row = {each: self._error(each, past, origin) for each in self._choices() if self._knows(each, past)}
            if (USUAL, _PLAIN) in row and _NAIVE in row:
                rows.append(row)
        return rows

    def _error(self, choice: Choice, past: int, before: int) -> float:
        """Of the days from a past origin that had passed; kept once all had."""
        kept = self._errors_of.get((choice, past))
        if kept is not None and past + HORIZON_DAYS <= before:
            return kept
        days = range(past, min(past + HORIZON_DAYS, before))
        error = sum(abs(self._value(choice, past, day) - self._known[day]) for day in days if day in self._known)
        if past + HORIZON_DAYS <= before:
            self._errors_of[choice, past] = error
        return error

    def _ratios(self, choice: Choice, origin: int, before: int) -> Iterator[float]:
        """What came of what the choice had said at past origins, for days that had passed."""
        for past in _origins(origin):
            if not self._knows(choice, past):
                continue
            for day in range(past, min(past + HORIZON_DAYS, before)):
                value = self._value(choice, past, day)
                if day in self._known and value > 0:
                    yield self._known[day] / value


def _origins(origin: int) -> range:
    """Weekly origins before one, newest first."""
    return range(origin - WEEK, origin - WEEK * (_ORIGINS + 1), -WEEK)


def _band(ratios: list[float]) -> tuple[float, float] | None:
    """The 5th and 95th percentile of past ratios, each a value that was there; None of too few."""
    if len(ratios) < _LEAST_RATIOS:
        return None
    ordered = sorted(ratios)
    beyond = math.floor(LOW * (len(ordered) + 1)) - 1
    return ordered[beyond], ordered[-1 - beyond]
