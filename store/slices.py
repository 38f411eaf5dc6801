"""Which slices of which level make up a stretch of time: pure, the same for every twin."""

from __future__ import annotations

from typing import NamedTuple

from slo.windows import HOUR_S, MINUTE_S, Window, day_start, pieces
from store.records import Level, Scope, Span


class Stretch(NamedTuple):
    """Whole slices of one level: those that begin in ``[from_s, to_s)``."""

    level: Level
    from_s: int
    to_s: int


def slice_start(level: Level, at_s: int, zone: str) -> int:
    """Begin of the slice that holds an instant. Days are local; hours and minutes count from the epoch."""
    if level is Level.SLOT:
        return at_s
    if level is Level.MINUTE:
        return at_s - at_s % MINUTE_S
    if level is Level.HOUR:
        return at_s - at_s % HOUR_S
    return day_start(at_s, zone)


def outward_minutes(from_s: int, to_s: int) -> tuple[int, int]:
    """The window with its edges taken outwards to whole minutes."""
    return from_s - from_s % MINUTE_S, to_s + -to_s % MINUTE_S


def stretches(scope: Scope, from_s: int, to_s: int, zone: str) -> list[Stretch]:
    """Cuts ``[from_s, to_s)`` into the coarsest whole slices that hold a scope; STEP has none below the minute."""
    if from_s >= to_s:
        return []
    if scope is Scope.STEP:
        from_s, to_s = outward_minutes(from_s, to_s)
    cut = pieces(Window(from_s, to_s), zone)
    by_level = ((Level.DAY, cut.days), (Level.HOUR, cut.hours), (Level.MINUTE, cut.minutes), (Level.SLOT, cut.slots))
    return [Stretch(level, window.from_s, window.to_s) for level, windows in by_level for window in windows]


def joined(spans: list[Span]) -> list[Span]:
    """Spans oldest first, those that touch or overlap made one."""
    whole: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.from_s, each.to_s)):
        if whole and span.from_s <= whole[-1].to_s:
            whole[-1] = Span(whole[-1].from_s, max(whole[-1].to_s, span.to_s))
        else:
            whole.append(span)
    return whole


def day_end(day_s: int, zone: str) -> int:
    """End of the local day that begins at ``day_s``; days of 23 and 25 hours included."""
    return day_start(day_s + 36 * HOUR_S, zone)


def is_simulated(spans: list[Span], day_s: int, zone: str) -> bool:
    """Whether any part of the local day that begins at ``day_s`` lies in a simulated stretch."""
    return any(span.from_s < day_end(day_s, zone) and day_s < span.to_s for span in spans)
