"""Windows are cut into slices exactly once over."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.windows import SHANGHAI, day_start
from store.records import Level, Scope, Span
from store.slices import Stretch, is_simulated, joined, slice_end, slice_start, stretches

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
BERLIN_FALLS_BACK_S = 1_792_879_200  # 2026-10-25 00:00 in Berlin, a day of 25 hours
ZONES = (SHANGHAI, "Asia/Kolkata", "Europe/Berlin")
BOUNDARIES = [at + day * 86400 for at in (MIDNIGHT_S, BERLIN_FALLS_BACK_S, MIDNIGHT_S + 9000) for day in (-1, 0, 1, 2)]
MOMENTS = st.sampled_from(BOUNDARIES).flatmap(lambda at: st.integers(at - 4000, at + 4000))


def coverage(cut: list[Stretch]) -> Counter[int]:
    """Moments where the number of layers over time changes, and by how much."""
    changes: Counter[int] = Counter()
    for _, from_s, to_s, sign in cut:
        changes[from_s] += sign
        changes[to_s] -= sign
    return Counter({at: change for at, change in changes.items() if change})


@given(edges=st.tuples(MOMENTS, MOMENTS), zone=st.sampled_from(ZONES))
def test_what_is_added_and_taken_away_is_exactly_the_window(edges: tuple[int, int], zone: str) -> None:
    """Every second of the window once, no other second at all, in zones with half hours and long days."""
    from_s, to_s = min(edges), max(edges)
    expected = Counter({from_s: 1, to_s: -1}) if from_s < to_s else Counter()
    assert coverage(stretches(Scope.CELL, from_s, to_s, zone)) == expected


@given(edges=st.tuples(MOMENTS, MOMENTS), zone=st.sampled_from(ZONES))
def test_every_stretch_begins_and_ends_where_slices_of_its_level_do(edges: tuple[int, int], zone: str) -> None:
    """Half of a slice cannot be read."""
    for level, from_s, to_s, _ in stretches(Scope.CELL, min(edges), max(edges), zone):
        assert from_s == slice_start(level, from_s, zone) < to_s == slice_start(level, to_s, zone)


@given(edges=st.tuples(MOMENTS, MOMENTS), zone=st.sampled_from(ZONES))
def test_steps_are_never_looked_for_in_slots(edges: tuple[int, int], zone: str) -> None:
    """There are none."""
    assert all(cut.level is not Level.SLOT for cut in stretches(Scope.STEP, min(edges), max(edges), zone))


def test_today_so_far_is_the_day_less_what_comes_after_now() -> None:
    """One row a unit instead of hundreds: after now there is nothing to take away yet."""
    now_s = MIDNIGHT_S + 13 * 3600 + 59 * 60 + 58
    assert stretches(Scope.CELL, MIDNIGHT_S, now_s, SHANGHAI) == [
        Stretch(Level.DAY, MIDNIGHT_S, MIDNIGHT_S + 86400),
        Stretch(Level.HOUR, MIDNIGHT_S + 14 * 3600, MIDNIGHT_S + 86400, -1),
        Stretch(Level.SLOT, now_s, now_s + 2, -1),
    ]


def test_a_window_inside_a_minute_is_read_from_slots() -> None:
    """The short window of a state is a few seconds."""
    cut = stretches(Scope.CELL, MIDNIGHT_S + 10, MIDNIGHT_S + 13, SHANGHAI)
    assert cut == [Stretch(Level.SLOT, MIDNIGHT_S + 10, MIDNIGHT_S + 13)]


@pytest.mark.parametrize("level", Level)
def test_a_slice_holds_its_begin_and_not_its_end(level: Level) -> None:
    """Half-open, in a day of 25 hours too."""
    begin_s = day_start(BERLIN_FALLS_BACK_S, "Europe/Berlin")
    end_s = slice_end(level, begin_s, "Europe/Berlin")
    lengths = {Level.SLOT: 1, Level.MINUTE: 60, Level.HOUR: 3600, Level.DAY: 25 * 3600}
    assert end_s - begin_s == lengths[level]
    assert slice_start(level, end_s - 1, "Europe/Berlin") == begin_s
    assert slice_start(level, end_s, "Europe/Berlin") == end_s


def test_a_day_is_simulated_when_any_second_of_it_is() -> None:
    """A record that is partly made up must say so."""
    for span, simulated in ((Span(0, MIDNIGHT_S), False), (Span(0, MIDNIGHT_S + 1), True)):
        assert is_simulated([span], MIDNIGHT_S, SHANGHAI) is simulated
    assert not is_simulated([Span(MIDNIGHT_S + 86400, MIDNIGHT_S + 2 * 86400)], MIDNIGHT_S, SHANGHAI)


def test_spans_inside_another_do_not_shorten_it() -> None:
    """Joined is the union."""
    assert joined([Span(5, 6), Span(0, 10), Span(10, 11)]) == [Span(0, 11)]
