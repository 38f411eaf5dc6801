"""What the desk wants people to be told: one value per group and occasion; channels and languages come after."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from alerts.model import AlertKey, AlertState, Evidence, Severity, Subject

MOST_MEMBERS = 50
"""Members that one notice carries; ``firing`` and ``total`` count all of them."""


class NoticeState(enum.Enum):
    """Why somebody is told."""

    FIRING = "firing"  # a page: new, risen in severity, or still burning after all that was told of is over
    UPDATED = "updated"  # the same page has more members, or a wider radius
    ESCALATED = "escalated"  # nobody acknowledged in time: the next step of the chain, or its last one again
    RESOLVED = "resolved"  # whoever was told of the group is told that it is over
    OVER = "over"  # it was over before anybody could be told: "was down N s"
    REMINDER = "reminder"  # a silence ends soon; to its owner


class Cause(enum.Enum):
    """What brought a notice about."""

    NEW = "new"
    RISE = "rise"  # severity rose
    UNCOVERED = "uncovered"  # what covered it is over, it still fires
    AGAIN = "again"  # what was told of was over and fires again
    SPREAD = "spread"  # a data center or product that nobody had heard of fails too
    MEMBERS = "members"
    WIDENED = "widened"
    EASED = "eased"  # the most severe of it is over, what is less severe still fires
    TIME = "time"  # a step of the escalation, a silence that ends
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Member:
    """One alert of a group as it was when the notice was made.

    ``since_ms``: instant of the data at which it began to fire; ``over_ms``: at which it resolved.
    """

    key: AlertKey
    state: AlertState
    severity: Severity
    since_ms: int
    over_ms: int | None = None
    evidence: Evidence = field(default_factory=Evidence)
    acked_by: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``id`` is the same whenever the same notice is made again: deliveries are told apart by it.

    ``group``: whose page this is, empty for a reminder. ``radius``: how far the failure reaches, by its narrowest
    members; ``also``: places that failed newly since the notice before. ``since_ms``: where the impact begins by
    telemetry, else the first firing. ``over_ms``: where the last bad slice ended, None while it fires. ``members``:
    what failed newly, then the most severe first, at most MOST_MEMBERS of ``total``. ``roles``: whom; a resolved notice
    names all who were told before. ``to``: a person, for reminders. ``silence``: which one ends at ``over_ms``.
    ``replayed``: found in the past after the engine was away. ``step``: of the escalation, from 0.
    """

    id: str
    group: str
    state: NoticeState
    cause: Cause
    severity: Severity
    radius: Subject
    at_ms: int
    since_ms: int
    over_ms: int | None = None
    members: tuple[Member, ...] = ()
    also: tuple[Subject, ...] = ()
    firing: int = 0
    total: int = 0
    roles: tuple[str, ...] = ()
    step: int = 0
    replayed: bool = False
    to: str = ""
    silence: str = ""

    @property
    def was_down_ms(self) -> int | None:
        """Milliseconds from the begin of the impact to its end; None while it fires."""
        return None if self.over_ms is None else max(self.over_ms - self.since_ms, 0)
