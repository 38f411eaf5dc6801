"""Counts of an imported past: which of them count, and where. What was observed wins, and so does the later file."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reports.availability.material import ImportedCounts, LeftOut
from slo.counts import Counts
from slo.windows import Window
from store.coverage import Interval, Watch, clipped, merged, of_spans
from store.records import Span

IMPORTED = "imported"
"""The data center of counts that name none."""
OBSERVED, TWICE, CROSSES = "observed", "twice", "crosses"
"""Why counts were left out: we looked ourselves, another file says so too, or they reach beyond the period."""


@dataclass(frozen=True, slots=True)
class Imports:
    """``rows``: those that count, oldest first; ``left_out``: those that do not, with the reason. ``watched``: when
    anybody looked at any data center."""

    rows: tuple[ImportedCounts, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    watched: Watch | None = None
    _of: Mapping[tuple[str, str], tuple[Interval, ...]] = field(default_factory=dict)

    @property
    def products(self) -> tuple[str, ...]:
        """Those that rows speak of, sorted."""
        return tuple(sorted({each.product for each in self.rows}))

    def centers(self, product: str) -> tuple[str, ...]:
        """Where a product's rows belong, sorted."""
        return tuple(sorted({center for mine, center in self._of if mine == product and center}))

    def told(self, product: str, center: str) -> tuple[Interval, ...]:
        """When a product is told of in a data center; of one that no file names: when it is told of anywhere."""
        return self._of.get((product, center), self._of.get((product, ""), ()))

    def counted(self, window: Window) -> tuple[ImportedCounts, ...]:
        """Rows that lie wholly in a window."""
        return tuple(each for each in self.rows if window.from_s <= each.from_s and each.to_s <= window.to_s)

    def not_counted(self, window: Window) -> tuple[LeftOut, ...]:
        """Those of a window that do not count in it, and those that reach beyond it; cut to it, oldest first."""
        inside = set(self.counted(window))
        crossing = [LeftOut(e.from_s, e.to_s, e.file, CROSSES) for e in self.rows if e not in inside]
        return joined([*self.left_out, *crossing], window)

    def inside(self, window: Window) -> dict[tuple[str, str], Counts]:
        """Counts of rows that lie wholly in a window, by product and data center."""
        found: defaultdict[tuple[str, str], Counts] = defaultdict(Counts)
        for each in self.rows[bisect_left(self.rows, window.from_s, key=_begin) :]:
            if each.from_s >= window.to_s:
                break
            if each.to_s <= window.to_s:
                found[each.product, each.data_center] += Counts(each.good, each.bad)
        return dict(found)


NO_IMPORTS = Imports()


def admitted(
    rows: Iterable[ImportedCounts],
    watches: Mapping[str, Watch | None],
    simulated: Sequence[Span],
    chosen: Sequence[str],
) -> Imports:
    """``rows``: those of the newest file first; ``chosen``: products that are asked for, empty for all."""
    seen = {center: _looked([watch], simulated) for center, watch in watches.items()}
    anywhere = _looked(watches.values(), simulated)
    taken: defaultdict[str, dict[str, _Taken]] = defaultdict(dict)
    kept: list[ImportedCounts] = []
    left: list[LeftOut] = []
    for each in rows:
        if chosen and each.product not in chosen:
            continue
        reason = _why_not(each, seen.get(each.data_center, anywhere), taken[each.product])
        if reason:
            left.append(LeftOut(each.from_s, each.to_s, each.file, reason))
            continue
        taken[each.product].setdefault(each.data_center, _Taken()).add(each.from_s, each.to_s)
        kept.append(each)
    return _imports(kept, left, watches)


def _why_not(each: ImportedCounts, looked: Iterable[Interval], taken: Mapping[str, _Taken]) -> str:
    if any(part.from_ms < each.to_s * 1000 and part.to_ms > each.from_s * 1000 for part in looked):
        return OBSERVED
    for center, others in taken.items():
        same = center == each.data_center or IMPORTED in (center, each.data_center)
        if same and others.touches(each.from_s, each.to_s):
            return TWICE
    return ""


def _imports(rows: list[ImportedCounts], left: list[LeftOut], watches: Mapping[str, Watch | None]) -> Imports:
    of: defaultdict[tuple[str, str], list[Interval]] = defaultdict(list)
    for each in rows:
        told = Interval(each.from_s * 1000, each.to_s * 1000)
        of[each.product, each.data_center].append(told)
        of[each.product, ""].append(told)
    known = [each for each in watches.values() if each is not None]
    watched = Watch(min(w.from_ms for w in known), max(w.to_ms for w in known), ()) if known else None
    return Imports(
        tuple(sorted(rows, key=_begin)),
        tuple(left),
        watched,
        {key: tuple(merged(parts)) for key, parts in of.items()},
    )


def joined(left: Iterable[LeftOut], window: Window) -> tuple[LeftOut, ...]:
    """Cut to a window, stretches of the same file and reason that touch made one, oldest first."""
    of: defaultdict[tuple[str, str], list[Interval]] = defaultdict(list)
    for each in left:
        of[each.file, each.reason].append(Interval(each.from_s, each.to_s))
    within = Interval(window.from_s, window.to_s)
    every = [LeftOut(*part, *key) for key, parts in of.items() for part in clipped(merged(parts), within)]
    return tuple(sorted(every, key=lambda each: (each.from_s, each.to_s, each.file, each.reason)))


def _looked(watches: Iterable[Watch | None], simulated: Sequence[Span]) -> list[Interval]:
    seen = [Interval(watch.from_ms, watch.to_ms) for watch in watches if watch is not None]
    return merged([*seen, *of_spans(simulated)])


def _begin(row: ImportedCounts) -> int:
    return row.from_s


class _Taken:
    """Disjoint stretches of one product in one data center."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, int]] = []

    def touches(self, from_s: int, to_s: int) -> bool:
        """Whether one of them shares a second with ``[from_s, to_s)``."""
        at = bisect_left(self._parts, (to_s,))
        return at > 0 and self._parts[at - 1][1] > from_s

    def add(self, from_s: int, to_s: int) -> None:
        """One more, which touches none."""
        insort(self._parts, (from_s, to_s))
