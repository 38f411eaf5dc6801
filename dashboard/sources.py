"""How current a source is: fresh, stale (the collector is late) or missing (could not be read, or nobody looked)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from slo.freshness import fresh_for_ms
from store import reasons
from store.records import SourceStatus

FAILED_INTERVALS = Fraction(19, 10)
"""A failed read that proves nothing (a timeout) counts once the last page is this old: one late read does not blink."""
SILENT_INTERVALS = 3
SILENT_MS = 5_000
"""Nobody looked for longer than both: unknown, whatever the last read said (definitions.md section 5)."""

SEEN_ABSENT = frozenset(
    {
        reasons.REFUSED,
        reasons.UNROUTABLE,
        reasons.BAD_STATUS,
        reasons.GARBAGE,
        reasons.UNRESOLVED,
        reasons.INSECURE,
        reasons.TOO_LARGE,
        reasons.DUPLICATE,
    }
)
"""First words of reasons that say: we looked, and it is not there or not readable."""
OWN_FAULT = frozenset({reasons.SKIPPED, reasons.STORE})
"""First words of reasons that speak of the collector, not of the target: only time makes such a source missing."""


class SourceState(enum.Enum):
    """What the wall says of a source."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source as shown. ``age_ms``: since the last accepted page, None before the first.

    ``skew_ms``: by how much its clock is ahead of the collector's, None when not known; ``notes``: what is wrong with
    the quality of its data, one line each.
    """

    id: str
    kind: str
    data_center: str
    age_ms: int | None
    state: SourceState
    reason: str
    skew_ms: int | None = None
    notes: tuple[str, ...] = ()


def source_view(status: SourceStatus, now_ms: int) -> SourceView:
    """State, age and reason of one source at ``now_ms``; an age below zero (clocks disagree) counts as zero."""
    age_ms = None if status.watermark_ms is None else max(0, now_ms - status.watermark_ms)
    silent_ms = max(0, now_ms - status.registered_ms) if age_ms is None else age_ms
    state = _state(status, age_ms, silent_ms)
    reason = "" if state is SourceState.FRESH else _reason(status, silent_ms)
    source = status.source
    return SourceView(source.id, source.kind, source.data_center, age_ms, state, reason)


def _state(status: SourceStatus, age_ms: int | None, silent_ms: int) -> SourceState:
    """Decision list; ``silent_ms`` is the age, or the time since registration before the first page."""
    interval_ms = status.source.interval_ms
    if silent_ms > max(SILENT_INTERVALS * interval_ms, SILENT_MS):
        return SourceState.MISSING
    read = status.last_read
    if read is None:
        return SourceState.STALE
    if read.collected:
        fresh = age_ms is not None and age_ms <= fresh_for_ms(interval_ms)
        return SourceState.FRESH if fresh else SourceState.STALE
    word = reasons.cause(read.reason)
    if word in SEEN_ABSENT:
        return SourceState.MISSING
    if word not in OWN_FAULT and silent_ms >= FAILED_INTERVALS * interval_ms:
        return SourceState.MISSING
    return SourceState.STALE


def _reason(status: SourceStatus, silent_ms: int) -> str:
    """One clear line: what the last read said, else for how long nothing was read."""
    read = status.last_read
    if read is not None and not read.collected:
        return read.reason
    seconds = silent_ms // 1000
    return f"no reading for {seconds} s" if status.watermark_ms is not None else f"no reading yet, after {seconds} s"
