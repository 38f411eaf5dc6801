"""A day by its hours, beside the record day and what the forecast expects of each hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from reports.peaks.forecasting import Outlook
from reports.peaks.gathering import Days
from slo.windows import HOUR_S, Window, day_of, day_window
from store.port import Reader
from store.records import Level, Scope

WEEKS = 4
"""The shape of a day is that of the last same weekdays."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour that begins at ``at_s``; one that goes on is not known yet. ``record``: the same hour of the record
    day; ``low``, ``point``, ``high``: the day's forecast, divided as the last same weekdays were. None: not known."""

    at_s: int
    transactions: int | None
    record: int | None
    low: int | None
    point: int | None
    high: int | None


def read_curve(reader: Reader, seen: Days, look: Outlook, now_s: int) -> list[Hour]:
    """Hours of the day that ``look`` begins with, which is today."""
    today = day_window(look.first, seen.zone)
    now = _hours(reader, today, seen.product)
    record = seen.record()
    best = {} if record is None else _from_midnight(_hours(reader, record.window, seen.product), record.window)
    shape, expected = _shape(reader, seen, look), _expected(look)
    found = []
    for at_s in range(today.from_s, today.to_s, HOUR_S):
        since_s = at_s - today.from_s
        share = shape.get(since_s)
        band = (None if share is None or total is None else int(total * share) for total in expected)
        begun = now.get(at_s, 0) if at_s + HOUR_S <= now_s else None
        found.append(Hour(at_s, begun, best.get(since_s), *band))
    return found


def _expected(look: Outlook) -> tuple[int | None, int | None, int | None]:
    if look.daily.forecast is None:
        return None, None, None
    today = look.daily.forecast.days[0]
    return today.low, today.point, today.high


def _shape(reader: Reader, seen: Days, look: Outlook) -> Mapping[int, Fraction]:
    """Share of each hour (seconds from midnight) in a day."""
    total: Counter[int] = Counter()
    for week in range(1, WEEKS + 1):
        window = day_window(look.first - timedelta(weeks=week), seen.zone)
        total.update(_from_midnight(_hours(reader, window, seen.product), window))
    whole = sum(total.values())
    return {since_s: Fraction(count, whole) for since_s, count in total.items()} if whole else {}


def _from_midnight(hours: Mapping[int, int], window: Window) -> dict[int, int]:
    return {at_s - window.from_s: count for at_s, count in hours.items()}


def _hours(reader: Reader, window: Window, product: str) -> dict[int, int]:
    scope = Scope.PRODUCT if product else Scope.BANK
    rows = reader.timeline(Level.HOUR, scope, window.from_s, window.to_s, product=product)
    return {at_s: counts.transactions for at_s, _, counts in rows}


def shown_days(now_s: int, zone: str, days: int) -> Window:
    """So many days that end with today."""
    today = day_of(now_s, zone)
    first = day_window(today - timedelta(days=days - 1), zone)
    return Window(first.from_s, day_window(today, zone).to_s)
