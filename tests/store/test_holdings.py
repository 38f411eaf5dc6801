"""Completeness of a level: accepted reads of those that were due."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from store.holdings import Extent, level_holding
from store.records import Level, Source, SourceStatus

DAY = 1_795_276_800
NOW = DAY + 3600 + 59


def status(name: str, registered_s: int, interval_ms: int = 1000) -> SourceStatus:
    """A source that was registered at some time."""
    return SourceStatus(Source(name, "exposition", name, interval_ms), registered_s * 1000, 1, None, None)


def extent(level: Level, oldest_s: int | None, first_read_s: Mapping[str, int]) -> Extent:
    """A level of which only the edges matter."""
    return Extent(level, 1, None, oldest_s, oldest_s, first_read_s)


def test_every_due_read_accepted_is_complete() -> None:
    """An hour of minutes, looked at each second; the open minute is nobody's fault."""
    held = level_holding(
        extent(Level.MINUTE, DAY, {"dc1": DAY}), [status("dc1", DAY - 999)], lambda a, b: {"dc1": b - a}, NOW
    )
    assert (held.observed, held.expected, held.completeness) == (3600, 3600, 1)


def test_a_missed_read_is_missing_exactly() -> None:
    """Two sources, one of which missed a single second."""
    held = level_holding(
        extent(Level.HOUR, DAY, {"dc1": DAY, "dc2": DAY}),
        [status("dc1", DAY), status("dc2", DAY, 15_000)],
        lambda a, b: {"dc1": b - a - 1, "dc2": (b - a) // 15},
        NOW,
    )
    assert held.completeness == Fraction(3599 + 240, 3600 + 240)


def test_a_source_is_due_from_its_registration_on() -> None:
    """In the midst of a minute whose reads it all made."""
    asked: list[tuple[int, int]] = []

    def observed(from_s: int, to_s: int) -> dict[str, int]:
        asked.append((from_s, to_s))
        return {"dc1": 50}

    held = level_holding(extent(Level.DAY, DAY, {"dc1": DAY}), [status("dc1", DAY + 3550)], observed, NOW)
    assert (asked, held.observed, held.expected) == ([(DAY + 3540, DAY + 3600)], 50, 50)


def test_a_source_that_never_answered_counts_as_due() -> None:
    """Nobody saw it: that is what completeness is for."""
    statuses = [status("dc1", DAY), status("dc2", DAY)]
    held = level_holding(extent(Level.MINUTE, DAY, {"dc1": DAY}), statuses, lambda a, b: {"dc1": b - a}, NOW)
    assert held.completeness == Fraction(1, 2)


def test_what_was_read_back_from_before_the_registration_counts() -> None:
    """A backfill reaches further back than the source is known."""
    held = level_holding(
        extent(Level.MINUTE, DAY, {"dc1": DAY}), [status("dc1", DAY + 1800)], lambda a, b: {"dc1": b - a}, NOW
    )
    assert (held.observed, held.expected) == (3600, 3600)


def test_more_reads_than_due_do_not_make_up_for_others() -> None:
    """Each source is complete at most."""
    statuses = [status("dc1", DAY), status("dc2", DAY)]
    held = level_holding(
        extent(Level.MINUTE, DAY, {"dc1": DAY, "dc2": DAY}), statuses, lambda a, b: {"dc1": 9999, "dc2": 1800}, NOW
    )
    assert held.completeness == Fraction(3, 4)


def test_slots_begin_at_their_first_whole_minute() -> None:
    """Reads are counted by minutes."""
    held = level_holding(
        extent(Level.SLOT, DAY + 30, {"dc1": DAY}), [status("dc1", DAY - 999)], lambda a, b: {"dc1": b - a}, NOW
    )
    assert (held.observed, held.expected) == (3540, 3540)


def test_nothing_due_is_unknown() -> None:
    """Neither 0 nor 100 per cent."""
    empty = level_holding(extent(Level.SLOT, None, {}), [status("dc1", DAY)], lambda a, b: {}, NOW)
    young = level_holding(extent(Level.MINUTE, DAY, {}), [status("dc1", NOW)], lambda a, b: {}, NOW)
    for held in (empty, young):
        assert (held.observed, held.expected, held.completeness) == (None, None, None)
