"""The rule of five failures in a row, against an oracle that knows every request."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.sla.consecutive import FAILURES, WITHIN_SECONDS, down
from reports.sla.model import Slice
from slo.downtime import covered_seconds
from slo.windows import Window

END_S = 600
Requests = list[tuple[int, bool]]


def truly_down(requests: Requests) -> list[tuple[int, int]]:
    """Milliseconds of downtime, by the words of the guideline."""
    spans = []
    for first in range(len(requests) - FAILURES + 1):
        five = requests[first : first + FAILURES]
        if any(good for _, good in five) or five[-1][0] - five[0][0] > WITHIN_SECONDS * 1000:
            continue
        until = next((at for at, good in requests[first:] if good), END_S * 1000)
        spans.append((five[0][0], until))
    return spans


def sliced(requests: Requests, seconds: int) -> list[Slice]:
    """What a store keeps of them."""
    good = Counter(at // 1000 // seconds for at, fine in requests if fine)
    bad = Counter(at // 1000 // seconds for at, fine in requests if not fine)
    return [Slice(n * seconds, seconds, good[n], bad[n]) for n in sorted(good.keys() | bad.keys())]


@st.composite
def request_lists(draw: st.DrawFn) -> Requests:
    """Requests in bursts of one outcome, close together or far apart."""
    at, requests = draw(st.integers(0, 5000)), []
    for good, many, pace in draw(
        st.lists(st.tuples(st.booleans(), st.integers(1, 12), st.integers(1, 9000)), min_size=1, max_size=8)
    ):
        for _ in range(many):
            if at < END_S * 1000:
                requests.append((at, good))
            at += pace
    return requests


@given(request_lists(), st.sampled_from([1, 10, 60]))
def test_what_is_certain_was_down_and_what_was_down_is_possible(requests: Requests, seconds: int) -> None:
    bounds = down(sliced(requests, seconds), (), END_S)
    spans = truly_down(requests)
    for window in bounds.certain:
        assert any(begin <= window.from_s * 1000 and window.to_s * 1000 <= end for begin, end in spans)
    for begin, end in spans:
        assert any(w.from_s * 1000 <= begin and end <= w.to_s * 1000 for w in bounds.possible)


@given(request_lists(), st.lists(st.tuples(st.integers(0, 580), st.integers(1, 60)), max_size=3))
def test_unseen_time_may_hide_a_success_and_may_be_down(requests: Requests, hidden: list[tuple[int, int]]) -> None:
    """Whatever was in the holes, the bounds made without it hold."""
    holes = [Window(begin, begin + length) for begin, length in hidden]
    seen = [r for r in requests if not any(h.from_s <= r[0] // 1000 < h.to_s for h in holes)]
    bounds = down(sliced(seen, 1), holes, END_S)
    spans = truly_down(requests)
    for window in bounds.certain:
        assert any(begin <= window.from_s * 1000 and window.to_s * 1000 <= end for begin, end in spans)


def seconds_of(slices: list[Slice], unseen: tuple[Window, ...] = ()) -> tuple[int, int]:
    """Least and most downtime of ten minutes."""
    bounds = down(slices, unseen, END_S)
    whole = Window(0, END_S)
    return covered_seconds(bounds.certain, whole), covered_seconds(bounds.possible, whole)


@pytest.mark.parametrize(
    ("slices", "least", "most"),
    [
        ([Slice(0, 1, 9, 0), Slice(10, 1, 0, 4), Slice(20, 1, 9, 0)], 0, 0),
        ([Slice(0, 1, 9, 0), Slice(10, 1, 0, 5), Slice(20, 1, 9, 0)], 9, 11),
        ([Slice(10, 1, 0, 4), Slice(39, 1, 0, 1), Slice(50, 1, 1, 0)], 39, 41),
        ([Slice(10, 1, 0, 4), Slice(41, 1, 0, 1), Slice(50, 1, 1, 0)], 0, 0),
        ([Slice(10, 1, 3, 5)], 0, 590),
        ([Slice(10, 1, 3, 5), Slice(11, 1, 5, 0)], 0, 2),
        ([Slice(10, 1, 3, 2), Slice(11, 1, 0, 2), Slice(12, 1, 7, 1)], 0, 3),
        ([Slice(590, 1, 0, 5)], 9, 10),
        ([Slice(60, 60, 0, 8), Slice(120, 60, 5, 0)], 0, 120),
        ([Slice(60, 60, 0, 9), Slice(120, 60, 5, 0)], 0, 120),
        ([Slice(60, 60, 0, 9), Slice(120, 60, 0, 1), Slice(180, 60, 5, 0)], 60, 180),
    ],
)
def test_bounds_of_small_examples(slices: list[Slice], least: int, most: int) -> None:
    assert seconds_of(slices) == (least, most)


def test_a_hole_ends_what_is_certain_and_is_possible_itself() -> None:
    slices = [Slice(10, 1, 0, 5), Slice(100, 1, 5, 0)]
    assert seconds_of(slices, (Window(20, 40),)) == (9, 91)
