"""Contracts against what the store knows: one frozen result per tenant, exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from reports.sla.consecutive import Bounds, down
from reports.sla.model import REQUESTS, Credit, DayDowntime, Downtime, Owed, Slice, Tenant, TenantSla
from reports.sla.slices import slices_of
from slo.availability import Availability, Verdict, missing_estimate
from slo.counts import Counts
from slo.downtime import covered_seconds, downtime_seconds, union
from slo.objective import Objective
from slo.windows import Window, day_of, day_window
from store.coverage import Interval, merged, of_spans, without
from store.port import Reader
from store.watching import by_data_center, watched_until

LATE_MS = 60_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Judging:
    """``window``: whole local days, judged as far as they have come at ``now_s``. ``excluded``: announced maintenance,
    neither downtime nor time to be judged; without any the figures are those of the guideline, which knows none."""

    window: Window
    zone: str
    now_s: int
    excluded: tuple[Window, ...] = ()

    @property
    def judged(self) -> Window:
        """The part of the window that has come."""
        return Window(self.window.from_s, max(self.window.from_s, min(self.window.to_s, self.now_s)))


def assess(reader: Reader, tenants: Iterable[Tenant], judging: Judging) -> tuple[TenantSla, ...]:
    """Every tenant's period, in their order."""
    return tuple(_assess(reader, tenant, judging) for tenant in tenants)


def _assess(reader: Reader, tenant: Tenant, judging: Judging) -> TenantSla:
    window, judged, zone, excluded = judging.window, judging.judged, judging.zone, judging.excluded
    slices = slices_of(reader, tenant, window, zone)
    holes = unseen(reader, tenant, judged)
    bounds = down(slices, holes, judged.to_s)
    downtime = _downtime(bounds, judged, excluded)
    requests = _requests(slices, holes, judged)
    lengths = [each.seconds for each in slices]
    low, high = (requests.low, requests.high) if tenant.measure == REQUESTS else (downtime.low, downtime.high)
    return TenantSla(
        tenant=tenant,
        from_s=window.from_s,
        to_s=judged.to_s,
        downtime=downtime,
        days=tuple(_days(bounds, judged, zone, excluded)),
        requests=requests,
        unseen_seconds=covered_seconds(holes, judged),
        finest_seconds=min(lengths, default=0),
        coarsest_seconds=max(lengths, default=0),
        owed=Owed(owed(tenant.credits, high), owed(tenant.credits, low)),
        verdict=verdict(tenant.objective, low, high),
    )


def _downtime(bounds: Bounds, judged: Window, excluded: Sequence[Window]) -> Downtime:
    least, most = (downtime_seconds(judged, each, excluded) for each in (bounds.certain, bounds.possible))
    return Downtime(least, most, judged.to_s - judged.from_s - covered_seconds(excluded, judged))


def _days(bounds: Bounds, judged: Window, zone: str, excluded: Sequence[Window]) -> Iterator[DayDowntime]:
    day = day_of(judged.from_s, zone)
    while (whole := day_window(day, zone)).from_s < judged.to_s:
        part = Window(max(whole.from_s, judged.from_s), min(whole.to_s, judged.to_s))
        yield DayDowntime(day.isoformat(), _downtime(bounds, part, excluded))
        day += _DAY


def _requests(slices: Sequence[Slice], holes: Sequence[Window], judged: Window) -> Availability:
    """Good / total, with the events that unseen time probably held."""
    counts = Counts(sum(each.good for each in slices), sum(each.bad for each in slices))
    missing_ms = 1000 * covered_seconds(holes, judged)
    seen_ms = 1000 * (judged.to_s - judged.from_s) - missing_ms
    return Availability(counts, missing_estimate(counts.total, seen_ms, missing_ms))


def unseen(reader: Reader, tenant: Tenant, judged: Window) -> tuple[Window, ...]:
    """When nobody looked at some data center that serves a tenant, in whole seconds; simulated time is seen."""
    whole = Interval(judged.from_s * 1000, judged.to_s * 1000)
    groups = by_data_center([tenant.data_center] if tenant.data_center else [], reader.sources())
    if tenant.data_center:
        groups = {tenant.data_center: groups[tenant.data_center]}
    watches = watched_until(reader, groups, reader.gaps(whole.from_ms, whole.to_ms), whole.to_ms, LATE_MS)
    simulated = of_spans(reader.simulated())
    holes: list[Window] = []
    for watch in watches.values():
        seen = list(simulated)
        if watch is not None:
            gaps = merged(Interval(each.from_ms, each.to_ms) for each in watch.gaps)
            seen += without(Interval(watch.from_ms, watch.to_ms), gaps)
        holes.extend(Window(each.from_ms // 1000, -(-each.to_ms // 1000)) for each in without(whole, merged(seen)))
    return union(holes if watches else [judged])


def owed(credits: Iterable[Credit], availability: Fraction | None) -> Fraction | None:
    """The greatest credit of all thresholds that an availability lies below; nothing known, nothing owed yet: None."""
    if availability is None:
        return None
    return max((each.percent for each in credits if availability < each.below.target), default=Fraction(0))


def verdict(objective: Objective, low: Fraction | None, high: Fraction | None) -> Verdict:
    """met when even the low bound holds, missed when even the high one fails, else not proven."""
    if low is not None and low >= objective.target:
        return Verdict.MET
    if high is not None and high < objective.target:
        return Verdict.MISSED
    return Verdict.NOT_PROVEN
