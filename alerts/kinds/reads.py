"""How many of the reads that were due in the last hour brought a page, by source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slo.windows import HOUR_S, MINUTE_S
from store.port import Reader

SETTLED_S = 120
"""Reads of the last two minutes may still come in."""
FEWEST_READS = 60
"""Fewer say nothing,"""
LEAST_S = 300
"""and neither does less time: of two minutes one read that is late is a whole per cent."""


@dataclass(frozen=True, slots=True)
class HourOfReads:
    """Accepted reads of so many that were due."""

    accepted: int
    due: int


def read_hours(reader: Reader, now_ms: int, started_ms: int) -> dict[str, HourOfReads]:
    """The hour that ended two minutes ago, since the first page of each source and since we started: while nobody ran
    nothing was due. Sources of which too few were due, or not for long enough, are left out."""
    end_s = now_ms // 1000 // MINUTE_S * MINUTE_S - SETTLED_S
    answers: dict[int, Mapping[str, int]] = {}
    found = {}
    for status in reader.sources():
        if status.first_page_ms is None:
            continue
        from_s = _whole_minute_s(max((end_s - HOUR_S) * 1000, status.first_page_ms, started_ms))
        due = max(0, end_s - from_s) * 1000 // status.source.interval_ms
        if due < FEWEST_READS or end_s - from_s < LEAST_S:
            continue
        if from_s not in answers:
            answers[from_s] = reader.observed(from_s, end_s)
        found[status.source.id] = HourOfReads(min(due, answers[from_s].get(status.source.id, 0)), due)
    return found


def _whole_minute_s(at_ms: int) -> int:
    """Begin of the first whole minute that begins at or after an instant."""
    return -(-at_ms // (MINUTE_S * 1000)) * MINUTE_S
