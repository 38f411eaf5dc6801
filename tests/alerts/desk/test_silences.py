"""Silences hide notices, never states."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alerts.desk.errors import MatcherRefused, SilenceRefused
from alerts.desk.matching import Matcher, Operator, parse_matcher
from alerts.desk.notice import NoticeState
from alerts.desk.recurrence import Every, Recurrence
from alerts.desk.silences import DAY_MS, Silence, SilencePolicy, create, decode, encode, expire
from store.journal import Document
from tests.alerts.desk.conftest import Room, key_of, words

POLICY = SilencePolicy()


def silence(room: Room, *matchers: str, from_s: float = 0, to_s: float = 3600, **given: Any) -> Silence:
    """A silence of an hour."""
    made = Silence(
        id="s1",
        matchers=tuple(parse_matcher(text) for text in matchers or ("product=p1",)),
        starts_ms=room.ms(from_s),
        ends_ms=room.ms(to_s),
        owner="wang",
        comment="disk swap",
        created_ms=room.ms(0),
    )
    return replace(made, **given)


def stored(room: Room, id: str = "s1") -> Silence:
    """As it is in the journal."""
    with room.store.reading() as reader:
        document = reader.journal().document("silence", id)
    assert document is not None
    return decode(document)


def test_a_silenced_alert_fires_on_the_screens_and_tells_nobody(room: Room) -> None:
    """Until the silence ends; then it speaks."""
    room.write(create(silence(room), POLICY, room.ms(0)))
    assert room.tick(1, "fires cliff p1/dc3") == []
    (alert,) = room.desk.alerts()
    assert (alert.firing, alert.silenced_by) == (True, "s1")
    assert room.tick(3000) != []  # the reminder
    assert words(room.tick(3600)) == ["firing/new CALL p1/dc3"]


def test_a_silenced_parent_leaves_its_children_their_voice(room: Room) -> None:
    """Only what the matchers name is quiet."""
    room.write(create(silence(room, "level=product"), POLICY, room.ms(0)))
    assert words(room.tick(1, "fires cliff p1", "fires cliff p1/dc3")) == ["firing/new CALL p1/dc3"]


def test_what_was_silent_from_begin_to_end_is_never_told(room: Room) -> None:
    """Not even as over."""
    room.write(create(silence(room), POLICY, room.ms(0)))
    room.tick(1, "fires cliff p1")
    room.tick(60, "ends cliff p1")
    room.tick(100)
    assert room.notices == []
    assert room.desk.alerts() == []


def test_a_page_that_is_silenced_later_is_told_over_to_whoever_had_it(room: Room) -> None:
    """And climbs no further meanwhile."""
    room.tick(0, "fires cliff p1")
    room.write(create(silence(room, from_s=10), POLICY, room.ms(10)))
    assert room.tick(11) == []
    assert room.tick(600) == []
    room.tick(700, "ends cliff p1")
    assert words(room.tick(730)) == ["resolved/ended CALL p1"]


def test_a_silence_that_is_expired_early_speaks_at_the_next_tick(room: Room) -> None:
    """And can be expired but once."""
    room.write(create(silence(room), POLICY, room.ms(0)))
    assert room.tick(1, "fires cliff p1") == []
    room.write(expire(stored(room), "li", room.ms(60)))
    assert words(room.tick(61)) == ["firing/new CALL p1"]
    with pytest.raises(SilenceRefused, match="s1 is over already"):
        expire(stored(room), "li", room.ms(61))


def test_the_owner_is_reminded_once_before_a_silence_ends(room: Room) -> None:
    """A quarter of a short one before, an hour of a long one; also after a restart but once."""
    room.write(create(silence(room), POLICY, room.ms(0)))
    assert room.tick(2699) == []
    (reminder,) = room.tick(2700)
    assert (reminder.state, reminder.to, reminder.silence) == (NoticeState.REMINDER, "wang", "s1")
    assert reminder.over_ms == room.ms(3600)
    room.restart()
    assert room.tick(2800) == []
    long = silence(room, to_s=20 * 86400, id="s2")
    assert long.reminder_ms(POLICY) == room.ms(20 * 86400 - 3600)


def test_a_recurring_silence_is_quiet_inside_its_spans_only(room: Room) -> None:
    """Each night of a month."""
    nightly = Recurrence(Every.DAY, "Asia/Shanghai", 23 * 60, 60)
    made = silence(room, to_s=30 * 86400, recurrence=nightly)
    spans = [span for span in nightly.spans(made.starts_ms, made.ends_ms) if span[0] >= made.starts_ms]
    begin_ms, end_ms = spans[3]
    assert [made.active(at) for at in (begin_ms - 1, begin_ms, end_ms - 1, end_ms)] == [False, True, True, False]
    room.write(create(made, POLICY, room.ms(0)))
    assert room.tick((begin_ms - room.ms(0)) / 1000, "fires cliff p1") == []
    assert words(room.tick((end_ms - room.ms(0)) / 1000)) == ["firing/new CALL p1"]


def test_a_silence_reads_back_as_it_was_written(room: Room) -> None:
    """With its recurrence."""
    made = silence(room, "product=p1", "rule=~cliff|fast", recurrence=Recurrence(Every.WEEK, "UTC", 0, 60, (1, 2)))
    assert decode(Document("silence", "s1", 3, 0, True, encode(made))) == replace(made, version=3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"owner": " "}, "owner is empty"),
        ({"comment": ""}, "comment is empty"),
        ({"starts_ms": 9, "ends_ms": 9}, "ends before it begins"),
        ({"starts_ms": 1, "ends_ms": 2}, "its end is past"),
        ({"matchers": ()}, "it would quiet everything"),
        ({"matchers": (Matcher("product", Operator.LIKE, ".*"),)}, "it would quiet everything"),
        ({"recurrence": Recurrence(Every.DAY, "Mars/Olympus", 0, 1)}, "time zone 'Mars/Olympus'"),
    ],
)
def test_a_silence_that_must_not_be_is_refused(room: Room, change: dict[str, Any], reason: str) -> None:
    """In one line that says how to mend it."""
    with pytest.raises(SilenceRefused, match=reason.replace("(", r"\(")):
        create(silence(room, **change), POLICY, room.ms(0))


def test_a_silence_lasts_at_most_the_days_of_the_policy(room: Room) -> None:
    """To the millisecond."""
    longest = silence(room, ends_ms=room.ms(0) + 30 * DAY_MS)
    create(longest, POLICY, room.ms(0))
    with pytest.raises(SilenceRefused, match="longer than 30 days"):
        create(replace(longest, ends_ms=longest.ends_ms + 1), POLICY, room.ms(0))


def test_a_wild_expression_is_refused_when_the_silence_is_made(room: Room) -> None:
    """Also when it was not parsed from text."""
    wild = silence(room, matchers=(Matcher("product", Operator.LIKE, "(a+)+"),))
    with pytest.raises(MatcherRefused):
        create(wild, POLICY, room.ms(0))


def test_an_alert_of_a_silence_is_visible_by_its_key(room: Room) -> None:
    """The document names the silence."""
    room.write(create(silence(room), POLICY, room.ms(0)))
    room.tick(1, "fires cliff p1")
    with room.store.reading() as reader:
        document = reader.journal().document("alert", key_of("cliff p1").id)
    assert document is not None
    assert '"silenced_by":"s1"' in document.body
