"""What changes rarely, read once and handed from frame to frame: the thirty days before today, the record, costs, and
what was watched until now. Read again each minute, whenever simulated history grew and whenever a source was read for
the first time; a correction of days that are over therefore shows within a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.desk.exclusions import Excluded, excluded_counts
from alerts.desk.maintenance import Maintenance
from dashboard.cost import CostPerAccount, read_cost_per_account
from reports.costs.policy import NO_POLICY, CostPolicy
from reports.load_runs.policy import CapacityPolicy
from reports.peaks.calendar import DayKinds
from reports.peaks.capacity import CapacityView, read_capacity
from reports.peaks.projecting import Shapes, read_shapes
from slo.catalog import Catalog
from slo.counts import Counts
from slo.windows import DAY_S, HOUR_S, MINUTE_S, Window, day_of, day_window
from store.coverage import Interval, Unseen, Watch, of_spans, unseen
from store.edges import answerable_from_s
from store.port import Reader
from store.records import DayTotal, Scope, SourceStatus, Span
from store.watching import first_read_ms, gaps_of

ROLLING_S = 30 * DAY_S

Cells = Mapping[tuple[str, str], Counts]
"""Counts per (product, data center)."""


@dataclass(frozen=True, slots=True)
class Periods:
    """The two windows of every headline, both until now: ``today`` (the whole local day) and the last thirty days."""

    now_ms: int
    today: Window
    rolling_from_s: int

    @classmethod
    def at(cls, now_ms: int, zone: str) -> Periods:
        """Windows of one instant; the thirty days begin at a whole minute."""
        now_s = now_ms // 1000
        return cls(now_ms, day_window(day_of(now_s, zone), zone), minute_start_s(now_ms) - ROLLING_S)

    def answered_by(self, past: Past) -> Periods:
        """The same, with thirty days that begin where their counts do."""
        return replace(self, rolling_from_s=past.rolling_from_s)

    @property
    def rolling(self) -> Interval:
        """The thirty days until now."""
        return Interval(self.rolling_from_s * 1000, self.now_ms)

    @property
    def day_so_far(self) -> Interval:
        """Today until now."""
        return Interval(self.today.from_s * 1000, self.now_ms)


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """What was not seen of one data center before ``until_ms``, per headline window, and when its first page came
    (None: never read)."""

    first_read_ms: int | None
    until_ms: int
    rolling: Unseen
    today: Unseen


@dataclass(frozen=True, slots=True)
class Past:
    """``key`` says what all of it depends on; ``counts`` are those of the rolling window before today.

    ``rolling_from_s``: where that window begins, which is earlier than thirty days ago by a part of an hour where that
    hour is stored as a whole. ``excluded``: those of the counts inside announced maintenance.
    """

    key: tuple[object, ...]
    rolling_from_s: int
    counts: Cells
    excluded: Excluded
    record: DayTotal | None
    simulated: tuple[Span, ...]
    seen: Mapping[str, SeenBefore]
    cost: CostPerAccount | None
    cost_hour_s: int
    capacity: CapacityView | None = None
    capacity_key: tuple[int, int] | None = None
    shapes: Shapes | None = None

    def with_capacity(
        self, reader: Reader, periods: Periods, catalog: Catalog, policy: CapacityPolicy, kinds: DayKinds
    ) -> Past:
        """The same with the proven capacity of this minute and the days that today is like; read at once when the
        journal has grown: a load run may have come in."""
        key = (minute_start_s(periods.now_ms), reader.journal().last_number())
        if key == self.capacity_key:
            return self
        view = read_capacity(reader, periods.now_ms, catalog.zone, len(catalog.data_centers), policy, kinds=kinds)
        shapes = read_shapes(reader, view.seen, day_of(periods.today.from_s, catalog.zone))
        return replace(self, capacity=view, capacity_key=key, shapes=shapes)


def minute_start_s(at_ms: int) -> int:
    """Begin of the minute that holds an instant."""
    return at_ms // 1000 - at_ms // 1000 % MINUTE_S


def current_past(
    reader: Reader,
    periods: Periods,
    centers: Mapping[str, Sequence[SourceStatus]],
    zone: str,
    past: Past | None,
    *,
    windows: Sequence[Maintenance] = (),
    costs: CostPolicy = NO_POLICY,
) -> Past:
    """The given past while it holds, else a new one."""
    simulated = tuple(reader.simulated())
    unread = tuple((s.source.id, s.watermark_ms is None) for group in centers.values() for s in group)
    planned = tuple(each for each in windows if each.from_s < periods.today.from_s)
    key = (periods.rolling_from_s, periods.today, simulated, unread, planned)
    if past is not None and past.key == key:
        return past
    hour_s = periods.now_ms // 1000 // HOUR_S
    kept = past.cost if past is not None and past.cost_hour_s == hour_s else None
    rolling_from_s = answerable_from_s(reader, periods.rolling_from_s, zone)
    before = Window(rolling_from_s, periods.today.from_s)
    return Past(
        key=key,
        rolling_from_s=rolling_from_s,
        counts=cells(reader, before),
        excluded=excluded_counts(reader, planned, before),
        record=reader.record_day(periods.today.from_s),
        simulated=simulated,
        seen=_seen_before(reader, replace(periods, rolling_from_s=rolling_from_s), centers, simulated),
        cost=kept or read_cost_per_account(reader, periods.now_ms // 1000, zone, simulated, costs),
        cost_hour_s=hour_s,
    )


def cells(reader: Reader, window: Window) -> Cells:
    """Customer counts per product and data center."""
    totals = reader.totals(Scope.CELL, window.from_s, window.to_s)
    return {(unit.product, unit.data_center): counts for unit, counts in totals.items()}


def _seen_before(
    reader: Reader, periods: Periods, centers: Mapping[str, Sequence[SourceStatus]], simulated: Sequence[Span]
) -> dict[str, SeenBefore]:
    """Unseen time up to the newest page or the whole minute, whichever is older, so that it is final."""
    until_ms = minute_start_s(periods.now_ms) * 1000
    gaps = reader.gaps(periods.rolling_from_s * 1000, until_ms)
    spans = of_spans(simulated)
    seen = {}
    for center, statuses in centers.items():
        read = [s for s in statuses if s.watermark_ms is not None]
        first_ms = min((first_read_ms(reader, s) for s in read), default=None)
        end_ms = min([until_ms] + [s.watermark_ms for s in read if s.watermark_ms is not None])
        watch = None if first_ms is None else Watch(first_ms, end_ms, gaps_of(read, gaps))
        seen[center] = SeenBefore(
            first_read_ms=first_ms,
            until_ms=end_ms,
            rolling=unseen(Interval(periods.rolling.from_ms, end_ms), watch, spans),
            today=unseen(Interval(periods.day_so_far.from_ms, end_ms), watch, spans),
        )
    return seen
