"""Time that was watched, against a count of single milliseconds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from store.coverage import Interval, Unseen, Watch, clipped, length_ms, merged, unseen, without
from store.records import Gap

intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: Interval(*p)), max_size=6)


def milliseconds(parts: list[Interval]) -> set[int]:
    """Every millisecond of some intervals, one by one."""
    return {ms for part in parts for ms in range(part.from_ms, part.to_ms)}


@given(intervals, intervals)
@settings(max_examples=500)
def test_interval_arithmetic_equals_sets_of_milliseconds(some: list[Interval], holes: list[Interval]) -> None:
    """Union, intersection and difference against the plainest oracle."""
    union = merged(some)
    assert milliseconds(union) == milliseconds(some)
    assert length_ms(union) == len(milliseconds(some))
    assert all(a.to_ms < b.from_ms for a, b in pairwise(union))
    window = Interval(10, 40)
    assert milliseconds(clipped(some, window)) == milliseconds(some) & set(range(10, 40))
    assert milliseconds(without(window, merged(holes))) == set(range(10, 40)) - milliseconds(holes)


@given(intervals, intervals, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=300)
def test_unseen_time_of_two_stretches_adds_up(
    gaps: list[Interval], simulated: list[Interval], first: int, last: int, cut: int
) -> None:
    """What a frame adds to what was final before is what one look at the whole would have said."""
    watch = Watch(first, last, tuple(Gap("s", g.from_ms, g.to_ms, bool(i % 2), "") for i, g in enumerate(gaps)))
    parts = unseen(Interval(0, cut), watch, simulated).plus(unseen(Interval(cut, 60), watch, simulated))
    whole = unseen(Interval(0, 60), watch, simulated)
    assert parts == whole
    lost = milliseconds(gaps[0::2])
    covered = set(range(first, last)) - lost | milliseconds(simulated)
    assert whole.lost_ms == len(set(range(60)) - covered)


def test_a_gap_that_was_caught_up_loses_no_events_but_was_not_watched() -> None:
    """Exact gaps count against completeness only."""
    watch = Watch(0, 1000, (Gap("s", 100, 200, True, ""), Gap("s", 300, 350, False, "")))
    assert unseen(Interval(0, 1000), watch, []) == Unseen(lost_ms=50, unwatched_ms=150)


def test_a_data_center_that_was_never_read_was_not_seen_at_all_but_for_what_was_simulated() -> None:
    """Simulated time counts as seen."""
    assert unseen(Interval(0, 1000), None, [Interval(0, 400)]) == Unseen(600, 600)


def test_a_stretch_that_ends_before_it_begins_holds_nothing() -> None:
    """A source that was last read before the window."""
    assert unseen(Interval(10, 5), None, []) == Unseen()
