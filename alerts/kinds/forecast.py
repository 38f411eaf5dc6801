"""How many transactions the next minutes should bring: the mean of the same instant of the last same weekdays.

Rates between minutes are interpolated. One festival among the weeks would lift the mean above every ordinary day, so
the forecast is never above the median of the weeks. The hour before says how the present day compares (``level``): on
a holiday demand falls slowly and far, in an outage at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median

from alerts.kinds.policy import VolumePolicy
from slo.windows import DAY_S, HOUR_S, MINUTE_S, Window, day_start
from store.port import Reader
from store.records import Level, Scope

BEHIND_S = 10 * MINUTE_S
"""How late the newest page of all sources may be and still find its forecast."""
AHEAD_S = 3 * MINUTE_S
HOUR_BEFORE = Window(-65 * MINUTE_S, -5 * MINUTE_S)
"""Relative to now: what the level is taken from. The last minutes are left out, an outage may have begun in them."""
LEAST_MINUTES = 54
"""Minutes of that hour that must hold transactions of the bank: what was not observed lowers nothing."""
LONGEST_GAP_MS = 30_000
SCALE = HOUR_S * MINUTE_S
"""Transactions of a minute are kept times this, so that those drawn out from hours are whole numbers too."""
_PER_WINDOW_SECOND = 2 * MINUTE_S * MINUTE_S * SCALE


@dataclass(frozen=True, slots=True)
class Week:
    """One past week: by how much its instants lie back, transactions by product and minute of that week (times
    ``SCALE``), and those of the hour before."""

    back_s: int
    minutes: Mapping[str, Mapping[int, int]]
    hour_before: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known at one minute. ``present``: transactions by product of the hour before now; empty when that was
    not observed."""

    minute_s: int = 0
    weeks: tuple[Week, ...] = ()
    present: Mapping[str, int] = field(default_factory=dict)

    def expected(self, product: str, window: Window) -> Fraction | None:
        """Transactions of one product in a window; None without a past week in which it had any."""
        past = [_rate_at(week.minutes.get(product, {}), window, week.back_s) for week in self.weeks]
        known = sorted(rate for rate in past if rate)
        if not known:
            return None
        usual = min(
            Fraction(sum(known), len(known)), Fraction(known[(len(known) - 1) // 2] + known[len(known) // 2], 2)
        )
        return usual * (window.to_s - window.from_s) / _PER_WINDOW_SECOND

    def level(self, product: str, policy: VolumePolicy) -> Fraction:
        """The hour before by its own forecast, from ``least_level`` to 1; 1 when that is not known."""
        past = [Fraction(week.hour_before[product]) for week in self.weeks if week.hour_before.get(product)]
        if not past or not self.present:
            return Fraction(1)
        usual = min(sum(past, Fraction(0)) / len(past), median(past))
        return max(policy.least_level, min(Fraction(1), self.present.get(product, 0) / usual))


def _rate_at(minutes: Mapping[int, int], window: Window, back_s: int) -> int | None:
    """Rate at the middle of a window so many seconds before, interpolated between the middles of two minutes; per
    second and times ``_PER_WINDOW_SECOND``, in whole numbers because this is asked for every product and tick."""
    twice_middle_s = window.from_s + window.to_s - 2 * back_s
    first_s = (twice_middle_s - MINUTE_S) // (2 * MINUTE_S) * MINUTE_S
    before, after = minutes.get(first_s), minutes.get(first_s + MINUTE_S)
    if before is None or after is None:
        return None
    return before * 2 * MINUTE_S + (after - before) * (twice_middle_s - 2 * first_s - MINUTE_S)


def read_forecast(reader: Reader, now_ms: int, policy: VolumePolicy, zone: str) -> Forecast:
    """Asks the store for what the forecast of the next minutes needs."""
    minute_s = now_ms // 1000 // MINUTE_S * MINUTE_S
    begin = Window(minute_s - BEHIND_S, minute_s + AHEAD_S)
    hour = Window(minute_s + HOUR_BEFORE.from_s, minute_s + HOUR_BEFORE.to_s)
    weeks = []
    for number in range(1, policy.weeks + 1):
        back_s = minute_s - same_instant(minute_s, number, zone)
        week = _read_week(reader, back_s, begin, hour)
        if week is not None:
            weeks.append(week)
    return Forecast(minute_s, tuple(weeks), _present(reader, hour) if weeks else {})


def same_instant(at_s: int, weeks: int, zone: str) -> int:
    """The same local time so many weeks before, also where clocks changed in between."""
    begin_s = day_start(at_s, zone)
    noon_then_s = begin_s + DAY_S // 2 - 7 * DAY_S * weeks
    return day_start(noon_then_s, zone) + at_s - begin_s


def _read_week(reader: Reader, back_s: int, stretch: Window, hour: Window) -> Week | None:
    """One past week; None when nothing is stored of it, or a long gap blurs when its transactions happened."""
    past = Window(stretch.from_s - back_s, stretch.to_s - back_s)
    gaps = reader.gaps(past.from_s * 1000, past.to_s * 1000)
    if any(gap.to_ms - gap.from_ms >= LONGEST_GAP_MS for gap in gaps):
        return None
    minutes = _minutes(reader, past) or _hours(reader, past)
    return Week(back_s, minutes, _transactions(reader, hour, back_s)) if minutes else None


def _minutes(reader: Reader, past: Window) -> dict[str, dict[int, int]]:
    """Transactions by product and minute; a minute in which a product had none is 0 when another product had some."""
    rows = reader.timeline(Level.MINUTE, Scope.PRODUCT, past.from_s, past.to_s)
    seen = {at_s for at_s, _, _ in rows}
    found: dict[str, dict[int, int]] = {}
    for at_s, unit, counts in rows:
        of_product = found.setdefault(unit.product, dict.fromkeys(seen, 0))
        of_product[at_s] = counts.transactions * SCALE
    return found


def _hours(reader: Reader, past: Window) -> dict[str, dict[int, int]]:
    """The same from hours, where minutes are gone: rates interpolated between the middles of hours."""
    first_s = past.from_s // HOUR_S * HOUR_S - HOUR_S
    rows = reader.timeline(Level.HOUR, Scope.PRODUCT, first_s, past.to_s + 2 * HOUR_S)
    hours: dict[str, dict[int, int]] = {}
    for at_s, unit, counts in rows:
        hours.setdefault(unit.product, {})[at_s] = counts.transactions
    return {product: _drawn_out(of_product, past) for product, of_product in hours.items()}


def _drawn_out(hours: Mapping[int, int], past: Window) -> dict[int, int]:
    found = {}
    for at_s in range(past.from_s, past.to_s, MINUTE_S):
        half_before_s = at_s + MINUTE_S // 2 - HOUR_S // 2
        hour_s = half_before_s // HOUR_S * HOUR_S
        before, after = hours.get(hour_s), hours.get(hour_s + HOUR_S)
        if before is not None and after is not None:
            found[at_s] = (
                (before * HOUR_S + (after - before) * (half_before_s - hour_s)) * MINUTE_S * SCALE // HOUR_S**2
            )
    return found


def _present(reader: Reader, hour: Window) -> dict[str, int]:
    minutes = reader.timeline(Level.MINUTE, Scope.BANK, hour.from_s, hour.to_s)
    if sum(counts.transactions > 0 for _, _, counts in minutes) < LEAST_MINUTES:
        return {}
    return _transactions(reader, hour, 0)


def _transactions(reader: Reader, window: Window, back_s: int) -> dict[str, int]:
    totals = reader.totals(Scope.PRODUCT, window.from_s - back_s, window.to_s - back_s)
    return {unit.product: counts.transactions for unit, counts in totals.items() if counts.transactions}
