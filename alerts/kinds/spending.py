"""Counts of every budget, read from the store: the rolling window of each objective and the calendar month, without
what announced maintenance takes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from alerts.desk.exclusions import Excluded, excluded_counts
from alerts.desk.maintenance import between
from alerts.kinds.budget import CALENDAR, MONTH, ROLLING, Spending
from alerts.policy import Slo
from slo.counts import Counts
from slo.windows import MINUTE_S, Window, day_of, month_window
from store.edges import answerable_from_s
from store.port import Reader
from store.records import Scope, SourceStatus, Span


def read_spendings(
    reader: Reader, now_ms: int, slos: Sequence[Slo], zone: str, planned: Span | None = None
) -> tuple[Spending, ...]:
    """Both windows of every objective, true up to the last whole minute: the rolling one, which begins where the counts
    of its first hour do, and the calendar month, or the window of the objective's own calendar. ``planned``: the
    stretch that simulated history is meant to fill; until it does, nothing counts as covered."""
    now_s = now_ms // 1000 // MINUTE_S * MINUTE_S
    today = day_of(now_s, zone)
    month = month_window(today.year, today.month, zone)
    in_month = _Sums.read(reader, Window(month.from_s, now_s))
    begin_s = now_s if _is_filling(reader, planned) else _first_s(reader, now_s)
    found = []
    for period_s in dict.fromkeys(slo.period_seconds for slo in slos):
        from_s = answerable_from_s(reader, now_s - period_s, zone)
        in_period = _Sums.read(reader, Window(from_s, now_s))
        covered_s = now_s - max(begin_s, from_s)
        for slo in (each for each in slos if each.period_seconds == period_s):
            rolling = in_period.of(slo)
            own = None if slo.calendar is None else slo.calendar.window(now_s)
            end_s = month.to_s if own is None else own.to_s
            to_come = Fraction(rolling.total * (end_s - now_s), max(1, covered_s))
            share = 1 - slo.objective.target
            found.append(Spending(slo.id, slo.product, ROLLING, share, rolling, covered_s))
            if own is None:
                found.append(Spending(slo.id, slo.product, MONTH, share, in_month.of(slo), covered_s, to_come))
                continue
            counts = _Sums.read(reader, Window(answerable_from_s(reader, own.from_s, zone), now_s)).of(slo)
            found.append(Spending(slo.id, slo.product, CALENDAR, share, counts, covered_s, to_come))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Counts of one window: by product, and of the bank under the empty name; and what maintenance takes out."""

    counts: Mapping[str, Counts]
    excluded: Excluded

    @classmethod
    def read(cls, reader: Reader, window: Window) -> _Sums:
        """From the store."""
        totals = reader.totals(Scope.PRODUCT, window.from_s, window.to_s)
        bank = reader.totals(Scope.BANK, window.from_s, window.to_s)
        planned = between(reader.journal(), window)
        by_product = {unit.product: counts for unit, counts in (totals | bank).items()}
        return cls(by_product, excluded_counts(reader, planned, window))

    def of(self, slo: Slo) -> Counts:
        """As an objective sees them."""
        return self.excluded.counted(self.counts.get(slo.product, Counts()), slo)


def _first_s(reader: Reader, now_s: int) -> int:
    """Since when there are counts, observed or simulated."""
    begins = [span.from_s for span in reader.simulated()] + _first_pages_s(reader.sources())
    return min(begins, default=now_s)


def _is_filling(reader: Reader, planned: Span | None) -> bool:
    if planned is None:
        return False
    return not any(span.from_s <= planned.from_s and planned.to_s <= span.to_s for span in reader.simulated())


def _first_pages_s(statuses: Iterable[SourceStatus]) -> list[int]:
    return [status.first_page_ms // 1000 for status in statuses if status.first_page_ms is not None]
