"""When to look: whole intervals of the wall clock, kept on the monotonic clock.

A tick is due at an instant of the monotonic clock and stands for a whole multiple of the interval on the wall clock.
When the wall clock is set, no tick comes early or late: the schedule only leans towards the new whole seconds, by at
most a hundredth of an interval per tick. Ticks that were slept through are never made up for; they are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.records import Read

NS_PER_MS = 1_000_000
LEAN = 100
"""A tick moves by at most one part in so many of the interval."""
MOST_SKIPPED_ROWS = 60
TAKEOVER_LOOK_S = 0.25
"""So often a standby that waits for a tick looks whether it has to read now."""
OLD_PAGE_MS = 2_000


@dataclass(frozen=True, slots=True)
class Tick:
    """One time to look: ``due_ns`` on the monotonic clock, ``at_ms`` the time of the wall clock that it stands for."""

    due_ns: int
    at_ms: int

    def wait_s(self, now_ns: int) -> float:
        """Seconds until it is due, 0 when it is already."""
        return max(0, self.due_ns - now_ns) / 1e9


def first_tick(now_ns: int, wall_ms: int, interval_ms: int) -> Tick:
    """The next whole interval. ``now_ns`` and ``wall_ms`` are both clocks at one instant."""
    at_ms = (wall_ms // interval_ms + 1) * interval_ms
    return Tick(now_ns + (at_ms - wall_ms) * NS_PER_MS, at_ms)


def next_tick(previous: Tick, now_ns: int, wall_ms: int, interval_ms: int) -> tuple[Tick, Sequence[int]]:
    """The tick after ``previous`` that is still worth running, and the times (``at_ms``) of those that were missed.

    A tick may run late by up to half an interval.
    """
    interval_ns = interval_ms * NS_PER_MS
    overdue_ns = now_ns - (previous.due_ns + interval_ns)
    missed = max(0, (overdue_ns + interval_ns // 2 - 1) // interval_ns)
    due_ns = previous.due_ns + (missed + 1) * interval_ns
    wall_at_due_ms = wall_ms + (due_ns - now_ns) // NS_PER_MS
    at_ms = nearest_whole(wall_at_due_ms, interval_ms)
    most_ms = max(1, interval_ms // LEAN)
    lean_ms = max(-most_ms, min(most_ms, at_ms - wall_at_due_ms))
    skipped = range(at_ms - missed * interval_ms, at_ms, interval_ms)
    return Tick(due_ns + lean_ms * NS_PER_MS, at_ms), skipped


def is_old(age_ms: int, interval_ms: int) -> bool:
    """Whether who takes over does not wait for a tick: one was missed, or the interval is a long one."""
    return age_ms > min(3 * interval_ms // 2, OLD_PAGE_MS)


def nearest_whole(at_ms: int, interval_ms: int) -> int:
    """The multiple of the interval that is nearest to an instant."""
    return (at_ms + interval_ms // 2) // interval_ms * interval_ms


def skipped_reads(times_ms: Sequence[int]) -> tuple[Read, ...]:
    """A failed read for each missed tick; of very many the oldest become one row that says how many they are."""
    surplus = len(times_ms) - MOST_SKIPPED_ROWS
    if surplus <= 0:
        return tuple(Read(at_ms, collected=False, reason="skipped: the collector was late") for at_ms in times_ms)
    summary = Read(times_ms[0], collected=False, reason=f"skipped: {surplus} reads, the collector was late")
    return (summary, *skipped_reads(times_ms[surplus:]))
