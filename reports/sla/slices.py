"""Counts of a tenant's product in the finest slices that are kept: seconds, else minutes, hours, days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from reports.sla.model import Slice, Tenant
from slo.windows import Window
from store.port import Reader
from store.records import Level, Scope
from store.slices import slice_end

_FINER = {Level.DAY: Level.HOUR, Level.HOUR: Level.MINUTE, Level.MINUTE: Level.SLOT}


def slices_of(reader: Reader, tenant: Tenant, window: Window, zone: str) -> list[Slice]:
    """Slices of whole local days, oldest first. A slice is cut into finer ones where those add up to it: nothing needs
    to know what was pruned or simulated."""
    by_level = {level: _timeline(reader, tenant, level, window, zone) for level in Level}
    begins = {level: [each.at_s for each in slices] for level, slices in by_level.items()}

    def finest(slices: Sequence[Slice], level: Level) -> Iterator[Slice]:
        finer = _FINER.get(level)
        for each in slices:
            if finer is None or not each.good + each.bad:
                yield each
                continue
            first, after = (bisect_left(begins[finer], at_s) for at_s in (each.at_s, each.at_s + each.seconds))
            parts = by_level[finer][first:after]
            whole = (sum(p.good for p in parts), sum(p.bad for p in parts)) == (each.good, each.bad)
            yield from finest(parts, finer) if whole else (each,)

    return list(finest(by_level[Level.DAY], Level.DAY))


def _timeline(reader: Reader, tenant: Tenant, level: Level, window: Window, zone: str) -> list[Slice]:
    scope = Scope.CELL if tenant.data_center else Scope.PRODUCT
    rows = reader.timeline(
        level, scope, window.from_s, window.to_s, product=tenant.product, data_center=tenant.data_center
    )
    return [Slice(at_s, slice_end(level, at_s, zone) - at_s, counts.good, counts.bad) for at_s, _, counts in rows]
