"""Clock skew and folding become figures and plain words beside a source."""

from __future__ import annotations

import pytest

from dashboard.quality import Quality, quality_of, with_quality
from dashboard.sources import SourceState, SourceView
from store.quality import FOLDED, SKEW, milliseconds_of, seconds_text
from store.records import Gauge

NOW_MS = 1_800_000_000_000
VIEW = SourceView("dc1", "exposition", "dc1", 800, SourceState.FRESH, "")


def skew(text: str, age_ms: int = 0) -> Gauge:
    return Gauge("dc1", SKEW, "", NOW_MS - age_ms, text)


def test_a_clock_that_is_off_is_said_in_words() -> None:
    """With the figure beside it."""
    known = quality_of(
        [skew("26.000"), Gauge("dc1", FOLDED, "", NOW_MS, "12"), Gauge("dc1", "other", "", 0, "x")], NOW_MS
    )
    view = with_quality(VIEW, known)
    assert view.skew_ms == 26_000
    assert view.notes == (
        "its clock is 26.000 s ahead of ours; set it (26 s are a month's budget at 99.999 %)",
        "12 series beyond the limits are counted as __other__",
    )


def test_one_second_is_still_no_note() -> None:
    """The figure is shown all the same."""
    assert with_quality(VIEW, quality_of([skew("-1.000")], NOW_MS)).notes == ()
    assert with_quality(VIEW, quality_of([skew("-1.001")], NOW_MS)).notes != ()


def test_an_old_skew_is_not_known() -> None:
    """A source that went away may have had its clock set since."""
    assert quality_of([skew("26.000", age_ms=300_001)], NOW_MS) == {}
    assert with_quality(VIEW, {"dc2": Quality(1)}) == VIEW


@pytest.mark.parametrize("ms", [0, 1, -1, -1500, 26_007])
def test_a_skew_comes_back_as_it_was_stored(ms: int) -> None:
    """To the millisecond."""
    assert milliseconds_of(seconds_text(ms)) == ms
