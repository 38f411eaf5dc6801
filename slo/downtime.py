"""Time-based availability (definitions.md section 3): seconds of downtime, overlaps counted once."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from slo.windows import Window


def union(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Disjoint windows that cover the same seconds, oldest first; touching ones are joined, empty ones dropped."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda each: each.from_s):
        if window.from_s >= window.to_s:
            continue
        if joined and window.from_s <= joined[-1].to_s:
            joined[-1] = Window(joined[-1].from_s, max(joined[-1].to_s, window.to_s))
        else:
            joined.append(window)
    return tuple(joined)


def covered_seconds(windows: Iterable[Window], within: Window) -> int:
    """Seconds of a window that at least one of ``windows`` covers."""
    return sum(window.to_s - window.from_s for window in union(_clipped(windows, within)))


def downtime_seconds(period: Window, down: Iterable[Window], excluded: Iterable[Window] = ()) -> int:
    """Seconds of a period that were down and not excluded (announced maintenance)."""
    planned = tuple(excluded)
    # Down outside of the plan = whatever either covers, less what the plan covers.
    return covered_seconds((*down, *planned), period) - covered_seconds(planned, period)


def time_availability(period: Window, down: Iterable[Window], excluded: Iterable[Window] = ()) -> Fraction | None:
    """1 - union of down seconds / (period - excluded); None when nothing of the period remains to be judged."""
    planned = tuple(excluded)
    judged_seconds = period.to_s - period.from_s - covered_seconds(planned, period)
    if judged_seconds <= 0:
        return None
    return 1 - Fraction(downtime_seconds(period, down, planned), judged_seconds)


def impact_weighted(period: Window, impacts: Iterable[tuple[int, Fraction]]) -> Fraction | None:
    """1 - sum(seconds x failed share) / period, for a part of many that failed; None for an empty period.

    ``impacts`` are (seconds, measured failed share) of incidents that do not overlap.
    """
    seconds = period.to_s - period.from_s
    if seconds <= 0:
        return None
    return 1 - sum((each * share for each, share in impacts), Fraction(0)) / seconds


def _clipped(windows: Iterable[Window], within: Window) -> Iterable[Window]:
    """The parts of windows that lie inside another; empty ones may remain."""
    return (Window(max(each.from_s, within.from_s), min(each.to_s, within.to_s)) for each in windows)
