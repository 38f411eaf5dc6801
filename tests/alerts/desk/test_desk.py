"""Stories of the desk: who is told what, and when not."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.desk.acks import acknowledge, unacknowledge
from alerts.desk.codec import decode_alert, decode_notice, decode_transition
from alerts.desk.notice import NoticeState
from alerts.model import AlertKey, AlertState, Severity
from slo.windows import SHANGHAI
from store.errors import StaleDocument
from store.opening import open_store
from tests.alerts.desk.conftest import Room, key_of, transition, words


def state_of(room: Room, text: str) -> str:
    """What hides an alert: nothing, or the first letters of what does."""
    alert = next(each for each in room.desk.alerts() if each.key == key_of(text))
    return alert.silenced_by or alert.maintenance or alert.inhibited_by


@pytest.mark.parametrize(
    ("parent", "child", "inhibited"),
    [
        ("cliff bank", "cliff p1", True),
        ("cliff p1", "cliff p1/dc3", True),
        ("cliff p1/dc3", "cliff p1/dc3/n1", True),
        ("cliff dc3", "cliff p1/dc3", True),
        ("cliff p1", "fast p1", True),  # a higher tier of the same objective
        ("cliff p1", "fast p1/dc3", True),
        ("fast p1", "cliff p1/dc3", False),  # never what is more urgent
        ("medium bank", "fast p1/dc3", False),
        ("leak bank", "fast p1", False),
        ("cliff p1", "unknown p1/dc3", False),  # another kind of trouble
        ("unknown p1", "unknown p1/dc3", True),
        ("cliff p1", "cliff p2/dc3", False),
        ("cliff p1/dc3", "cliff p1/dc4", False),
    ],
)
def test_what_speaks_for_what(room: Room, parent: str, child: str, inhibited: bool) -> None:
    """The child stays visible and recorded either way."""
    room.tick(0, f"fires {parent}")
    room.tick(1, f"fires {child}")
    assert (state_of(room, child) == key_of(parent).id) is inhibited
    with room.store.reading() as reader:
        written = reader.journal().document("alert", key_of(child).id)
        assert written is not None
        assert decode_alert(written.body).inhibited_by == (key_of(parent).id if inhibited else "")
        assert len(reader.journal().entries(kind="alert", subject=key_of(child).id)) == 1


def test_a_child_speaks_when_its_parent_is_over_and_it_is_not(room: Room) -> None:
    """Once what was told has settled; the page says that it was covered."""
    room.tick(0, "fires cliff p1")
    assert room.tick(1, "fires cliff p1/dc3") == []
    assert room.tick(50, "ends cliff p1") == []
    assert words(room.tick(80)) == ["firing/uncovered CALL p1/dc3"]
    room.tick(100, "ends cliff p1/dc3")
    assert words(room.tick(130)) == ["resolved/ended CALL p1/dc3"]


def test_a_child_that_was_told_of_is_not_told_again_when_its_parent_comes_and_goes(room: Room) -> None:
    """Its page stands all the time."""
    room.tick(0, "fires cliff p1/dc3")
    room.tick(3, "fires cliff p1", "fires cliff bank")
    room.tick(50, "ends cliff p1", "ends cliff bank")
    for second in range(51, 110):
        room.tick(second)
    assert words(room.notices) == ["firing/new CALL p1/dc3"]


def test_a_rise_of_severity_pages_again(room: Room) -> None:
    """From page to call, by another tier or by the same rule."""
    assert words(room.tick(0, "fires fast p1")) == ["firing/new PAGE p1"]
    assert words(room.tick(5, "fires cliff p1/dc3")) == ["firing/rise CALL p1/dc3"]
    room.tick(9, "fires unknown p2")
    rise = transition("fires unknown p2", room.ms(20), room.ms(20), severity=Severity.CALL)
    assert words(room.take([rise], 20)) == ["firing/rise CALL p2"]


def test_a_ticket_that_becomes_a_page_is_paged(room: Room) -> None:
    """It leaves the group of tickets."""
    ticket = transition("fires unknown p1/dc3", room.ms(0), room.ms(0), severity=Severity.TICKET)
    assert words(room.take([ticket], 0)) == ["firing/new TICKET p1/dc3"]
    assert words(room.tick(9, "fires unknown p1/dc3")) == ["firing/new PAGE p1/dc3"]
    assert words(room.tick(40)) == []
    assert len(room.desk.groups()) == 1


def test_pending_alerts_are_recorded_and_say_nothing(room: Room) -> None:
    """And leave nothing behind when they cease to pend."""
    assert room.tick(0, "pends slow p1") == []
    assert [alert.state for alert in room.desk.alerts()] == [AlertState.PENDING]
    assert room.tick(9, "ceases slow p1") == []
    assert room.desk.alerts() == []
    with room.store.reading() as reader:
        assert reader.journal().documents("alert", open_only=True) == []


def test_an_unanswered_call_climbs_the_chain_and_repeats_its_last_step(room: Room) -> None:
    """Each step names its own roles; all of them hear the end."""
    room.tick(0, "fires cliff p1")
    for second in range(1, 2200, 10):
        room.tick(second)
    escalated = [(each.at_ms - room.ms(0), each.step, each.roles) for each in room.notices[1:]]
    assert escalated == [
        (301_000, 1, ("second",)),
        (901_000, 2, ("manager",)),
        (1_501_000, 2, ("manager",)),
        (2_101_000, 2, ("manager",)),
    ]
    room.tick(2200, "ends cliff p1")
    (over,) = room.tick(2230)
    assert over.roles == ("on_call", "second", "manager")


def test_a_page_climbs_the_chain_but_repeats_nothing(room: Room) -> None:
    """Only calls insist."""
    room.tick(0, "fires fast p1")
    for second in range(1, 4000, 10):
        room.tick(second)
    assert [each.step for each in room.notices] == [0, 1, 2]


def test_a_desk_that_slept_through_two_steps_takes_one(room: Room) -> None:
    """With the roles of both."""
    room.tick(0, "fires cliff p1")
    (late,) = room.tick(1000)
    assert (late.step, late.roles) == (2, ("second", "manager"))


def test_an_acknowledged_page_climbs_no_further_and_taking_it_back_begins_anew(room: Room) -> None:
    """The note and the name travel with the members."""
    room.tick(0, "fires cliff p1")
    room.write(acknowledge(key_of("cliff p1").id, "wang", "on it", room.ms(10)))
    room.tick(11)
    room.tick(1000)
    assert words(room.notices) == ["firing/new CALL p1"]
    assert room.desk.groups()[0].ack is not None
    room.write(unacknowledge(key_of("cliff p1").id, "wang", "", room.ms(1000)))
    room.tick(1001)
    assert room.tick(1299) == []
    assert words(room.tick(1300)) == ["escalated/time CALL p1"]


def test_a_group_is_acknowledged_as_a_whole_by_its_id(room: Room) -> None:
    """Every member shows who has it."""
    (page,) = room.tick(0, "fires cliff p1/dc3", "fires cliff p2/dc3")
    room.write(acknowledge(page.group, "li", "", room.ms(1)))
    room.tick(2)
    assert {alert.ack.by for alert in room.desk.alerts() if alert.ack} == {"li"}
    assert len([alert for alert in room.desk.alerts() if alert.ack]) == 2


def test_an_acknowledgement_ends_when_severity_rises(room: Room) -> None:
    """The call goes out and climbs."""
    room.tick(0, "fires fast p1")
    room.write(acknowledge(key_of("fast p1").id, "wang", "", room.ms(1)))
    room.tick(2)
    assert words(room.tick(10, "fires cliff p1")) == ["firing/rise CALL p1"]
    assert room.desk.groups()[0].ack is None
    assert words(room.tick(310)) == ["escalated/time CALL p1"]


def test_an_acknowledgement_ends_with_the_alert(room: Room) -> None:
    """The next failure is somebody else's."""
    room.tick(0, "fires cliff p1")
    room.write(acknowledge(key_of("cliff p1").id, "wang", "", room.ms(1)))
    room.tick(2, "ends cliff p1")
    room.tick(100)
    room.tick(200, "fires cliff p1")
    assert [alert.ack for alert in room.desk.alerts()] == [None]
    assert words(room.tick(500)) == ["escalated/time CALL p1"]


def test_an_acknowledgement_of_nothing_has_no_effect(room: Room) -> None:
    """Neither of what is over nor of what never was."""
    room.write(acknowledge(AlertKey.parse("cliff:bank::::::bank").id, "wang", "", room.ms(0)))
    room.write(acknowledge("nonsense", "wang", "", room.ms(0)))
    assert room.tick(1) == []


def test_another_process_goes_on_where_the_first_stopped(room: Room) -> None:
    """No page twice, the escalation on time, the end told to all."""
    room.tick(0, "fires cliff p1", "fires cliff p1/dc3")
    room.write(acknowledge(key_of("cliff p1").id, "wang", "mine", room.ms(5)))
    room.tick(6)
    before = sorted(room.desk.alerts(), key=str), room.desk.groups()
    room.restart()
    assert (sorted(room.desk.alerts(), key=str), room.desk.groups()) == before
    assert room.tick(400) == []
    room.restart()
    room.tick(500, "ends cliff p1", "ends cliff p1/dc3")
    room.restart()
    assert words(room.tick(530)) == ["resolved/ended CALL p1/dc3"]
    room.restart()
    assert room.desk.alerts() == []
    assert words(room.tick(600, "fires cliff p1")) == ["firing/new CALL p1"]


def test_what_is_over_before_anybody_was_told_is_told_as_over(room: Room) -> None:
    """It fired and ended within one tick."""
    room.take(
        [transition("fires cliff p1", room.ms(0), room.ms(4)), transition("ends cliff p1", room.ms(3), room.ms(4))], 4
    )
    (over,) = room.tick(34)
    assert words([over]) == ["over/ended CALL p1"]
    assert (over.was_down_ms, over.roles, over.replayed) == (3000, ("on_call",), False)


def test_a_night_that_the_engine_missed_is_one_message_per_failure(room: Room) -> None:
    """What is over says since when; what still burns is a page."""
    night = []
    for product in ("p1", "p2", "p3"):
        night += [
            transition(f"fires cliff {product}/dc3", room.ms(0), room.ms(7200), replayed=True),
            transition(f"ends cliff {product}/dc3", room.ms(26), room.ms(7200), replayed=True),
        ]
    night += [
        transition("fires cliff p5", room.ms(3600), room.ms(7200), replayed=True),
        transition("ends cliff p5", room.ms(3660), room.ms(7200), replayed=True),
        transition("fires cliff p7", room.ms(7000), room.ms(7200), replayed=True),
    ]
    said = room.take(night, 7200)
    assert words(said) == ["over/ended CALL dc3", "over/ended CALL p5", "firing/new CALL p7"]
    assert [each.was_down_ms for each in said] == [26_000, 60_000, None]
    assert all(each.replayed for each in said)
    assert {each.at_ms for each in said} == {room.ms(7200)}


def test_an_outage_that_the_engine_missed_is_told_though_an_earlier_page_still_burns(room: Room) -> None:
    """As over, by itself; once, also after a restart; the page that burns goes on and has its own end."""
    room.tick(0, "fires cliff p1/dc3", "fires cliff p1/dc3/n1", "fires fast p1/dc3")
    room.tick(70, "ends cliff p1/dc3", "ends cliff p1/dc3/n1")
    assert words(room.tick(101)) == ["updated/eased PAGE p1/dc3"]
    room.restart()
    past = [
        transition(f"{did} cliff p1/dc3{part}", room.ms(at_s), room.ms(200), replayed=True)
        for did, at_s in (("fires", 120), ("ends", 132))
        for part in ("", "/n1", "/n2")
    ]
    (over,) = room.take(past, 200)
    assert words([over]) == ["over/ended CALL p1/dc3"]
    assert (over.was_down_ms, over.replayed, over.firing) == (12_000, True, 0)
    room.restart()
    assert words(room.tick(201)) == []
    assert words(room.tick(240, "ends fast p1/dc3")) == []
    assert words(room.tick(271)) == ["resolved/ended PAGE p1/dc3"]


def test_what_the_engine_missed_beside_a_call_that_stands_is_no_news(room: Room) -> None:
    """People are there already."""
    room.tick(0, "fires cliff p1", "fires cliff p1/dc3")
    room.restart()
    past = [
        transition(f"{did} cliff p1/dc4", room.ms(at_s), room.ms(200), replayed=True)
        for did, at_s in (("fires", 120), ("ends", 132))
    ]
    assert not [each for each in words(room.take(past, 200)) if each.startswith("over")]


def test_the_end_of_a_page_that_the_engine_missed_is_told(room: Room) -> None:
    """To those who had the page."""
    room.tick(0, "fires cliff p1")
    room.restart()
    (over,) = room.tick(7200, "ends cliff p1", replayed_at_s=60)
    assert words([over]) == ["resolved/ended CALL p1"]
    assert over.was_down_ms == 60_000


def test_every_transition_and_notice_is_an_entry_that_can_be_read_back(room: Room) -> None:
    """What was written is what was said."""
    (said,) = room.tick(0, "fires cliff p1/dc3")
    with room.store.reading() as reader:
        journal = reader.journal()
        (entry,) = journal.entries(kind="alert")
        assert decode_transition(entry.entry.body) == transition("fires cliff p1/dc3", room.ms(0), room.ms(0))
        (entry,) = journal.entries(kind="notice")
        assert decode_notice(entry.entry.body) == said
        assert entry.entry.subject == said.group
    assert said.state is NoticeState.FIRING


def test_a_tick_without_news_writes_nothing(room: Room) -> None:
    """A calm night costs no row."""
    room.tick(0, "fires cliff p1")
    assert room.desk.apply([], room.ms(1)).change.documents == ()
    assert room.desk.apply([], room.ms(2)).change.entries == ()


def test_a_desk_over_sqlite_goes_on_after_each_tick(tmp_path: Path) -> None:
    """The same story as in memory, another process at every step."""
    store = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    try:
        room = Room(store=store)
        told = []
        for second, said in (
            (0, ["fires cliff p1/dc3"]),
            (3, ["fires cliff bank"]),
            (40, []),
            (50, ["ends cliff bank"]),
        ):
            told += room.tick(second, *said)
            room.restart()
        room.write(acknowledge(key_of("cliff p1/dc3").id, "wang", "接手", room.ms(60)))
        told += room.tick(61)
        room.restart()
        assert [alert.ack.note for alert in room.desk.alerts() if alert.ack] == ["接手"]
        told += room.tick(400)
        told += room.tick(500, "ends cliff p1/dc3")
        room.restart()
        told += room.tick(531)
        assert words(told) == ["firing/new CALL p1/dc3", "resolved/ended CALL p1/dc3"]
    finally:
        store.close()


def test_a_change_that_could_not_be_written_is_made_again_by_another_desk(room: Room) -> None:
    """A desk that has gone ahead of the journal is thrown away; its transition comes again."""
    room.tick(0, "fires cliff p1")
    end = transition("ends cliff p1", room.ms(5), room.ms(5))
    ahead = room.desk.apply([end], room.ms(5)).change
    room.restart()
    assert room.take([end], 6) == []
    with pytest.raises(StaleDocument):
        room.store.write(ahead)
    assert words(room.tick(40)) == ["resolved/ended CALL p1"]
