"""Windows of the present state."""

from __future__ import annotations

from dashboard.recent import Recent, recent, slot_end
from slo.states import StatePolicy
from slo.windows import Window
from store.records import Gap

POLICY = StatePolicy()


def gap(from_s: float, to_s: float, *, exact: bool = True) -> Gap:
    """A gap in seconds."""
    return Gap("s", int(from_s * 1000), int(to_s * 1000), exact, "")


def test_a_page_of_a_whole_second_ends_the_slot_before_and_a_later_one_its_own() -> None:
    """The page of 5.000 s books into slot 4, that of 5.012 s into slot 5."""
    assert (slot_end(5000), slot_end(5012)) == (5, 6)


def test_the_windows_end_at_the_newest_page() -> None:
    """Three and sixty seconds by default."""
    assert recent(1_000_000, 1000, POLICY, []) == Recent(Window(997, 1000), Window(940, 1000), 3)


def test_windows_hold_whole_intervals_of_a_slow_source() -> None:
    """Three seconds of a page every fifteen would hold one page or none."""
    assert recent(1_000_000, 15_000, POLICY, []) == Recent(Window(985, 1000), Window(940, 1000), 15)
    assert recent(1_000_000, 7_000, POLICY, []).long == Window(937, 1000)


def test_what_a_long_gap_caught_up_says_nothing_about_now() -> None:
    """The windows begin after the page that closed the gap."""
    assert recent(1_000_000, 1000, POLICY, [gap(900, 980)]) == Recent(Window(997, 1000), Window(980, 1000), 3)
    assert recent(1_000_000, 1000, POLICY, [gap(900, 999)]) == Recent(Window(999, 1000), Window(999, 1000), 1)


def test_the_newest_page_counts_although_it_closed_a_gap_and_its_rate_is_that_of_the_gap() -> None:
    """It is all that is known, and its events happened in eighty seconds."""
    assert recent(1_000_000, 1000, POLICY, [gap(920, 1000)]) == Recent(Window(997, 1000), Window(940, 1000), 80)


def test_one_missed_read_stays_in_the_window_and_its_events_are_spread_over_it() -> None:
    """The page at 998 holds the events of 996 to 998: four seconds in the window of three."""
    assert recent(1_000_000, 1000, POLICY, [gap(996, 998)]) == Recent(Window(997, 1000), Window(940, 1000), 4)
    assert recent(1_000_000, 1000, POLICY, [gap(998, 1000)]).rate_seconds == 3


def test_gaps_of_long_ago_change_nothing() -> None:
    """They closed before the long window begins."""
    assert recent(1_000_000, 1000, POLICY, [gap(100, 940)]) == recent(1_000_000, 1000, POLICY, [])
