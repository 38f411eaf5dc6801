"""When to look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.schedule import (
    MOST_SKIPPED_ROWS,
    NS_PER_MS,
    Tick,
    first_tick,
    nearest_whole,
    next_tick,
    skipped_reads,
)

WALL_MS = 1_795_000_000_000


def ns(ms: int) -> int:
    return ms * NS_PER_MS


def test_the_first_tick_is_the_next_whole_interval() -> None:
    """Half past a second: half a second to wait."""
    tick = first_tick(ns(7), WALL_MS + 500, 1000)
    assert tick == Tick(ns(507), WALL_MS + 1000)
    assert tick.wait_s(ns(7)) == 0.5
    assert tick.wait_s(ns(600)) == 0


def test_ticks_do_not_drift_with_the_time_an_attempt_takes() -> None:
    """Each attempt takes 300 ms; the tenth tick is due ten intervals after the first."""
    tick = first_tick(0, WALL_MS, 1000)
    for _ in range(10):
        done_ns = tick.due_ns + ns(300)
        tick, skipped = next_tick(tick, done_ns, WALL_MS + done_ns // NS_PER_MS, 1000)
        assert not skipped
    assert tick == Tick(ns(11_000), WALL_MS + 11_000)


@pytest.mark.parametrize(
    ("late_ms", "missed", "next_s"),
    [
        (999, 0, 1),
        (1400, 0, 1),
        (1501, 1, 2),
        (2400, 1, 2),
        (5600, 5, 6),
    ],
)
def test_ticks_slept_through_are_told_and_never_made_up_for(late_ms: int, missed: int, next_s: int) -> None:
    """A tick still runs when it is late by up to half an interval."""
    before = Tick(0, WALL_MS)
    tick, skipped = next_tick(before, ns(late_ms), WALL_MS + late_ms, 1000)
    assert tick == Tick(ns(next_s * 1000), WALL_MS + next_s * 1000)
    assert list(skipped) == [WALL_MS + 1000 * (number + 1) for number in range(missed)]


@given(step_ms=st.integers(-(10**9), 10**9))
def test_a_set_clock_neither_hurries_nor_delays_a_tick(step_ms: int) -> None:
    """A tick leans at most a hundredth of the interval towards the new seconds, and stands for one of them."""
    tick, skipped = next_tick(Tick(0, WALL_MS), ns(10), WALL_MS + 10 + step_ms, 1000)
    assert abs(tick.due_ns - ns(1000)) <= ns(10)
    assert not skipped
    assert tick.at_ms % 1000 == 0
    assert abs(tick.at_ms - (WALL_MS + 1000 + step_ms)) <= 500


def test_after_the_clock_was_set_the_schedule_finds_back_to_whole_seconds() -> None:
    """300 ms take thirty ticks."""
    tick, step_ms = Tick(0, WALL_MS), 300
    for _ in range(31):
        tick, _ = next_tick(tick, tick.due_ns, WALL_MS + step_ms + tick.due_ns // NS_PER_MS, 1000)
    assert (WALL_MS + step_ms + tick.due_ns // NS_PER_MS) % 1000 == 0


@given(at_ms=st.integers(0, 10**13), interval_ms=st.integers(1, 10**6))
def test_the_nearest_whole_interval_is_at_most_half_of_one_away(at_ms: int, interval_ms: int) -> None:
    """For odd intervals too."""
    whole = nearest_whole(at_ms, interval_ms)
    assert whole % interval_ms == 0
    assert 2 * abs(whole - at_ms) <= interval_ms


def test_each_missed_tick_is_a_failed_read() -> None:
    """With the reason that nobody looked."""
    reads = skipped_reads(range(0, 3000, 1000))
    assert [(read.at_ms, read.collected) for read in reads] == [(0, False), (1000, False), (2000, False)]
    assert all(read.reason.startswith("skipped:") for read in reads)


def test_very_many_missed_ticks_become_one_row_and_the_newest() -> None:
    """An hour of sleep does not write 3,600 rows."""
    reads = skipped_reads(range(0, 3_600_000, 1000))
    assert len(reads) == MOST_SKIPPED_ROWS + 1
    assert reads[0].reason.startswith(f"skipped: {3600 - MOST_SKIPPED_ROWS} reads")
    assert reads[-1].at_ms == 3_599_000
