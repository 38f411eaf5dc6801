"""Time cut into slices: what was counted of a product in each, how much of it nobody saw, how much was excluded.

A slice is counted from minutes, or from hours when it is made of whole hours. What its data centers did not show is
known from gaps and watermarks. Growth that a later page told of (an exact gap) is right in number and unknown in
shape: where such a gap crosses an edge of slices, they are not told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from alerts.desk.exclusions import excluded_minutes, less
from alerts.desk.maintenance import Maintenance
from slo.budgeting import Method, Slice
from slo.counts import Counts
from slo.states import SliceState
from slo.windows import HOUR_S, Window
from store.coverage import Interval, clipped, merged, without
from store.port import Reader
from store.records import Gap, Level, Scope

NOTHING = Counts()


class Cut(NamedTuple):
    """One slice of one product. Milliseconds are summed over data centers: ``whole_ms`` that count at all, ``lost_ms``
    of which nothing is known, ``unseen_ms`` the same and those whose events are counted, but elsewhere. ``mixed``: it
    holds events of slices before it. ``planned``: maintenance touched it. A slice of which only a longer sum is kept
    is lost."""

    good: int
    total: int
    whole_ms: int
    lost_ms: int = 0
    unseen_ms: int = 0
    mixed: bool = False
    planned: bool = False

    @property
    def blind(self) -> bool:
        """Whether it counts and nobody saw any of it."""
        return 0 < self.whole_ms <= self.unseen_ms

    def judged(self, method: Method, target: Fraction) -> Slice:
        """What a budgeting method sees. A time slice that was seen in part is judged only where what was not seen
        cannot change it; a mean of ratios takes one that was seen for the most part as it was seen."""
        if not self.whole_ms:
            return Slice(state=SliceState.EXCLUDED)
        if method is Method.OCCURRENCES:
            return self._of_events()
        if self.mixed or self.blind:
            return Slice(state=SliceState.MISSING)
        if not self.total:
            return Slice(state=self._without_events())
        return Slice(self.good, self.total) if self._is_sure(method, target) else Slice(state=SliceState.MISSING)

    def _of_events(self) -> Slice:
        if self.whole_ms <= self.lost_ms and not self.total:
            return Slice(state=SliceState.MISSING)
        state = SliceState.GOOD if self.total else self._without_events()
        return Slice(self.good, self.total, state, missing=self._missing(self.lost_ms))

    def _without_events(self) -> SliceState:
        if self.unseen_ms:
            return SliceState.MISSING
        return SliceState.EXCLUDED if self.planned else SliceState.NO_TRAFFIC

    def _missing(self, hidden_ms: int) -> int:
        """Events that nobody saw, at the pace of the rest."""
        seen_ms = self.whole_ms - hidden_ms
        return ceil(Fraction(self.total * hidden_ms, seen_ms)) if seen_ms > 0 else 0

    def _is_sure(self, method: Method, target: Fraction) -> bool:
        if not self.unseen_ms or method is not Method.TIMESLICES:
            return 2 * self.unseen_ms <= self.whole_ms
        missing = self._missing(self.unseen_ms)
        whole = (self.total + missing) * target
        return self.good >= whole or self.good + missing < whole


@dataclass(frozen=True, slots=True)
class Seen:
    """Who looked, as of one reader. ``watched``: data center -> when it was; ``gaps``: those of its sources."""

    watched: Mapping[str, Interval]
    gaps: Mapping[str, Sequence[Gap]]
    simulated: Sequence[Interval]
    serving: Mapping[str, frozenset[str]]
    planned: Sequence[Maintenance]

    def centers(self, product: str) -> tuple[str, ...]:
        """Data centers that serve a product; all when that is not known, or for the bank."""
        mine = self.serving.get(product, frozenset())
        return tuple(center for center in self.watched if not mine or center in mine)

    def plans(self, product: str) -> list[Maintenance]:
        """Maintenance that takes something out of a product, or of the bank."""
        return [each for each in self.planned if not product or product in (each.products or (product,))]


def cuts(reader: Reader, seen: Seen, product: str, slice_s: int, within: Window, *, excluding: bool) -> dict[int, Cut]:
    """Every slice of ``[from_s, to_s)``, both whole multiples of ``slice_s``, by its begin. ``excluding``: without
    what announced maintenance takes out."""
    plans = seen.plans(product) if excluding else []
    counted = _counted(reader, product, slice_s, within)
    taken = _by_slice(excluded_minutes(reader, product, plans, within), slice_s)
    unkept = _unkept(reader, product, within) if slice_s % HOUR_S else frozenset()
    shown = _Shown.of(seen, product, plans, slice_s, within)
    found = {}
    for at_s in range(within.from_s, within.to_s, slice_s):
        whole_ms = shown.centers * slice_s * 1000 - shown.excluded_ms.get(at_s, 0)
        planned = at_s in shown.excluded_ms or at_s in taken
        if any(hour in unkept for hour in _hours(at_s, slice_s)):
            found[at_s] = Cut(0, 0, whole_ms, whole_ms, whole_ms, planned=planned)
            continue
        counts = counted.get(at_s, NOTHING)
        if at_s in taken:
            counts = less(counts, taken[at_s])
        lost_ms, unseen_ms = shown.lost_ms.get(at_s, 0), shown.unseen_ms.get(at_s, 0)
        found[at_s] = Cut(counts.good, counts.total, whole_ms, lost_ms, unseen_ms, at_s in shown.mixed, planned)
    return found


@dataclass(frozen=True, slots=True)
class _Shown:
    """Milliseconds by slice, over all data centers of a product."""

    centers: int
    lost_ms: Mapping[int, int]
    unseen_ms: Mapping[int, int]
    excluded_ms: Mapping[int, int]
    mixed: frozenset[int]

    @classmethod
    def of(cls, seen: Seen, product: str, plans: Sequence[Maintenance], slice_s: int, within: Window) -> _Shown:
        lost: defaultdict[int, int] = defaultdict(int)
        unseen: defaultdict[int, int] = defaultdict(int)
        excluded: defaultdict[int, int] = defaultdict(int)
        mixed: set[int] = set()
        whole = Interval(within.from_s * 1000, within.to_s * 1000)
        centers = seen.centers(product)
        for center in centers:
            planned = merged(
                Interval(each.from_s * 1000, each.to_s * 1000)
                for each in plans
                if center in (each.data_centers or (center,)) and (product or not each.products)
            )
            crossing = [gap for gap in seen.gaps[center] if gap.exact and _crosses(gap, slice_s)]
            inexact = [gap for gap in seen.gaps[center] if not gap.exact]
            for gaps, into in ((inexact, lost), ([*inexact, *crossing], unseen)):
                _spread(_uncovered(seen, center, gaps, planned, whole), slice_s, into)
            _spread(clipped(planned, whole), slice_s, excluded)
            mixed |= {_begin(gap.to_ms - 1, slice_s) for gap in crossing}
        if not centers:
            for into in (lost, unseen):
                _spread(without(whole, merged(seen.simulated)), slice_s, into)
        return cls(max(1, len(centers)), lost, unseen, excluded, frozenset(mixed))


def _uncovered(
    seen: Seen, center: str, gaps: Iterable[Gap], planned: Sequence[Interval], whole: Interval
) -> list[Interval]:
    """When a data center should have been looked at and was not."""
    holes = merged(Interval(gap.from_ms, gap.to_ms) for gap in gaps)
    covered = merged([*without(seen.watched[center], holes), *seen.simulated, *planned])
    return without(whole, covered)


def _spread(intervals: Iterable[Interval], slice_s: int, into: defaultdict[int, int]) -> None:
    for interval in intervals:
        at_ms = interval.from_ms
        while at_ms < interval.to_ms:
            begin_s = _begin(at_ms, slice_s)
            end_ms = min((begin_s + slice_s) * 1000, interval.to_ms)
            into[begin_s] += end_ms - at_ms
            at_ms = end_ms


def _begin(at_ms: int, slice_s: int) -> int:
    return at_ms // (slice_s * 1000) * slice_s


def _crosses(gap: Gap, slice_s: int) -> bool:
    return _begin(gap.from_ms, slice_s) != _begin(gap.to_ms - 1, slice_s)


def _counted(reader: Reader, product: str, slice_s: int, within: Window) -> dict[int, Counts]:
    level = Level.MINUTE if slice_s % HOUR_S else Level.HOUR
    return _by_slice(dict(_rows(reader, level, product, within)), slice_s)


def _rows(reader: Reader, level: Level, product: str, within: Window) -> list[tuple[int, Counts]]:
    scope = Scope.PRODUCT if product else Scope.BANK
    rows = reader.timeline(level, scope, within.from_s, within.to_s, product=product)
    return [(at_s, counts) for at_s, _, counts in rows]


def _by_slice(counted: Mapping[int, Counts], slice_s: int) -> dict[int, Counts]:
    found: dict[int, Counts] = {}
    for at_s, counts in counted.items():
        begin_s = at_s - at_s % slice_s
        found[begin_s] = found[begin_s] + counts if begin_s in found else counts
    return found


def _unkept(reader: Reader, product: str, within: Window) -> frozenset[int]:
    """Hours that hold more than their minutes: of these only the sum is left, or ever was."""
    span = Window(within.from_s - within.from_s % HOUR_S, -(-within.to_s // HOUR_S) * HOUR_S)
    by_minute = _by_slice(dict(_rows(reader, Level.MINUTE, product, span)), HOUR_S)
    hours = _rows(reader, Level.HOUR, product, span)
    return frozenset(at_s for at_s, counts in hours if by_minute.get(at_s, NOTHING).total != counts.total)


def _hours(at_s: int, slice_s: int) -> range:
    return range(at_s - at_s % HOUR_S, at_s + slice_s, HOUR_S)
