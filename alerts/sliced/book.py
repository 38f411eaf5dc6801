"""Slices of the past, kept: each minute only what is new is read, and what changed of the past."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from alerts.desk.maintenance import between
from alerts.sliced.cutting import Cut, Seen, cuts
from slo.windows import DAY_S, HOUR_S, MINUTE_S, Window
from store.coverage import Interval, of_spans
from store.leases import lease_name
from store.port import Reader
from store.records import Gap, Scope, SourceStatus
from store.watching import by_data_center, watched_until

LATE_S = 30
"""So long is a slice waited for when a source is late; then it was not seen."""
AGAIN_S = 300
"""So much of the past is read anew each time: pages may come late."""
LEFT_MS = DAY_S * 1000
"""A source that is silent for so long, while others of its data center are read, has left."""


class Kind(NamedTuple):
    """What slices are of."""

    product: str
    slice_s: int
    excluding: bool


@dataclass(slots=True)
class _Shelf:
    """Begin and cut of the slices of one kind, oldest first, from ``from_s`` to ``to_s`` without a hole."""

    from_s: int
    to_s: int
    rows: list[tuple[int, Cut]] = field(default_factory=list)

    def keep(self, from_s: int, to_s: int, slice_s: int) -> None:
        """Only what begins in ``[from_s, to_s)``."""
        del self.rows[max(0, to_s - self.from_s) // slice_s :]
        del self.rows[: (from_s - self.from_s) // slice_s]
        self.from_s, self.to_s = from_s, max(from_s, to_s)


class SliceBook:
    """For one thread. ``sources``: ids of the configuration; None for all that are registered."""

    def __init__(self, sources: Collection[str] | None = None) -> None:
        self._sources = sources
        self._shelves: dict[Kind, _Shelf] = {}
        self._gaps: frozenset[Gap] = frozenset()
        self._simulated: tuple[Interval, ...] = ()

    def closed_s(self, reader: Reader, now_ms: int) -> int:
        """End of the last whole minute that every source has told of, or that is ``LATE_S`` past."""
        return closed_s(self._statuses(reader, now_ms), now_ms)

    def slices(self, reader: Reader, wanted: Mapping[Kind, int], until_s: int) -> dict[Kind, list[tuple[int, Cut]]]:
        """Begin and cut of every slice of each kind that ends by ``until_s``, oldest first, until the next call.
        ``wanted``: kind -> seconds of the past."""
        spans = {kind: _span(kind, seconds, until_s) for kind, seconds in wanted.items()}
        if not spans:
            return {}
        whole = Window(min(span.from_s for span in spans.values()), until_s)
        seen = self._seen(reader, whole, until_s)
        changed_s = min(self._changed_s(seen, whole.from_s), until_s - AGAIN_S)
        self._shelves = {kind: self._filled(reader, seen, kind, span, changed_s) for kind, span in spans.items()}
        return {kind: shelf.rows for kind, shelf in self._shelves.items()}

    def _filled(self, reader: Reader, seen: Seen, kind: Kind, span: Window, changed_s: int) -> _Shelf:
        shelf = self._shelves.get(kind)
        if shelf is None or not shelf.from_s <= span.from_s < shelf.to_s <= span.to_s:
            shelf = _Shelf(span.from_s, span.from_s)
        fresh_s = min(shelf.to_s, changed_s - changed_s % kind.slice_s)
        shelf.keep(span.from_s, fresh_s, kind.slice_s)
        new = Window(shelf.to_s, span.to_s)
        shelf.rows += cuts(reader, seen, kind.product, kind.slice_s, new, excluding=kind.excluding).items()
        shelf.to_s = span.to_s
        return shelf

    def _seen(self, reader: Reader, whole: Window, until_s: int) -> Seen:
        statuses = self._statuses(reader, until_s * 1000)
        gaps = reader.gaps(whole.from_s * 1000, until_s * 1000)
        watches = watched_until(reader, by_data_center((), statuses), gaps, until_s * 1000, 0)
        watched = {center: watch for center, watch in watches.items() if watch is not None}
        return Seen(
            {center: Interval(watch.from_ms, watch.to_ms) for center, watch in watched.items()},
            {center: watch.gaps for center, watch in watched.items()},
            of_spans(reader.simulated()),
            _serving(reader, whole),
            between(reader.journal(), whole),
        )

    def _changed_s(self, seen: Seen, from_s: int) -> int:
        """Since when the past is not what it was when it was read; a gap that is over before ``from_s`` only left."""
        gaps = frozenset(gap for found in seen.gaps.values() for gap in found)
        simulated = tuple(seen.simulated)
        other = {gap for gap in gaps ^ self._gaps if gap.to_ms > from_s * 1000}
        changed_s = min((gap.from_ms // 1000 for gap in other), default=FAR_S)
        if simulated != self._simulated:
            changed_s = 0
        self._gaps, self._simulated = gaps, simulated
        return changed_s

    def _statuses(self, reader: Reader, now_ms: int) -> list[SourceStatus]:
        known = [each for each in reader.sources() if each.watermark_ms is not None]
        if self._sources is not None:
            known = [each for each in known if lease_name(each.source.id) in self._sources]
        groups = by_data_center((), known)
        return [each for each in known if not _has_left(each, groups[each.source.data_center], now_ms)]


FAR_S = 1 << 62


def closed_s(statuses: Iterable[SourceStatus], now_ms: int) -> int:
    """End of the last whole minute that every source has told of, or that is ``LATE_S`` past."""
    told_ms = min((each.watermark_ms or 0 for each in statuses), default=0)
    return max(_whole(min(told_ms, now_ms)), _whole(now_ms - LATE_S * 1000))


def _whole(at_ms: int) -> int:
    return at_ms // (MINUTE_S * 1000) * MINUTE_S


def _span(kind: Kind, seconds: int, until_s: int) -> Window:
    end_s = until_s - until_s % kind.slice_s
    return Window(end_s - max(1, seconds // kind.slice_s) * kind.slice_s, end_s)


def _has_left(status: SourceStatus, group: Sequence[SourceStatus], now_ms: int) -> bool:
    if now_ms - (status.watermark_ms or 0) <= LEFT_MS:
        return False
    return any(now_ms - (each.watermark_ms or 0) <= LEFT_MS for each in group)


def _serving(reader: Reader, whole: Window) -> dict[str, frozenset[str]]:
    """Data centers by product that had events."""
    end_s = -(-whole.to_s // HOUR_S) * HOUR_S
    found: dict[str, set[str]] = {}
    for unit in reader.totals(Scope.CELL, max(whole.from_s, end_s - DAY_S) // HOUR_S * HOUR_S, end_s):
        found.setdefault(unit.product, set()).add(unit.data_center)
    return {product: frozenset(centers) for product, centers in found.items()}
