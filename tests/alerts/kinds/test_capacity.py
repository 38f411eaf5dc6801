"""Room that gets short is a ticket; what is not known is neither short nor enough."""

from __future__ import annotations

from fractions import Fraction

from alerts.kinds.capacity import EXPIRES, HEADROOM, LOST, Room, RoomWatch, readings
from alerts.kinds.policy import RoomPolicy
from alerts.model import Condition, Severity
from store.memory import MemoryStore
from store.port import Reader

NOW_MS = 1_795_320_000_000
DAY_MS = 86_400_000
POLICY = RoomPolicy(Fraction(20, 100), Fraction(0), 14)


def said(room: Room) -> dict[str, Condition]:
    """Conditions by rule."""
    found = readings(room, NOW_MS, POLICY)
    assert {each.severity for each in found} == {Severity.TICKET}
    return {each.key.rule: each.condition for each in found}


def test_headroom_below_its_share_is_a_ticket() -> None:
    """Exactly the share is enough."""
    room = Room(4_500, NOW_MS + 15 * DAY_MS, Fraction(19_999, 100_000), Fraction(-1, 100))
    assert said(room) == {HEADROOM: Condition.TRUE, LOST: Condition.TRUE, EXPIRES: Condition.FALSE}
    enough = Room(4_500, NOW_MS + 15 * DAY_MS, Fraction(1, 5), Fraction(0))
    assert said(enough) == {HEADROOM: Condition.FALSE, LOST: Condition.FALSE, EXPIRES: Condition.FALSE}


def test_a_proof_that_expires_soon_is_a_ticket_and_stays_one_when_it_has() -> None:
    for days in (14, 0, -3):
        assert said(Room(4_500, NOW_MS + days * DAY_MS, None, None))[EXPIRES] is Condition.TRUE


def test_what_is_not_known_opens_nothing_and_closes_nothing() -> None:
    assert set(said(Room(None, None, None, None)).values()) == {Condition.UNKNOWN}


def test_the_room_is_asked_every_five_minutes() -> None:
    """No tick pays for it, and where nobody tells how to ask, nothing is said."""
    asked: list[int] = []

    def ask(_: Reader, now_ms: int) -> Room:
        asked.append(now_ms)
        return Room(None, None, None, None)

    watch = RoomWatch(POLICY, ask)
    with MemoryStore().reading() as reader:
        for second in range(0, 600, 1):
            watch.readings(reader, NOW_MS + second * 1000)
        assert len(asked) == 3
        assert RoomWatch(POLICY, None).readings(reader, NOW_MS) == []
