"""Which slices of which level make up a stretch of time: pure, the same for every twin."""

from __future__ import annotations

from typing import NamedTuple

from slo.counts import Counts
from slo.windows import HOUR_S, MINUTE_S, Window, day_start, pieces
from store.records import Level, Scope, Span

STEP_S = {Level.SLOT: 1, Level.MINUTE: MINUTE_S, Level.HOUR: HOUR_S}
"""Levels whose slices follow each other at a fixed step; local days do not."""


class Stretch(NamedTuple):
    """Whole slices of one level: those that begin in ``[from_s, to_s)``. Sign -1 takes them away again."""

    level: Level
    from_s: int
    to_s: int
    sign: int = 1


def slice_start(level: Level, at_s: int, zone: str) -> int:
    """Begin of the slice that holds an instant. Days are local; hours and minutes count from the epoch."""
    if level is Level.SLOT:
        return at_s
    if level is Level.MINUTE:
        return at_s - at_s % MINUTE_S
    if level is Level.HOUR:
        return at_s - at_s % HOUR_S
    return day_start(at_s, zone)


def slice_end(level: Level, begin_s: int, zone: str) -> int:
    """End of the slice that begins at ``begin_s``; local days of 23 and 25 hours included."""
    if level is Level.DAY:
        return day_start(begin_s + 36 * HOUR_S, zone)
    return begin_s + STEP_S[level]


def outward_minutes(from_s: int, to_s: int) -> tuple[int, int]:
    """The window with its edges taken outwards to whole minutes."""
    return from_s - from_s % MINUTE_S, to_s + -to_s % MINUTE_S


def stretches(scope: Scope, from_s: int, to_s: int, zone: str) -> list[Stretch]:
    """Cuts ``[from_s, to_s)`` into the coarsest whole slices that hold a scope; STEP has none below the minute.

    The end of a window is mostly now, and its last day, hour or minute unfinished: then the whole slice less what
    comes after the window is as exact as its parts, and after now there is next to nothing to read. Needs no finer
    slices, and no older ones, than adding up the parts would.
    """
    if scope is Scope.STEP:
        from_s, to_s = outward_minutes(from_s, to_s)
    if from_s >= to_s:
        return []
    whole_s = _end_of_last_slice(from_s, to_s, zone)
    return _cut(from_s, whole_s, zone, 1) + _cut(to_s, whole_s, zone, -1)


def _end_of_last_slice(from_s: int, to_s: int, zone: str) -> int:
    """End of the coarsest slice that holds the end of a window and begins inside it."""
    for level in (Level.DAY, Level.HOUR, Level.MINUTE):
        begin_s = slice_start(level, to_s, zone)
        if begin_s == to_s:
            return to_s
        if begin_s >= from_s:
            return slice_end(level, begin_s, zone)
    return to_s


def _cut(from_s: int, to_s: int, zone: str, sign: int) -> list[Stretch]:
    cut = pieces(Window(from_s, to_s), zone)
    by_level = ((Level.DAY, cut.days), (Level.HOUR, cut.hours), (Level.MINUTE, cut.minutes), (Level.SLOT, cut.slots))
    return [Stretch(level, window.from_s, window.to_s, sign) for level, windows in by_level for window in windows]


def signed(counts: Counts, sign: int) -> Counts:
    """Counts to add for a stretch of that sign."""
    if sign > 0:
        return counts
    return Counts(-counts.good, -counts.bad, -counts.ignored, -counts.transactions)


def joined(spans: list[Span]) -> list[Span]:
    """Spans oldest first, those that touch or overlap made one."""
    whole: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.from_s, each.to_s)):
        if whole and span.from_s <= whole[-1].to_s:
            whole[-1] = Span(whole[-1].from_s, max(whole[-1].to_s, span.to_s))
        else:
            whole.append(span)
    return whole


def is_simulated(spans: list[Span], day_s: int, zone: str) -> bool:
    """Whether any part of the local day that begins at ``day_s`` lies in a simulated stretch."""
    end_s = slice_end(Level.DAY, day_s, zone)  # once: a long past has a span for each of its days
    return any(span.from_s < end_s and day_s < span.to_s for span in spans)
