"""Wrong clocks are measured as well as the target lets us, told once, and never made up."""

from __future__ import annotations

import logging

import pytest

from collectors.clocks import Asked, SkewWatch, skew_ms
from collectors.page import Page
from collectors.quality import NOTHING_TOLD, Told, told_now
from store.quality import SKEW, seconds_text

ASKED = Asked(10_000, 10_040)


@pytest.mark.parametrize(("clock_ms", "skew"), [(10_020, 0), (36_020, 26_000), (8_000, -2_020)])
def test_a_clock_in_milliseconds_is_compared_with_the_middle_of_the_question(clock_ms: int, skew: int) -> None:
    """Whatever the Date header says."""
    assert skew_ms(ASKED, clock_ms, 0) == skew


@pytest.mark.parametrize(
    ("date_ms", "skew"), [(10_000, 0), (9_000, 0), (11_000, 960), (36_000, 25_960), (8_000, -1_000), (None, None)]
)
def test_whole_seconds_tell_only_the_least_skew(date_ms: int | None, skew: int | None) -> None:
    """A clock within a second of ours is never called wrong."""
    assert skew_ms(ASKED, None, date_ms) == skew


def test_a_wrong_clock_is_told_once_and_once_when_it_is_right_again(caplog: pytest.LogCaptureFixture) -> None:
    """Not every second."""
    watch = SkewWatch("dc1")
    with caplog.at_level(logging.INFO):
        for skew in (0, None, 1000, 26_000, 27_000, None, -3, 0, -1_500):
            watch.seen(skew)
    assert [record.message for record in caplog.records] == [
        "source dc1: its clock is 26.000 s ahead of ours; set it (26 s are a month's budget at 99.999 %)",
        "source dc1: its clock is right again",
        "source dc1: its clock is 1.500 s behind ours; set it (26 s are a month's budget at 99.999 %)",
    ]


def page(at_ms: int, skew: int | None) -> Page:
    return Page(at_ms, None, None, 0, {}, {}, complete=True, skew_ms=skew)


def test_a_skew_is_stored_when_it_moves_and_once_a_minute() -> None:
    """Not a row per second."""
    told, stored = NOTHING_TOLD, []
    for second, skew in enumerate([None, 7, 9, 60, 61, *[62] * 70, None]):
        told, gauges = told_now(told, "dc1", page(second * 1000, skew), 0)
        stored += [(gauge.at_ms // 1000, gauge.name, gauge.value) for gauge in gauges]
    assert stored == [(1, SKEW, "0.007"), (3, SKEW, "0.060"), (63, SKEW, "0.062")]
    assert told == Told(62, 63_000, 0)


@pytest.mark.parametrize(("ms", "text"), [(0, "0.000"), (-1, "-0.001"), (-1500, "-1.500"), (26_007, "26.007")])
def test_milliseconds_are_printed_as_seconds(ms: int, text: str) -> None:
    """Exactly."""
    assert seconds_text(ms) == text
