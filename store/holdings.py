"""What a store holds, level by level, and how much of the time it covers was really looked at: pure values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from slo.windows import MINUTE_S
from store.records import Level, SourceStatus, Span

Observed = Callable[[int, int], Mapping[str, int]]
"""Accepted reads per source between two whole minutes (``Reader.observed``)."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows of one level as they lie in the database; None where nothing is stored or the database does not tell.

    ``oldest_s`` and ``newest_s`` are begins of slices. ``first_read_s`` is the begin of each source's oldest slice
    with an accepted read.
    """

    level: Level
    rows: int
    size_bytes: int | None
    oldest_s: int | None
    newest_s: int | None
    first_read_s: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LevelHolding:
    """One level and its reads: ``observed`` accepted ones of ``expected`` (None: nothing was due, so unknown)."""

    extent: Extent
    observed: int | None
    expected: int | None

    @property
    def completeness(self) -> Fraction | None:
        """Share of the due reads that were accepted; None when none was due."""
        if self.observed is None or not self.expected:
            return None
        return Fraction(self.observed, self.expected)


@dataclass(frozen=True, slots=True)
class JournalHolding:
    """The journal's entries, or its documents, by the name of their table.

    ``open_rows``: documents that still concern somebody and are never pruned (None: entries are neither).
    """

    name: str
    rows: int
    open_rows: int | None
    size_bytes: int | None
    oldest_s: int | None
    newest_s: int | None


@dataclass(frozen=True, slots=True)
class LatencyHolding:
    """Slices of all levels of histograms (``store.latency``), and of how many different ``histograms``."""

    rows: int
    histograms: int
    size_bytes: int | None
    oldest_s: int | None
    newest_s: int | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything ``db stats`` says, true of one instant."""

    revision: str
    size_bytes: int | None
    levels: tuple[LevelHolding, ...]
    sources: tuple[SourceStatus, ...]
    simulated: tuple[Span, ...]
    journal: tuple[JournalHolding, ...]
    latency: LatencyHolding


def level_holding(extent: Extent, sources: Iterable[SourceStatus], observed: Observed, now_s: int) -> LevelHolding:
    """Counts due and accepted reads over the time that a level retains, up to the last whole minute.

    A source is expected from its registration on (from its oldest read, where a backfill reaches further back), at
    its present interval. Simulated slices are nobody's reads: they neither add nor lack any.
    """
    begin_s = _watched_since_s(extent)
    if begin_s is None:
        return LevelHolding(extent, None, None)
    end_s = now_s - now_s % MINUTE_S
    accepted = due = 0
    answers: dict[int, Mapping[str, int]] = {}
    for status in sources:
        from_ms = max(begin_s * 1000, _known_since_ms(status, extent))
        from_s = from_ms // 1000 - from_ms // 1000 % MINUTE_S
        if from_s >= end_s:
            continue
        if from_s not in answers:
            answers[from_s] = observed(from_s, end_s)
        expected = max(0, end_s * 1000 - from_ms) // status.source.interval_ms
        due += expected
        accepted += min(expected, answers[from_s].get(status.source.id, 0))
    return LevelHolding(extent, accepted, due) if due else LevelHolding(extent, None, None)


def _watched_since_s(extent: Extent) -> int | None:
    """Begin of the retained time in which reads count, on a whole minute."""
    if extent.level is not Level.SLOT:
        return min(extent.first_read_s.values(), default=extent.oldest_s)
    return None if extent.oldest_s is None else extent.oldest_s + -extent.oldest_s % MINUTE_S


def _known_since_ms(status: SourceStatus, extent: Extent) -> int:
    first_s = extent.first_read_s.get(status.source.id)
    if first_s is None:
        return status.registered_ms
    # The slice of the first read mostly began before the source was registered: then its registration is what counts.
    return first_s * 1000 if _ended_before(extent.level, first_s, status.registered_ms) else status.registered_ms


def _ended_before(level: Level, begin_s: int, at_ms: int) -> bool:
    longest_s = {Level.SLOT: MINUTE_S, Level.MINUTE: MINUTE_S, Level.HOUR: 3600, Level.DAY: 25 * 3600}
    return (begin_s + longest_s[level]) * 1000 <= at_ms
