"""Room that gets short: less headroom over the P95 of the peak than wanted, whole or with one data center lost, and a
proof that expires soon. Tickets: there are weeks to act, by load tests or by machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from alerts.kinds.policy import RoomPolicy
from alerts.kinds.seldom import Seldom
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from slo.formatting import truncated
from slo.windows import DAY_S
from store.port import Reader

HEADROOM = "capacity-headroom"
LOST = "capacity-headroom-n-1"
EXPIRES = "capacity-expires"
EVERY_S, SECOND = 300, 53
BANK = Subject(Level.BANK)


@dataclass(frozen=True, slots=True)
class Room:
    """What is proven and what of it is left. ``headroom``: above the P95 of the peak's forecast, ``lost`` with one
    data center lost; None when a part of it is not known. ``expires_at_ms``: None when nothing was ever proven."""

    proven_per_second: int | None
    expires_at_ms: int | None
    headroom: Fraction | None
    lost: Fraction | None


AskRoom: TypeAlias = Callable[[Reader, int], Room]
"""How the room is read at an instant (milliseconds)."""


def readings(room: Room, now_ms: int, policy: RoomPolicy) -> list[Reading]:
    """All three."""
    proven = (("proven_per_second", str(room.proven_per_second)),) if room.proven_per_second is not None else ()
    return [
        _short(HEADROOM, room.headroom, policy.least_headroom, proven),
        _short(LOST, room.lost, policy.least_lost, proven),
        _expiring(room.expires_at_ms, now_ms, policy),
    ]


def _short(rule: str, headroom: Fraction | None, least: Fraction, proven: tuple[tuple[str, str], ...]) -> Reading:
    key = AlertKey(rule, BANK)
    if headroom is None:
        return Reading(key, Condition.UNKNOWN, Severity.TICKET)
    values = (*proven, ("headroom_percent", truncated(headroom * 100, 1)), ("least_percent", truncated(least * 100, 1)))
    condition = Condition.TRUE if headroom < least else Condition.FALSE
    return Reading(key, condition, Severity.TICKET, Evidence(values=values))


def _expiring(expires_at_ms: int | None, now_ms: int, policy: RoomPolicy) -> Reading:
    key = AlertKey(EXPIRES, BANK)
    if expires_at_ms is None:
        return Reading(key, Condition.UNKNOWN, Severity.TICKET)
    left_ms = expires_at_ms - now_ms
    values = (("days_left", str(max(0, left_ms // (DAY_S * 1000)))),)
    condition = Condition.TRUE if left_ms <= policy.expires_days * DAY_S * 1000 else Condition.FALSE
    return Reading(key, condition, Severity.TICKET, Evidence(values=values))


class RoomWatch:
    """Asks every five minutes and repeats the answer between. Says nothing where nobody told how to ask."""

    def __init__(self, policy: RoomPolicy, ask: AskRoom | None) -> None:
        self._policy = policy
        self._room = None if ask is None else Seldom(EVERY_S, SECOND, ask)

    def readings(self, reader: Reader, now_ms: int) -> list[Reading]:
        """What holds at an instant."""
        return [] if self._room is None else readings(self._room.at(reader, now_ms), now_ms, self._policy)
