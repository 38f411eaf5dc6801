"""How long requests took: counts per bucket of a histogram, by product and journey step.

A histogram with other bounds is another series: counts of different buckets are never added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import add

from store.latency_records import LatencyGrowth, LatencySeries, LatencySlice
from store.records import Level
from store.slices import slice_start

LATENCY_LEVELS = (Level.MINUTE, Level.HOUR, Level.DAY)
"""Levels that keep latency; it has no slots."""


def added(before: Iterable[int], more: Iterable[int]) -> tuple[int, ...]:
    """Sums bucket by bucket; both have the same buckets."""
    return tuple(map(add, before, more))


def rolled_up(rows: Iterable[LatencyGrowth], zone: str) -> Iterator[tuple[Level, LatencySlice]]:
    """What each row adds to every level, one slice per level and series."""
    sums: dict[tuple[Level, int, LatencySeries], tuple[int, ...]] = {}
    for row in rows:
        for level in LATENCY_LEVELS:
            key = (level, slice_start(level, row.minute_s, zone), row.series)
            sums[key] = added(sums.get(key, (0,) * len(row.counts)), row.counts)
    for (level, at_s, series), counts in sorted(sums.items()):
        yield level, LatencySlice(at_s, series, counts)
