"""Draft classes at the edges of their thresholds, on Shanghai's clock and others."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.incidents.acts import decide_class
from alerts.incidents.hours import Hours
from alerts.incidents.model import Decision, Incident
from alerts.incidents.regulatory import Confidence, RegulatoryClass, RegulatoryTable, Rule, Threshold, assess
from tests.alerts.incidents.conftest import Story, at, cell, fires, resolves

SHANGHAI = "Asia/Shanghai"
BERLIN = "Europe/Berlin"


def limit(provinces: int, minutes: int) -> Threshold:
    """A row of the table."""
    return Threshold(provinces, minutes, Confidence.NOT_CONFIRMED, "a test")


GRADED = (
    RegulatoryClass("I", {}, (limit(2, 180), limit(1, 360))),
    RegulatoryClass("II", {}, (limit(2, 30), limit(1, 180))),
    RegulatoryClass("III", {}, (limit(1, 30),)),
)


def table(hours: Hours | None = None) -> RegulatoryTable:
    """One rule like that of 2008."""
    rule = Rule("r", {}, "a test", "", True, hours or Hours(SHANGHAI), GRADED)
    return RegulatoryTable("1", SHANGHAI, (rule,))


@pytest.fixture
def ongoing(story: Story) -> Incident:
    """Impact began at second 0."""
    return story.tick(1, fires(cell("risk", "dc3"), 1, bad_from=0)).only


EDGES = [
    # seconds, provinces -> class, minutes to the next one, its class
    (0, 1, None, 30, "III"),
    (1799, 1, None, 1, "III"),
    (1800, 1, "III", 150, "II"),
    (10799, 1, "III", 1, "II"),
    (10800, 1, "II", 180, "I"),
    (21599, 1, "II", 1, "I"),
    (21600, 1, "I", None, None),
    (1799, 2, None, 1, "II"),
    (1800, 2, "II", 150, "I"),
    (10799, 31, "II", 1, "I"),
    (10800, 2, "I", None, None),
    (86400, 0, None, None, None),
]


@pytest.mark.parametrize("edge", EDGES, ids=str)
def test_edges(ongoing: Incident, edge: tuple[int, int, str | None, int | None, str | None]) -> None:
    """A threshold counts from its very minute on; the next class is the soonest of the graver ones."""
    second, provinces, class_id, minutes, coming = edge
    (draft,) = assess(table(), ongoing, at(second), [f"p{n}" for n in range(provinces)])
    assert draft.low == draft.high
    assert draft.missing == ()
    following = draft.low.next
    assert draft.low.class_id == class_id
    assert (following and following.minutes, following and following.id) == (minutes, coming)


def test_unknown_provinces_give_a_range_and_say_what_is_missing(ongoing: Incident) -> None:
    """From one province to as many as any row asks for."""
    (draft,) = assess(table(), ongoing, at(1800))
    assert (draft.low.class_id, draft.high.class_id, draft.missing) == ("III", "II", ("provinces",))


def test_what_is_over_has_no_next_class(story: Story) -> None:
    """Its clock stands still at the restoration, however late one looks."""
    story.tick(1, fires(cell("risk", "dc3"), 1, bad_from=0)).tick(1800, resolves(cell("risk", "dc3"), 1800, 1799))
    (draft,) = assess(table(), story.only, at(86400))
    assert (draft.passed_ms, draft.low.class_id, draft.low.next) == (1_799_000, None, None)


def test_the_decision_of_a_human_stands_beside_the_draft(ongoing: Incident) -> None:
    """The last one counts; the draft does not change."""
    for number, chosen in enumerate(("II", "")):
        ongoing, entry = decide_class(ongoing, Decision("r", chosen, "wang", at(number), "why", "1"), table().classes)
        assert entry.actor == "wang"
    (draft,) = assess(table(), ongoing, at(1800))
    assert draft.decision is not None
    assert (draft.decision.class_id, draft.low.class_id) == ("", "III")


def ms(text: str, zone: str) -> int:
    """A local time as an instant."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


PEAK = Hours(SHANGHAI, ((540, 720), (840, 1320)))
CLOCKS = [
    ("inside", PEAK, "2026-11-21 09:30", "2026-11-21 10:30", 60),
    ("over lunch", PEAK, "2026-11-21 11:00", "2026-11-21 15:00", 120),
    ("over night", PEAK, "2026-11-21 21:00", "2026-11-22 10:00", 120),
    ("all at night", PEAK, "2026-11-21 22:00", "2026-11-22 09:00", 0),
    ("a whole day", PEAK, "2026-11-21 00:00", "2026-11-22 00:00", 660),
    ("round the clock", Hours(SHANGHAI), "2026-11-21 23:00", "2026-11-22 01:00", 120),
    ("the day of 23 hours", Hours(BERLIN), "2026-03-29 00:00", "2026-03-30 00:00", 1380),
    ("the day of 25 hours", Hours(BERLIN), "2026-10-25 00:00", "2026-10-26 00:00", 1500),
    ("to midnight", Hours(BERLIN, ((1320, 1440),)), "2026-10-25 12:00", "2026-10-26 12:00", 120),
    ("clocks that spring inside", Hours(BERLIN, ((60, 240),)), "2026-03-29 00:00", "2026-03-29 12:00", 120),
]


@pytest.mark.parametrize(("what", "hours", "begin", "end", "minutes"), CLOCKS, ids=[each[0] for each in CLOCKS])
def test_a_clock_runs_in_its_hours_only(what: str, hours: Hours, begin: str, end: str, minutes: int) -> None:
    """Local hours, real minutes; and the instant at which they have passed is the inverse."""
    from_ms, to_ms = ms(begin, hours.zone), ms(end, hours.zone)
    assert hours.within_ms(from_ms, to_ms) == minutes * 60_000
    if minutes:
        reached = hours.reached_ms(from_ms, minutes * 60_000)
        assert reached is not None
        assert hours.within_ms(from_ms, reached) == minutes * 60_000
        assert hours.within_ms(from_ms, reached - 1) == minutes * 60_000 - 1


def test_minutes_to_the_next_class_wait_for_the_hours(story: Story) -> None:
    """29 minutes before the peak ends at 22:00; the thirtieth comes at 09:01 on the next day."""
    begin_ms = ms("2026-11-21 21:31", SHANGHAI)
    second = (begin_ms - at(0)) / 1000
    incident = story.tick(second + 1, fires(cell("risk", "dc3"), second + 1, bad_from=second)).only
    (draft,) = assess(table(PEAK), incident, ms("2026-11-22 08:00", SHANGHAI), ["p1"])
    assert draft.low.class_id is None
    assert draft.low.next is not None
    assert draft.low.next.at_ms == ms("2026-11-22 09:01", SHANGHAI)
    assert draft.low.next.minutes == 61
