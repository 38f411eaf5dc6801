"""What the store takes and hands out of histograms; plain values that know nothing else of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class LatencySeries(NamedTuple):
    """One histogram. ``traffic`` is empty when it does not tell customers from load tests. ``bounds``: upper edges in
    seconds, ascending, as decimal texts; the last is ``+Inf``."""

    product: str
    step: str
    traffic: str
    bounds: tuple[str, ...]


class LatencyGrowth(NamedTuple):
    """Requests of one minute, one count per bucket (not cumulative); all 0: looked, and there were none."""

    minute_s: int
    series: LatencySeries
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LatencyBatch:
    """What a commit adds. ``state`` is opaque to the store: the collector's memory of the buckets."""

    rows: tuple[LatencyGrowth, ...]
    state: bytes


class LatencySlice(NamedTuple):
    """Counts per bucket of one slice of a level."""

    at_s: int
    series: LatencySeries
    counts: tuple[int, ...]
