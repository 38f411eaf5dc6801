"""What the in-memory twin keeps of one source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from store.healing import lived
from store.records import Batch, Incarnation, Read, SourceStatus


@dataclass(slots=True)
class SourceState:
    """Everything that is stored of one source; ``observed``: begin of the minute -> accepted reads."""

    status: SourceStatus
    series: list[str] = field(default_factory=list)
    state: bytes | None = None
    latency: bytes | None = None
    incarnations: dict[int, Incarnation] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    observed: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def copy(self) -> SourceState:
        return SourceState(
            self.status,
            list(self.series),
            self.state,
            self.latency,
            dict(self.incarnations),
            list(self.reads),
            self.observed.copy(),
        )


def add_progress(known: SourceState, batch: Batch) -> None:
    """What the batch says of its source: reads, watermark, series, lives and the opaque state."""
    before = known.status
    known.status = replace(
        before,
        version=before.version + 1,
        watermark_ms=before.watermark_ms if batch.watermark_ms is None else batch.watermark_ms,
        last_read=batch.reads[-1] if batch.reads else before.last_read,
        first_page_ms=batch.watermark_ms if before.first_page_ms is None else before.first_page_ms,
    )
    known.reads.extend(batch.reads)
    for read in batch.reads:
        known.observed[read.at_ms // 60_000 * 60] += read.collected
    if batch.replaces_series:
        known.series.clear()
    known.series.extend(batch.new_series)
    known.state = known.state if batch.state is None else batch.state
    known.latency = known.latency if batch.latency is None else batch.latency.state
    for life in batch.incarnations:
        first = known.incarnations.get(life.born_ms)
        known.incarnations[life.born_ms] = lived(first, life)
