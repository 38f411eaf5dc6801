"""Peaks as JSON: the days of a period, the records, what comes, and what carries it. Counts are integers, shares
truncated decimals, times RFC 3339 UTC; what is not known is null and has a reason."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from reports.load_runs.view import utc
from reports.peaks.calendar import DayKinds
from reports.peaks.capacity import peak_json
from reports.peaks.forecasting import NEEDED_DAYS, Outlook
from reports.peaks.gathering import At, Day, Days
from slo.forecasting.daily import LEAST_DAYS_KNOWN, NOMINAL, DailyOutcome
from slo.formatting import ratio
from slo.windows import MINUTE_S, Window

Json = dict[str, Any]
SHARE_DIGITS = 4


def days_json(seen: Days, window: Window, kinds: DayKinds) -> list[Json]:
    """Days of a window, oldest first."""
    return [day_json(each, kinds) for each in seen.within(window)]


def day_json(day: Day, kinds: DayKinds) -> Json:
    """One day."""
    return {
        "day": day.day.isoformat(),
        "transactions": day.transactions,
        "load_test_transactions": day.load_test,
        "peak_minute": _at(day.minute, MINUTE_S),
        "peak_second": _at(day.second, 1),
        "load_test_peak_minute": _at(day.load_test_minute, MINUTE_S),
        "provisional": day.provisional,
        "incomplete": day.incomplete,
        "simulated": day.simulated,
        "kinds": kinds_json(kinds, day.day),
    }


def kinds_json(kinds: DayKinds, day: date) -> list[Json]:
    """What a date is, the kind that forecasts go by first; empty for an ordinary day."""
    return [{"id": each.id, "name": each.names()} for each in kinds.kinds(day)]


def records_json(seen: Days, kinds: DayKinds) -> Json:
    """The greatest day, the busiest minute and the busiest second that there ever were, each with its day."""
    found = {"day": seen.record(), "minute": seen.record_minute(), "second": seen.record_second()}
    return {name: None if day is None else day_json(day, kinds) for name, day in found.items()}


def forecast_json(found: Outlook, kinds: DayKinds) -> Json:
    """Daily totals and the peak of the next 28 days; ``reasons`` say why there is none."""
    growth = found.growth_per_year
    reasons = {"daily": found.daily.reason, "peak": found.peak.reason}
    return {
        "from": found.first.isoformat(),
        "daily": _daily(found.daily, kinds),
        "peak": peak_json(found.peak),
        "growth_per_year": None if growth is None else ratio(growth, SHARE_DIGITS),
        "reasons": {name: reason for name, reason in reasons.items() if reason},
        "needed_days": {"daily": LEAST_DAYS_KNOWN, "peak": NEEDED_DAYS},
    }


def _daily(outcome: DailyOutcome, kinds: DayKinds) -> Json | None:
    found = outcome.forecast
    if found is None:
        return None
    score = found.score
    return {
        "model": found.model,
        "uses_calendar": found.uses_calendar,
        "wape": _share(score.wape),
        "naive_wape": _share(score.naive_wape),
        "nominal_coverage": ratio(NOMINAL, 2),
        "achieved_coverage": _share(Fraction(score.covered, score.checked) if score.checked else None),
        "days_checked": score.checked,
        "days": [
            {
                "day": date.fromordinal(each.day).isoformat(),
                "low": each.low,
                "point": each.point,
                "high": each.high,
                "naive": each.naive,
                "provisional": each.provisional,
                "kinds": kinds_json(kinds, date.fromordinal(each.day)),
            }
            for each in found.days
        ],
    }


def _share(value: Fraction | None) -> str | None:
    return None if value is None else ratio(value, SHARE_DIGITS)


def _at(found: At | None, seconds: int) -> Json | None:
    """A busiest slice of so many seconds."""
    if found is None:
        return None
    per_second = found.transactions // seconds
    return {"at": utc(found.at_s * 1000), "transactions": found.transactions, "per_second": per_second}
