"""What the in-memory twin forgets: rows past retention, oldest first."""

from __future__ import annotations

from slo.counts import Counts
from store.latency_records import LatencySeries
from store.records import Level, Read, Unit


def prune_level(slices: dict[int, dict[Unit, Counts]], before_s: int, most_rows: int) -> int:
    """Takes away slices that begin before an instant. Returns how many rows went."""
    pruned = 0
    for at in sorted(at for at in slices if at < before_s):
        for unit in list(slices[at])[: most_rows - pruned]:
            del slices[at][unit]
            pruned += 1
        if slices[at]:
            break
        del slices[at]
    return pruned


def prune_reads(reads: list[Read], before_ms: int, most_rows: int) -> int:
    """Takes away attempts of before an instant. Returns how many went."""
    past = sorted((read for read in reads if read.at_ms < before_ms), key=lambda read: read.at_ms)[:most_rows]
    for read in past:
        reads.remove(read)
    return len(past)


def prune_latency(
    kept: dict[tuple[Level, int, LatencySeries], tuple[int, ...]], level: Level, before_s: int, most_rows: int
) -> int:
    """Takes away slices of a level that begin before an instant. Returns how many rows went."""
    past = sorted(key for key in kept if key[0] is level and key[1] < before_s)[: max(0, most_rows)]
    for key in past:
        del kept[key]
    return len(past)
