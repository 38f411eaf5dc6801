"""The worst window, against trying every window."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from slo.counts import Counts
from slo.windows import DAY_S, Window
from slo.worst import WorstWindow, worst_window

Slices = list[tuple[int, Counts]]


def seconds(bad: set[int], length_s: int) -> Slices:
    """One event per second, bad in some of them."""
    return [(at_s, Counts(bad=1) if at_s in bad else Counts(good=1)) for at_s in range(length_s)]


def test_one_outage_of_26_seconds_and_26_blips_differ_only_in_their_worst_minute() -> None:
    """Both days have the same availability; the first minute of the outage tells them apart."""
    day = Window(0, DAY_S)
    outage = seconds(set(range(1000, 1026)), DAY_S)
    blips = seconds(set(range(1000, 1000 + 26 * 600, 600)), DAY_S)
    found = [worst_window(each, slice_s=1, length_s=60, period=day) for each in (outage, blips)]
    assert [each.availability for each in found if each] == [Fraction(34, 60), Fraction(59, 60)]


def test_a_worst_window_names_the_earliest_of_its_kind_and_its_counts() -> None:
    found = worst_window(seconds({10, 30}, 60), slice_s=1, length_s=5, period=Window(0, 60))
    assert found == WorstWindow(Window(6, 11), Counts(good=4, bad=1))


def test_a_window_must_lie_inside_the_period() -> None:
    slices = seconds({0, 1, 58, 59}, 60)
    found = worst_window(slices, slice_s=1, length_s=20, period=Window(2, 58))
    assert found == WorstWindow(Window(2, 22), Counts(good=20))


def test_a_slice_that_reaches_out_of_the_period_is_left_out() -> None:
    slices = [(0, Counts(bad=9)), (60, Counts(good=8)), (120, Counts(bad=7))]
    found = worst_window(slices, slice_s=60, length_s=60, period=Window(30, 170))
    assert found == WorstWindow(Window(60, 120), Counts(good=8))


def test_without_events_or_without_room_there_is_no_worst_window() -> None:
    period = Window(0, 60)
    assert worst_window([], slice_s=1, length_s=5, period=period) is None
    assert worst_window([(3, Counts(ignored=2))], slice_s=1, length_s=5, period=period) is None
    assert worst_window(seconds({3}, 60), slice_s=1, length_s=61, period=period) is None


def tried(slices: Slices, slice_s: int, length_s: int, period: Window) -> WorstWindow | None:
    """Every window of whole slices in turn, adding up every slice in it."""
    worst: WorstWindow | None = None
    for from_s in range(period.from_s, period.to_s - length_s + 1):
        if not slices or (from_s - slices[0][0]) % slice_s:
            continue
        inside = [counts for start_s, counts in slices if from_s <= start_s and start_s + slice_s <= from_s + length_s]
        counts = sum(inside, Counts())
        if counts.total and (worst is None or Fraction(counts.good, counts.total) < worst.availability):
            worst = WorstWindow(Window(from_s, from_s + length_s), counts)
    return worst


@given(
    counts=st.dictionaries(
        st.integers(0, 40), st.builds(Counts, good=st.integers(0, 3), bad=st.integers(0, 3)), max_size=15
    ),
    slice_s=st.integers(1, 4),
    phase_s=st.integers(0, 3),
    slices_long=st.integers(1, 12),
    period=st.builds(lambda start, length: Window(start, start + length), st.integers(0, 40), st.integers(0, 150)),
)
def test_the_worst_window_is_the_one_that_trying_all_finds(
    counts: dict[int, Counts], slice_s: int, phase_s: int, slices_long: int, period: Window
) -> None:
    slices = [(phase_s + index * slice_s, counts[index]) for index in sorted(counts)]
    length_s = slices_long * slice_s
    found = worst_window(slices, slice_s=slice_s, length_s=length_s, period=period)
    assert found == tried(slices, slice_s, length_s, period)
