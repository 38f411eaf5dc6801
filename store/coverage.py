"""How much of a stretch of time was watched, in whole milliseconds. Intervals are half-open, pure values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from store.records import Gap, Span


class Interval(NamedTuple):
    """``[from_ms, to_ms)`` in milliseconds since the epoch; empty when it does not end after it begins."""

    from_ms: int
    to_ms: int


def length_ms(intervals: Iterable[Interval]) -> int:
    """Milliseconds of disjoint intervals."""
    return sum(i.to_ms - i.from_ms for i in intervals)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union as disjoint intervals, oldest first; empty ones vanish."""
    union: list[Interval] = []
    for interval in sorted(i for i in intervals if i.to_ms > i.from_ms):
        if union and interval.from_ms <= union[-1].to_ms:
            union[-1] = Interval(union[-1].from_ms, max(union[-1].to_ms, interval.to_ms))
        else:
            union.append(interval)
    return union


def clipped(intervals: Iterable[Interval], within: Interval) -> list[Interval]:
    """The parts of the intervals that lie within another one."""
    cut = (Interval(max(i.from_ms, within.from_ms), min(i.to_ms, within.to_ms)) for i in intervals)
    return [i for i in cut if i.to_ms > i.from_ms]


def without(whole: Interval, holes: Sequence[Interval]) -> list[Interval]:
    """An interval minus holes, which are disjoint and oldest first (see ``merged``)."""
    parts: list[Interval] = []
    at_ms = whole.from_ms
    for hole in clipped(holes, whole):
        parts.append(Interval(at_ms, hole.from_ms))
        at_ms = hole.to_ms
    parts.append(Interval(at_ms, whole.to_ms))
    return [p for p in parts if p.to_ms > p.from_ms]


def of_spans(spans: Iterable[Span]) -> list[Interval]:
    """Simulated spans as intervals."""
    return [Interval(s.from_s * 1000, s.to_s * 1000) for s in spans]


class Watch(NamedTuple):
    """When one data center was looked at: from the first page to the last (or now), except for gaps."""

    from_ms: int
    to_ms: int
    gaps: tuple[Gap, ...]


class Unseen(NamedTuple):
    """Milliseconds of a stretch: ``lost_ms`` whose events are unknown; ``unwatched_ms`` without pages, which includes
    gaps that a later sample closed (their events are known, only their distribution is not). ``excluded_ms``: of the
    stretch that does not count at all (announced maintenance); the other two are of the rest."""

    lost_ms: int = 0
    unwatched_ms: int = 0
    excluded_ms: int = 0

    def plus(self, other: Unseen) -> Unseen:
        """Sum over two disjoint stretches."""
        return Unseen(
            self.lost_ms + other.lost_ms,
            self.unwatched_ms + other.unwatched_ms,
            self.excluded_ms + other.excluded_ms,
        )


def unseen(stretch: Interval, watch: Watch | None, simulated: Sequence[Interval]) -> Unseen:
    """What was not seen in a stretch; simulated time counts as seen. ``watch`` None: no source was ever read."""
    if stretch.to_ms <= stretch.from_ms:
        return Unseen()
    lost = [] if watch is None else [g for g in watch.gaps if not g.exact]
    every = () if watch is None else watch.gaps
    return Unseen(_uncovered_ms(stretch, watch, lost, simulated), _uncovered_ms(stretch, watch, every, simulated))


def _uncovered_ms(stretch: Interval, watch: Watch | None, holes: Iterable[Gap], simulated: Sequence[Interval]) -> int:
    """Length of a stretch minus what was watched (without holes) or simulated."""
    covered = list(simulated)
    if watch is not None:
        gaps = merged(Interval(g.from_ms, g.to_ms) for g in holes)
        covered += without(Interval(watch.from_ms, watch.to_ms), gaps)
    return stretch.to_ms - stretch.from_ms - length_ms(merged(clipped(covered, stretch)))
