"""One failure, one page: whatever the blast radius, in whatever order its alerts come."""

from __future__ import annotations

import time

import pytest

from alerts.desk.grouping import wider
from alerts.desk.notice import NoticeState
from alerts.desk.places import joined
from alerts.model import Level, Subject
from tests.alerts.desk.conftest import Room, subject_of, words

PRODUCTS = [f"p{i}" for i in range(1, 15)]
CENTERS = [f"dc{i}" for i in range(1, 7)]


def test_a_whole_data_center_is_one_page_of_that_data_center(room: Room) -> None:
    """The cells come first, the products and the bank seconds later: nothing new for those who were called."""
    said = room.tick(0, *[f"fires cliff {product}/dc3" for product in PRODUCTS])
    assert words(said) == ["firing/new CALL dc3"]
    assert (said[0].firing, said[0].roles) == (14, ("on_call",))
    assert room.tick(3, "fires cliff bank", *[f"fires cliff {product}" for product in PRODUCTS]) == []
    assert words(room.tick(9, "fires cliff p1/dc5")) == ["updated/widened CALL bank"]


@pytest.mark.parametrize(
    ("alerts", "radius"),
    [
        (["p1/dc3/n1"], "p1/dc3/n1"),
        (["p1/dc3/n1", "p1/dc3/n2", "p1/dc3"], "p1/dc3"),
        (["p1/dc3/n1", "p2/dc3/n2"], "dc3"),
        (["p1/dc1", "p1/dc2", "p1"], "p1"),
        (["p1", "bank"], "p1"),
        (["bank"], "bank"),
        (["p1/dc1", "p2/dc2", "p1/dc2"], "bank"),
        (["dc3", "p1/dc3", "p2/dc3"], "dc3"),
        (["p1/dc3", "source:dc3"], "dc3"),
    ],
)
def test_the_radius_is_that_of_the_narrowest_alerts(room: Room, alerts: list[str], radius: str) -> None:
    """A parent with a firing child is explained by it."""
    (notice,) = room.tick(0, *[f"fires cliff {name}" for name in alerts])
    assert notice.radius[1:4] == subject_of(radius)[1:4]
    assert notice.firing == len(alerts)


@pytest.mark.parametrize(
    ("first", "second", "pages"),
    [
        ("p1/dc1", "p2/dc2", 2),  # nothing in common
        ("p1/dc1", "p1/dc2", 1),  # the same product
        ("p1/dc1", "p2/dc1", 1),  # the same data center
        ("p1", "p1/dc4/n2", 1),  # a part of it
        ("p1/dc4/n2", "p1", 1),  # the whole of it
        ("p1/dc4/n2", "bank", 1),
        ("p1", "p2", 2),
        ("pipeline:queue", "bank", 2),  # the control center's own trouble explains nothing
        ("bank", "pipeline:queue", 2),
        ("pipeline:queue", "pipeline:skew", 2),
    ],
)
def test_what_belongs_together_is_paged_once(room: Room, first: str, second: str, pages: int) -> None:
    """Long after the first alert, and while it fires."""
    room.tick(0, f"fires cliff {first}")
    room.tick(100, f"fires cliff {second}")
    firing = [notice for notice in room.notices if notice.state.value == "firing"]
    assert len(firing) == pages


def test_a_failure_that_unfolds_within_seconds_is_one_page(room: Room) -> None:
    """All of the bank fails, the data centers' pages arrive one after the other: what follows is summed up."""
    for second, center in enumerate(CENTERS):
        room.tick(second * 0.3, *[f"fires cliff {product}/{center}" for product in PRODUCTS])
    for second in range(2, 60):
        room.tick(second)
    assert words(room.notices) == ["firing/new CALL dc1", "updated/widened CALL bank", "updated/spread CALL bank"]
    assert [[place.data_center for place in notice.also] for notice in room.notices] == [
        [],
        ["dc2", "dc3", "dc4", "dc5"],
        ["dc6"],
    ]
    assert [notice.at_ms - room.ms(0) for notice in room.notices] == [0, 1200, 4000]
    assert room.notices[-1].firing == 14 * 6


def test_later_members_are_told_at_most_once_a_minute(room: Room) -> None:
    """However many come."""
    room.tick(0, "fires cliff p1")
    for second in range(1, 150):
        room.tick(second, f"fires unknown p1/dc1/n{second}" if second > 1 else "fires cliff p1/dc1")
    assert words(room.notices) == ["firing/new CALL p1", *["updated/members CALL p1/dc1"] * 2]
    assert len(room.notices) == 1 + 2


def test_a_thousand_alerts_in_one_second_are_one_page_and_one_change(room: Room) -> None:
    """All of them are in the journal; the page names fifty and counts all. Processor time: the best of three."""
    said = [f"fires cliff {product}/dc3/n{i}" for product in PRODUCTS for i in range(72)] + ["fires cliff dc3"]
    took_s = []
    for each in (room, Room(), Room()):
        begun = time.process_time()
        each.tick(0, *said)
        took_s.append(time.process_time() - begun)
    (notice,) = room.notices
    assert min(took_s) < 1.0
    assert words([notice]) == ["firing/new CALL dc3"]
    assert (notice.firing, len(notice.members)) == (1009, 50)
    assert notice.members[0].key.subject == subject_of("dc3")
    with room.store.reading() as reader:
        assert len(reader.journal().entries(kind="alert", most=2000)) == 1009
        assert len(reader.journal().documents("alert", open_only=True, most=2000)) == 1009


def test_tickets_have_groups_of_their_own_and_never_hide_a_page(room: Room) -> None:
    """A leak that burns for days swallows nothing."""
    assert words(room.tick(0, "fires leak p1")) == ["firing/new TICKET p1"]
    assert words(room.tick(9, "fires fast p1/dc2")) == ["firing/new PAGE p1/dc2"]


def test_the_group_is_told_over_only_when_all_of_it_has_settled(room: Room) -> None:
    """To whoever was told that it began."""
    room.tick(0, "fires cliff p1/dc3", "fires cliff p2/dc3")
    assert room.tick(60, "ends cliff p1/dc3") == []
    assert room.tick(100, "ends cliff p2/dc3") == []
    assert room.tick(129) == []
    (over,) = room.tick(130)
    assert words([over]) == ["resolved/ended CALL dc3"]
    assert (over.roles, over.firing, over.total, over.was_down_ms) == (("on_call",), 0, 2, 100_000)
    assert room.desk.groups() == []
    assert room.desk.alerts() == []


def test_an_alert_that_flaps_pages_once(room: Room) -> None:
    """Over and back every ten seconds for five minutes."""
    for second in range(0, 290, 20):
        room.tick(second, "fires cliff p1")
        room.tick(second + 10, "ends cliff p1")
    room.tick(400)
    assert words(room.notices) == ["firing/new CALL p1", "resolved/ended CALL p1"]


def test_a_second_outage_pages_again_though_the_first_ones_hour_still_burns(room: Room) -> None:
    """What was told of a call stands while the call fires, not while the page does; that it eased is told once."""
    room.tick(0, "fires cliff p1", "fires fast p1")
    room.tick(20, "ends cliff p1")
    assert words(room.tick(51)) == ["updated/eased PAGE p1"]
    assert words(room.tick(300, "fires cliff p1")) == ["firing/rise CALL p1"]


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ("fast p1/dc3", []),  # the same burn
        ("fast bank", []),  # the same, summed up
        ("fast p1/dc3/n1", []),  # a part of it
        ("fast p2/dc3", ["updated/members CALL dc3"]),  # another burn in the same data center
        ("unknown p1/dc3", ["updated/members CALL dc3"]),  # another kind of trouble
    ],
)
def test_a_lower_tier_is_news_only_where_no_higher_one_stands(room: Room, later: str, said: list[str]) -> None:
    """The page was for two products in dc3."""
    room.tick(0, "fires cliff p1/dc3", "fires cliff p9/dc3")
    room.tick(9, f"fires {later}")
    assert words(room.tick(70)) == said
    room.tick(71, "ends cliff p1/dc3", "ends cliff p9/dc3")
    assert [text.split(" ")[0] for text in words(room.tick(110))] == ["updated/eased"]


@pytest.mark.parametrize(
    ("now", "before", "further"),
    [("dc3", "p1/dc3", True), ("p1/dc3", "dc3", False), ("bank", "dc3", True), ("p1", "p1", False), ("p2", "p1", True)],
)
def test_a_radius_is_wider_when_it_reaches_beyond(now: str, before: str, further: bool) -> None:
    """Narrower is not."""
    assert wider(subject_of(now), subject_of(before)) is further


def test_the_join_of_two_subjects_holds_both() -> None:
    """The same DCN of two products is that DCN."""
    both = joined(subject_of("p1/dc3/n1"), subject_of("p2/dc3/n1"))
    assert both == Subject(Level.DCN, "", "dc3", "n1")


def test_a_bank_that_nobody_sees_is_one_page_and_one_end(room: Room) -> None:
    """Its products share nothing, and are taken in before it; its data centers are tickets."""
    parts = [f"unknown p{n}" for n in range(1, 15)] + ["unknown bank"]
    begun = room.tick(0, *(f"fires {part}" for part in parts))
    assert [(each.radius.level, each.total) for each in begun] == [(Level.BANK, 15)]
    assert len(room.desk.groups()) == 1
    room.restart()
    room.tick(5, *(f"ends {part}" for part in parts))
    ended = [notice for at_s in range(6, 60) for notice in room.tick(at_s)]
    assert [(each.state, each.radius.level) for each in ended] == [(NoticeState.RESOLVED, Level.BANK)]


def test_the_end_of_what_another_alert_spoke_for_is_no_news(room: Room) -> None:
    """A ticket under a page: another group, and never heard of."""
    room.tick(0, "fires fast p1", "fires slow p1")
    room.tick(5, "ends fast p1", "ends slow p1")
    ended = [notice for at_s in range(6, 60) for notice in room.tick(at_s)]
    assert [[member.key.rule for member in each.members] for each in ended] == [["fast"]]
