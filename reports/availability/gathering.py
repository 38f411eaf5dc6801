"""Reads what a report is composed from, through one reader: everything in it is true of one instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from reports.availability.downtime import bank_minutes, down_minutes, worst_windows
from reports.availability.errors import NothingYet, UnknownProduct
from reports.availability.imported import Imports, admitted
from reports.availability.material import CellSlice, Given, Material
from reports.availability.period import Period
from reports.availability.watching import LATE_MS, NOTHING, Counted, Watching, newest_s
from reports.patience import patient_collector
from slo.counts import Counts
from slo.downtime import union
from slo.windows import Window, day_of
from store.coverage import of_spans
from store.port import Reader
from store.records import Gap, Level, Scope, SourceStatus
from store.watching import by_data_center, watched_until

CLOSED_AFTER_S = 600
"""So long after its end may late samples still change a day."""


@patient_collector()
def gather(reader: Reader, period: Period, given: Given, now_ms: int) -> Material:
    """Everything of one period. Raises NothingYet, UnknownProduct."""
    now_s = now_ms // 1000
    if now_s < period.window.from_s:
        raise NothingYet(period.key, day_of(period.window.from_s, period.zone).isoformat())
    statuses = reader.sources()
    until_s = counted_until(period, statuses, now_ms)
    centers = by_data_center([each.id for each in given.catalog.data_centers], statuses)
    trend = period.trend()
    gaps = reader.gaps(min(period.window.from_s, trend[0][1].from_s) * 1000, now_ms)
    watches = watched_until(reader, centers, gaps, until_s * 1000, LATE_MS)
    spans = tuple(reader.simulated())
    counted = _cells(reader, period, until_s)
    imports = admitted(given.imported, watches, spans, given.products)
    products = _products(given, counted, imports)
    watching = Watching(watches, of_spans(spans), given, products, tuple(centers), imports)
    slices = [(label, _cut(part, until_s)) for label, part in period.slices() if part.from_s < until_s]
    minutes = bank_minutes(reader, [_cut(day, until_s) for day in period.days() if day.from_s < until_s])
    window, holes = _cut(period.window, until_s), _holes(gaps)
    made = {part: tuple(watching.cells(label, part, counted.get(label, {}))) for label, part in slices}
    cells = [cell for of_slice in made.values() for cell in of_slice]
    return Material(
        period=period,
        given=given,
        now_s=now_s,
        until_s=until_s,
        products=watching.products,
        centers={product: watching.places(product) for product in watching.products},
        cells=(*cells, *watching.longer(window, [part for _, part in slices])),
        months=_months(reader, trend, until_s, watching, made),
        statuses=tuple(statuses),
        gaps=tuple(gaps),
        simulated=spans,
        provisional=_provisional(period, statuses, now_ms),
        down=down_minutes(reader, minutes, holes, watching.products),
        worst=tuple(worst_windows(reader, window, minutes, holes)),
        told=imports.counted(window),
        left_out=imports.not_counted(window),
    )


def counted_until(period: Period, statuses: Iterable[SourceStatus], now_ms: int) -> int:
    """Whole minute up to which counts are in: that of the slowest source that is being read."""
    return min(period.window.to_s, max(newest_s(statuses, now_ms), period.window.from_s))


def _cut(window: Window, until_s: int) -> Window:
    return Window(window.from_s, max(window.from_s, min(window.to_s, until_s)))


def _cells(reader: Reader, period: Period, until_s: int) -> dict[str, Counted]:
    """Counts by product and data center of every slice of the period."""
    if not period.by_day:
        return {label: _totals(reader, _cut(part, until_s)) for label, part in period.slices()}
    found: dict[str, dict[tuple[str, str], Counts]] = defaultdict(dict)
    labels = {part.from_s: (label, part) for label, part in period.slices()}
    for at_s, unit, counts in reader.timeline(Level.DAY, Scope.CELL, period.window.from_s, period.window.to_s):
        found[labels[at_s][0]][unit.product, unit.data_center] = counts
    label, last = labels[max(begin_s for begin_s in labels if begin_s <= max(until_s - 1, period.window.from_s))]
    if until_s < last.to_s:  # the day that is not over: only what is in for every data center
        found[label] = dict(_totals(reader, _cut(last, until_s)))
    return dict(found)


def _totals(reader: Reader, window: Window) -> Counted:
    if window.from_s >= window.to_s:
        return {}
    totals = reader.totals(Scope.CELL, window.from_s, window.to_s)
    return {(unit.product, unit.data_center): counts for unit, counts in totals.items()}


def _products(given: Given, counted: Mapping[str, Counted], imports: Imports) -> tuple[str, ...]:
    """Those of the catalog in its order, then any that only counts or files name; or those that were asked for."""
    named = [product.id for product in given.catalog.products]
    seen = sorted({product for cells in counted.values() for product, _ in cells})
    known = tuple(dict.fromkeys([*named, *seen, *imports.products]))
    for product in given.products:
        if product not in known:
            raise UnknownProduct(product, ", ".join(known))
    return tuple(each for each in known if not given.products or each in given.products)


def _months(
    reader: Reader,
    trend: Sequence[tuple[str, Window]],
    until_s: int,
    watching: Watching,
    made: Mapping[Window, tuple[CellSlice, ...]],
) -> dict[str, tuple[CellSlice, ...]]:
    """The whole months of the trend, as far as counts are in; empty where there are none. ``made``: slices of the
    period, of which some may be such months."""
    found = {}
    for label, window in trend:
        part = _cut(window, until_s)
        cells = made.get(part)
        if cells is None or cells[0].label != label:
            counted = _totals(reader, part)
            known = counted or watching.imports.inside(part)
            cells = tuple(watching.cells(label, part, counted)) if known else ()
        found[label] = cells if any(each.counts != NOTHING for each in cells) else ()
    return found


def _provisional(period: Period, statuses: Iterable[SourceStatus], now_ms: int) -> frozenset[str]:
    """Slices that late samples may still change: those that are not over, or not for long, or that a source that is
    being read has not passed."""
    marks = [s.watermark_ms for s in statuses if s.watermark_ms is not None and s.watermark_ms >= now_ms - LATE_MS]
    closed_ms = min([now_ms - CLOSED_AFTER_S * 1000, *marks])
    return frozenset(label for label, part in period.slices() if part.to_s * 1000 > closed_ms)


def _holes(gaps: Iterable[Gap]) -> list[Window]:
    return list(union(Window(gap.from_ms // 1000, -(-gap.to_ms // 1000)) for gap in gaps))
