"""The next data center that fails is told of at once, whatever still burns of the last one, and never twice."""

from __future__ import annotations

import pytest

from alerts.desk.notice import Notice, NoticeState
from alerts.desk.silences import SilencePolicy, create
from tests.alerts.desk.conftest import Room, words
from tests.alerts.desk.test_silences import silence

PRODUCTS = [f"p{i}" for i in range(1, 15)]


def fails(center: str, rule: str = "cliff") -> list[str]:
    """All products of a data center begin to fail."""
    return [f"fires {rule} {product}/{center}" for product in PRODUCTS]


def places(notice: Notice) -> list[str]:
    """Where it is new."""
    return ["/".join(part for part in each[1:4] if part) for each in notice.also]


@pytest.fixture
def burning(room: Room) -> Room:
    """A data center failed, and the bank's and the products' alerts speak for all that comes."""
    room.tick(0, *fails("dc3"))
    room.tick(4, "fires cliff bank", "fires fast bank", *[f"fires cliff {product}" for product in PRODUCTS])
    assert words(room.notices) == ["firing/new CALL dc3"]
    return room


def test_the_next_data_center_is_told_in_the_tick_in_which_it_fails(burning: Room) -> None:
    """Though the bank's alert explains it; the severity is that of the page, and what is new comes first."""
    (said,) = burning.tick(20, *fails("dc4"))
    assert words([said]) == ["updated/widened CALL bank"]
    assert places(said) == ["dc4"]
    assert {member.key.subject.data_center for member in said.members[:14]} == {"dc4"}
    (said,) = burning.tick(40, *fails("dc5"))
    assert words([said]) == ["updated/spread CALL bank"]
    assert places(said) == ["dc5"]


def test_a_place_that_has_a_page_of_its_own_is_no_news_of_another(room: Room) -> None:
    """Of the next data center one product is explained by what burns, the others are a page of their own."""
    room.tick(0, *fails("dc3"))
    room.tick(4, "fires cliff p1")
    (said,) = room.tick(20, *fails("dc4"))
    assert words([said]) == ["firing/new CALL dc4"]
    for second in range(21, 80):
        room.tick(second)
    assert [text for text in words(room.notices) if text.startswith(("firing", "updated/spread"))] == [
        "firing/new CALL dc3",
        "firing/new CALL dc4",
    ]


def test_the_same_place_is_no_news_while_it_burns_or_has_just_ended(burning: Room) -> None:
    """Nor through longer windows, nor after a restart, nor when it is back within the time to settle."""
    burning.tick(20, *fails("dc4"))
    told = len(burning.notices)
    burning.restart()
    burning.tick(25, *fails("dc4", "fast"), *fails("dc3", "fast"))
    burning.tick(30, *[text.replace("fires", "ends") for text in fails("dc4")])
    burning.tick(45, *fails("dc4"))
    for second in range(46, 79):
        burning.tick(second)
    assert len(burning.notices) == told


def test_a_place_that_was_over_and_fails_again_is_news(burning: Room) -> None:
    """Half a minute after its last failure ended, while another data center keeps the page open."""
    burning.tick(10, *fails("dc4"))
    burning.tick(20, *[text.replace("fires", "ends") for text in fails("dc3")])
    (said,) = burning.tick(60, *fails("dc3"))
    assert places(said) == ["dc3"]


def test_one_product_in_the_next_data_center_is_named(room: Room) -> None:
    """A product, a data center, a part of it: as narrow as it is."""
    room.tick(0, "fires cliff p1/dc3")
    room.tick(5, "fires cliff bank")
    assert places(room.tick(20, "fires cliff p1/dc4")[0]) == ["p1/dc4"]
    assert places(room.tick(40, "fires cliff p2/dc4/n1")[0]) == ["p2/dc4"]
    assert room.tick(60, "fires cliff p3/dc4") == []  # two products of it are the data center


def test_a_product_is_told_when_the_bank_speaks_for_it(room: Room) -> None:
    """And no data center is known of it."""
    room.tick(0, "fires cliff p1")
    room.tick(9, "fires cliff bank")
    (said,) = room.tick(20, "fires cliff p2")
    assert places(said) == ["p2"]


def test_what_unfolds_from_what_was_told_is_no_news(room: Room) -> None:
    """In its first seconds."""
    room.tick(0, "fires cliff bank")
    assert room.tick(2, *fails("dc1"), *fails("dc2")) == []
    assert places(room.tick(9, *fails("dc3"))[0]) == ["dc3"]


def test_places_that_come_one_after_the_other_are_told_ever_more_rarely(room: Room) -> None:
    """A hundred in a hundred seconds: all are told, in few notices."""
    room.tick(0, "fires cliff p1")
    for second in range(6, 106):
        room.tick(second, f"fires cliff p1/dc{second}")
    for second in range(106, 240):
        room.tick(second)
    assert len(room.notices) < 16
    assert sorted(place for each in room.notices for place in places(each)) == sorted(
        f"p1/dc{n}" for n in range(6, 106)
    )


def test_a_place_that_people_asked_not_to_hear_of_is_not_told(burning: Room) -> None:
    """Until the silence ends."""
    made = silence(burning, "data_center=dc4", from_s=10, to_s=90, id="s1")
    burning.write(create(made, SilencePolicy(), burning.ms(10)))
    assert burning.tick(20, *fails("dc4")) == []
    assert [places(each) for each in burning.tick(91) if each.also] == [["dc4"]]


def test_tickets_have_time(room: Room) -> None:
    """What is told of them names no new place."""
    room.tick(0, "fires slow p1/dc1")
    room.tick(2, "fires slow p1/dc2")
    assert [places(room.tick(second)[0]) for second in (5,)] == [[]]


def test_a_page_whose_alerts_another_page_speaks_for_still_has_its_end(room: Room) -> None:
    """The DCN fails a second time while the call of its data center stands: whoever had its page waits for its end."""
    room.tick(0, "fires cliff p1/dc2", "fires fast p1/dc1/n1")
    (page,) = room.tick(6, "fires cliff p2/dc2/n2")
    room.tick(6, "ends cliff p2/dc2/n2")
    room.tick(15, "fires cliff bank")
    room.tick(36, "ends cliff bank", "fires cliff p2", "fires cliff p2/dc2/n2")
    room.tick(37, *(f"ends cliff {each}" for each in ("p1/dc2", "p2", "p2/dc2/n2")), "ends fast p1/dc1/n1")
    ended = room.tick(67)
    assert page.group in {each.group for each in ended}
    assert {each.state for each in ended} == {NoticeState.RESOLVED}
    assert room.desk.groups() == []
