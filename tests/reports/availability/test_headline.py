"""Availability of a window of which not everything was seen."""

from __future__ import annotations

from fractions import Fraction

from reports.availability.headline import availability_view, missing_events
from slo.availability import Verdict
from slo.counts import Counts
from slo.objective import Objective
from store.coverage import Interval, Unseen

OBJECTIVE = Objective.parse("99.999")
HOUR = Interval(0, 3_600_000)


def test_each_data_center_is_estimated_at_its_own_rate() -> None:
    """dc1 lost half an hour of 1,000 events in the other half, dc2 saw everything."""
    counts = {"dc1": Counts(good=1000), "dc2": Counts(good=9)}
    assert missing_events(counts, {"dc1": Unseen(1_800_000, 1_800_000), "dc2": Unseen()}, 3_600_000) == 1000


def test_a_data_center_that_was_never_seen_is_estimated_at_the_rate_of_the_others() -> None:
    """Its silence proves nothing."""
    unseen = {"dc1": Unseen(), "dc2": Unseen(3_600_000, 3_600_000)}
    assert missing_events({"dc1": Counts(good=999, bad=1)}, unseen, 3_600_000) == 1000
    view = availability_view([{"dc1": Counts(good=10**7)}], unseen, HOUR, OBJECTIVE)
    assert view.availability.verdict(OBJECTIVE) is Verdict.NOT_PROVEN
    assert view.completeness == Fraction(1, 2)


def test_gaps_that_were_caught_up_cost_completeness_and_no_events() -> None:
    """All events are known."""
    view = availability_view([{"dc1": Counts(good=10**7)}], {"dc1": Unseen(0, 36_000)}, HOUR, OBJECTIVE)
    assert (view.availability.missing, view.completeness) == (0, Fraction(99, 100))
    assert view.availability.verdict(OBJECTIVE) is Verdict.MET


def test_several_products_add_up_with_their_missing_events() -> None:
    """The bank is the sum of its products."""
    unseen = {"dc1": Unseen(1_800_000, 1_800_000)}
    view = availability_view([{"dc1": Counts(good=5)}, {"dc1": Counts(good=7, bad=1)}], unseen, HOUR, OBJECTIVE)
    assert (view.availability.counts, view.availability.missing) == (Counts(good=12, bad=1), 13)


def test_a_window_that_nobody_watched_is_not_seen() -> None:
    """Its zeros mean nothing."""
    view = availability_view([{}], {"dc1": Unseen(3_600_000, 3_600_000)}, HOUR, OBJECTIVE)
    assert not view.seen
    assert view.completeness == 0


def test_a_window_without_length_has_no_completeness() -> None:
    """At midnight today is empty."""
    assert availability_view([{}], {"dc1": Unseen()}, Interval(5, 5), OBJECTIVE).completeness is None
