"""Peaks of the in-memory twin: sought in the minutes when asked, kept when those minutes are pruned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from slo.counts import Counts
from slo.windows import MINUTE_S, day_start
from store.peaks import (
    PEAK_SCOPES,
    SECOND_SCOPES,
    Feed,
    Peak,
    Silence,
    feeds,
    is_coarse,
    is_provisional,
    is_torn,
    may_take,
    unfit,
)
from store.records import Level, Scope, SourceStatus, Span, Unit
from store.slices import is_simulated, slice_end

Busiest: TypeAlias = dict[tuple[int, Unit], tuple[int, int]]
"""(Day, unit) -> (transactions, minus the begin of the minute): the greatest wins, of equal ones the earliest."""


def busiest(
    minutes: Mapping[int, Mapping[Unit, Counts]],
    sources: Sequence[Feed],
    gaps: Sequence[Silence],
    kept: Busiest,
    zone: str,
) -> Busiest:
    """The busiest minute of every day and unit among ``minutes`` and what was kept before."""
    found = dict(kept)
    for at_s, units in minutes.items():
        unfit_for = unfit(at_s, sources, gaps)
        day_s = day_start(at_s, zone)
        for unit, counts in units.items():
            if unit.scope in PEAK_SCOPES and counts.transactions > 0 and may_take(unit, unfit_for):
                here = (counts.transactions, -at_s)
                found[day_s, unit] = max(here, found.get((day_s, unit), here))
    return found


def busiest_seconds(
    slots: Mapping[int, Mapping[Unit, Counts]],
    statuses: Sequence[SourceStatus],
    gaps: Sequence[Silence],
    kept: Busiest,
    zone: str,
) -> Busiest:
    """The busiest second of every day, of the bank and products, among ``slots`` and what was kept before."""
    found, sources = dict(kept), feeds(statuses)
    for at_s, units in slots.items():
        torn = unfit(at_s - at_s % MINUTE_S, sources, gaps) or any(is_torn(gap, at_s) for gap in gaps)
        if torn or is_coarse(statuses, at_s):
            continue
        day_s = day_start(at_s, zone)
        for unit, counts in units.items():
            if unit.scope in SECOND_SCOPES and counts.transactions > 0:
                here = (counts.transactions, -at_s)
                found[day_s, unit] = max(here, found.get((day_s, unit), here))
    return found


def as_peaks(found: Busiest, scope: Scope, sources: Sequence[Feed], spans: Sequence[Span], zone: str) -> list[Peak]:
    """Peaks of one scope and any traffic, oldest day first."""
    return [
        Peak(
            day_s,
            unit,
            -negative_at_s,
            transactions,
            is_provisional(slice_end(Level.DAY, day_s, zone), sources, spans),
            is_simulated(list(spans), day_s, zone),
        )
        for (day_s, unit), (transactions, negative_at_s) in sorted(found.items())
        if unit.scope is scope
    ]
