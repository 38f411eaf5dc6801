"""What one frame is judged from, gathered through one reader: everything in it is true of one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.desk.exclusions import Excluded, excluded_counts
from alerts.desk.maintenance import Maintenance
from dashboard.alerting import AlertFacts, OpenBoard, alert_facts
from dashboard.past import (
    Cells,
    Past,
    Periods,
    SeenBefore,
    cells,
    current_past,
    minute_start_s,
)
from dashboard.planned import Planned, planned_in
from dashboard.probes import ProbeView, probe_view
from dashboard.quality import quality_of, with_quality
from dashboard.recent import Recent, recent
from dashboard.sources import SourceState, SourceView, source_view
from reports.costs.policy import NO_POLICY, CostPolicy
from reports.load_runs.policy import SHIPPED, CapacityPolicy
from reports.peaks.calendar import NO_KINDS, DayKinds
from slo.catalog import Catalog
from slo.counts import Counts
from slo.states import StatePolicy
from slo.windows import DAY_S, Window
from store.coverage import Interval, Unseen, Watch, of_spans, unseen
from store.port import Reader
from store.records import Gap, SourceStatus
from store.watching import by_data_center, gaps_of


@dataclass(frozen=True, slots=True)
class CenterFacts:
    """One data center now. ``reason``: why nothing can be said about its cells, empty when it is observed.

    ``closed_ms``: last accepted page, None before the first. ``recent``: windows of the present state, None when not
    observed; ``short`` and ``long``: counts per product of those windows.
    """

    reason: str
    closed_ms: int | None
    recent: Recent | None
    unseen_rolling: Unseen
    unseen_today: Unseen
    short: Mapping[str, Counts]
    long: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one frame is judged from."""

    version: int
    periods: Periods
    statuses: tuple[SourceStatus, ...]
    sources: tuple[SourceView, ...]
    past: Past
    today: Cells
    centers: Mapping[str, CenterFacts]
    probes: tuple[ProbeView, ...]
    alerting: AlertFacts
    planned_rolling: Planned
    planned_today: Planned


def gather(
    reader: Reader,
    now_ms: int,
    catalog: Catalog,
    policy: StatePolicy,
    past: Past | None,
    *,
    capacity: CapacityPolicy = SHIPPED,
    kinds: DayKinds = NO_KINDS,
    costs: CostPolicy = NO_POLICY,
    board: OpenBoard | None = None,
) -> Facts:
    """Reads what a frame needs; ``past`` and ``board`` are those of an earlier frame, used while they hold."""
    periods = Periods.at(now_ms, catalog.zone)
    statuses = reader.sources()
    groups = by_data_center([c.id for c in catalog.data_centers], statuses)
    alerting = alert_facts(reader.journal(), now_ms, _reach(periods), board)
    known = current_past(reader, periods, groups, catalog.zone, past, windows=alerting.windows, costs=costs)
    known = known.with_capacity(reader, periods, catalog, capacity, kinds)
    periods = periods.answered_by(known)
    quality = quality_of(reader.gauges(), now_ms)
    views = {s.source.id: with_quality(source_view(s, now_ms), quality) for s in statuses}
    gaps = _recent_gaps(reader, now_ms, statuses, policy)
    centers = {
        center: _center(_Group(tuple(group), views, gaps_of(group, gaps), known.seen[center]), known, periods, policy)
        for center, group in groups.items()
    }
    today = cells(reader, periods.today)
    products = dict.fromkeys([p.id for p in catalog.products] + [p for p, _ in (*known.counts, *today)])
    planned = _planned(reader, _Watched(groups, views, known, periods, alerting.windows), tuple(products))
    return Facts(
        version=reader.version(),
        periods=periods,
        statuses=tuple(statuses),
        sources=tuple(views[s.source.id] for group in groups.values() for s in group),
        past=known,
        today=today,
        centers=_with_counts(reader, centers),
        probes=tuple(probe_view(status, now_ms) for status in reader.probes().statuses()),
        alerting=alerting,
        planned_rolling=planned[0],
        planned_today=planned[1],
    )


def _reach(periods: Periods) -> Window:
    """Of maintenance that may matter: the rolling window may begin up to a day earlier (``Past``)."""
    return Window(periods.rolling_from_s - 2 * DAY_S, periods.now_ms // 1000 + 1)


def _recent_gaps(reader: Reader, now_ms: int, statuses: Sequence[SourceStatus], policy: StatePolicy) -> list[Gap]:
    """Gaps that closed since the past was read, or that the long window may hold."""
    reach_ms = policy.long_seconds * 1000 + 2 * max((s.source.interval_ms for s in statuses), default=0)
    return reader.gaps(minute_start_s(now_ms) * 1000 - reach_ms, now_ms + reach_ms)


@dataclass(frozen=True, slots=True)
class _Watched:
    """Who looked at what, and what was planned."""

    groups: Mapping[str, Sequence[SourceStatus]]
    views: Mapping[str, SourceView]
    past: Past
    periods: Periods
    windows: tuple[Maintenance, ...]

    def watches(self, reader: Reader) -> dict[str, Watch | None]:
        """Per data center, as far back as maintenance reaches."""
        begin_ms = max(min(each.from_s for each in self.windows) * 1000, self.periods.rolling.from_ms)
        gaps, now_ms = reader.gaps(begin_ms, self.periods.now_ms), self.periods.now_ms
        return {
            center: _watch(_Group(tuple(group), self.views, gaps_of(group, gaps), self.past.seen[center]), now_ms)
            for center, group in self.groups.items()
        }


def _planned(reader: Reader, watched: _Watched, products: Sequence[str]) -> tuple[Planned, Planned]:
    """What maintenance takes out of the rolling window, and of today; nothing is asked when none was announced."""
    if not watched.windows:
        return {}, {}
    periods, before = watched.periods, watched.past.excluded
    today = excluded_counts(reader, watched.windows, Window(periods.today.from_s, periods.now_ms // 1000 + 1))
    both = {
        cell: before.cells.get(cell, Counts()) + today.cells.get(cell, Counts())
        for cell in {*before.cells, *today.cells}
    }
    cells = [(product, center) for product in products for center in watched.groups]
    watches, spans = watched.watches(reader), of_spans(watched.past.simulated)

    def inside(center: str, part: Interval) -> Unseen:
        return unseen(part, watches[center], spans)

    return (
        planned_in(watched.windows, cells, periods.rolling, Excluded(both), inside),
        planned_in(watched.windows, cells, periods.day_so_far, today, inside),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """The sources of one data center, how they are, and what was seen of them."""

    statuses: tuple[SourceStatus, ...]
    views: Mapping[str, SourceView]
    gaps: tuple[Gap, ...]
    seen: SeenBefore

    def missing(self, status: SourceStatus) -> bool:
        """Whether nobody can say how this source is."""
        return self.views[status.source.id].state is SourceState.MISSING


def _center(group: _Group, past: Past, periods: Periods, policy: StatePolicy) -> CenterFacts:
    """One data center without its recent counts."""
    seen = group.seen
    watch = _watch(group, periods.now_ms)
    spans = of_spans(past.simulated)
    late_rolling = Interval(max(seen.until_ms, periods.rolling.from_ms), periods.now_ms)
    late_today = Interval(max(seen.until_ms, periods.day_so_far.from_ms), periods.now_ms)
    reason, window = _observation(group, policy)
    return CenterFacts(
        reason=reason,
        closed_ms=max((s.watermark_ms for s in group.statuses if s.watermark_ms is not None), default=None),
        recent=window,
        unseen_rolling=seen.rolling.plus(unseen(late_rolling, watch, spans)),
        unseen_today=seen.today.plus(unseen(late_today, watch, spans)),
        short={},
        long={},
    )


def _watch(group: _Group, now_ms: int) -> Watch | None:
    """Watched until now, or until the last page of a source that went missing: what happens since is not known."""
    if group.seen.first_read_ms is None:
        return None
    silent = [s.watermark_ms for s in group.statuses if s.watermark_ms is not None and group.missing(s)]
    return Watch(group.seen.first_read_ms, min([now_ms, *silent]), group.gaps)


def _observation(group: _Group, policy: StatePolicy) -> tuple[str, Recent | None]:
    """Why nothing can be said ("" otherwise), and the windows of the present state."""
    if not group.statuses:
        return "no source is configured", None
    current = [s for s in group.statuses if not group.missing(s)]
    if not current:
        return group.views[group.statuses[0].source.id].reason, None
    read = [s.watermark_ms for s in current if s.watermark_ms is not None]
    if not read or group.seen.first_read_ms is None:
        return "waiting for the first reading", None
    if min(read) <= group.seen.first_read_ms:
        return "waiting for the second reading: counters are counted from the first", None
    interval_ms = max(s.source.interval_ms for s in current)
    return "", recent(min(read), interval_ms, policy, group.gaps)


def _with_counts(reader: Reader, centers: Mapping[str, CenterFacts]) -> dict[str, CenterFacts]:
    """Adds the counts of the recent windows; data centers with the same windows share one question."""
    asked: dict[Window, Cells] = {}
    filled = {}
    for center, facts in centers.items():
        if facts.recent is None:
            filled[center] = facts
            continue
        for window in (facts.recent.short, facts.recent.long):
            if window not in asked:
                asked[window] = cells(reader, window)
        short = _of_center(asked[facts.recent.short], center)
        filled[center] = replace(facts, short=short, long=_of_center(asked[facts.recent.long], center))
    return filled


def _of_center(counts: Cells, center: str) -> dict[str, Counts]:
    """Counts per product of one data center."""
    return {product: each for (product, of_center), each in counts.items() if of_center == center}
