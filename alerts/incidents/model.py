"""An incident and what it is made of: frozen values. Times are milliseconds since the epoch; None is "not known"."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from alerts.impact import Telling, impact_start_ms
from alerts.model import AlertKey, AlertState, Severity, Subject


class IncidentState(enum.Enum):
    """ongoing -> mitigated -> restored -> closed; only good data restore, only people close."""

    ONGOING = "ongoing"
    MITIGATED = "mitigated"
    RESTORED = "restored"
    CLOSED = "closed"
    MERGED = "merged"  # taken up by another incident, kept as a pointer to it


class Moment(enum.Enum):
    """What a line of the timeline says."""

    FIRST_BAD = "first_bad"
    DETECTED = "detected"
    JOINED = "joined"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    MITIGATED = "mitigated"
    WORSENED = "worsened"
    RESTORED = "restored"
    REOPENED = "reopened"
    NOTE = "note"
    CLASSIFIED = "classified"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline. ``actor``: empty for the control center itself; ``about``: an alert's or an
    incident's id, a channel, a person, whatever the moment speaks of; ``text``: a person's words."""

    at_ms: int
    moment: Moment
    actor: str = ""
    about: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One alert of an incident, over all the times that it fired.

    ``severity``: the highest so far; ``fired_ms``: data's time of the first firing; ``seen_ms``: when that was
    evaluated; ``resolved_ms``: data's time of the last resolution, None while it fires.
    """

    key: AlertKey
    severity: Severity
    state: AlertState
    fired_ms: int
    seen_ms: int
    bad_from_ms: int | None = None
    bad_to_ms: int | None = None
    resolved_ms: int | None = None
    replayed: bool = False

    @property
    def firing(self) -> bool:
        """Whether it has not been resolved by good data."""
        return self.state is AlertState.FIRING

    @property
    def pages(self) -> bool:
        """Whether it is of those that open an incident and keep it open."""
        return self.severity >= Severity.PAGE

    @property
    def ended_ms(self) -> int:
        """End of its last bad slice, never after the data that resolved it."""
        resolved = self.fired_ms if self.resolved_ms is None else self.resolved_ms
        return resolved if self.bad_to_ms is None else min(self.bad_to_ms, resolved)


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on the regulatory class, in place of the draft. ``class_id``: empty for "none of them"."""

    rule: str
    class_id: str
    actor: str
    at_ms: int
    why: str
    table_version: str


@dataclass(frozen=True, slots=True)
class Spent:
    """Budget that one product's (or, with an empty product, the bank's) failures of this incident took.

    ``total_events``: events of the objective's whole window up to the end of the incident; the allowed ones follow.
    """

    product: str
    target: str
    failed: int
    total_events: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the store says of the affected cells over ``[from_s, to_s)``; each event once.

    ``complete``: every source of the affected data centers was read throughout; else ``failed`` is "at least".
    ``whole_minutes``: seconds were no longer kept, so the edges were taken outwards to minutes.
    ``customers``, ``provinces``: None when the source does not have them.
    """

    from_s: int
    to_s: int
    failed: int
    total: int
    complete: bool
    whole_minutes: bool = False
    products: tuple[str, ...] = ()
    data_centers: tuple[str, ...] = ()
    dcns: tuple[str, ...] = ()
    spent: tuple[Spent, ...] = ()
    customers: int | None = None
    provinces: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One failure. ``version``: of its stored document, 0 before the first.

    ``members``: its alerts, first fired first; ``happenings``: the timeline but for what follows from the members;
    ``owner``: who has it. ``areas``: what failed, none inside another. ``settled``: so long restored that what fires
    next is another incident.
    """

    id: str
    members: tuple[Member, ...]
    areas: tuple[Subject, ...]
    happenings: tuple[Happening, ...] = ()
    version: int = 0
    owner: str = ""
    notified_ms: int | None = None
    acknowledged_ms: int | None = None
    mitigated_ms: int | None = None
    closed_ms: int | None = None
    merged_into: str = ""
    settled: bool = False
    runbooks: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    figures: Figures | None = field(default=None)

    @property
    def paging(self) -> tuple[Member, ...]:
        """The alerts that opened it and keep it open."""
        return tuple(member for member in self.members if member.pages)

    @property
    def firing(self) -> tuple[Member, ...]:
        """Those of them that no good data have resolved."""
        return tuple(member for member in self.paging if member.firing)

    @property
    def severity(self) -> Severity:
        """The highest of its alerts."""
        return max(member.severity for member in self.members)

    @property
    def impact_start_ms(self) -> int | None:
        """Begin of the first bad slice by the sharpest of the paging alerts that fired first; None when telemetry does
        not say."""
        return impact_start_ms(Telling(m.fired_ms, m.severity, m.bad_from_ms) for m in self.paging)

    @property
    def detected_ms(self) -> int:
        """When the first paging alert was evaluated as firing; after an absence of the engine that is later than
        the data's own time, and was when anybody could know."""
        return min(member.seen_ms for member in self.paging)

    @property
    def restored_ms(self) -> int | None:
        """End of the last bad slice; None while any paging alert fires."""
        if self.firing:
            return None
        return max(member.ended_ms for member in self.paging)

    @property
    def begin_ms(self) -> int:
        """What lists are ordered by: begin of impact, else of the first firing."""
        start = self.impact_start_ms
        return min(member.fired_ms for member in self.paging) if start is None else start

    @property
    def state(self) -> IncidentState:
        """Where it stands."""
        if self.merged_into:
            return IncidentState.MERGED
        if self.firing:
            return IncidentState.ONGOING if self.mitigated_ms is None else IncidentState.MITIGATED
        return IncidentState.RESTORED if self.closed_ms is None else IncidentState.CLOSED

    @property
    def open(self) -> bool:
        """Whether an alert could still join it: not merged away, and not restored long enough to be settled."""
        return not self.merged_into and not self.settled

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What its alerts speak of, each once, in order of firing."""
        return tuple(dict.fromkeys(member.key.subject for member in self.members))

    def member(self, key: AlertKey) -> Member | None:
        """The alert with this identity, if it is one of them."""
        return next((member for member in self.members if member.key == key), None)

    def with_happenings(self, *added: Happening) -> Incident:
        """The same with more lines in its timeline."""
        return replace(self, happenings=(*self.happenings, *added))


def in_order(incidents: Iterable[Incident]) -> list[Incident]:
    """Oldest first, as stored documents are."""
    found = list(incidents)
    # Mostly there is one, and to say when it began takes a look at all its alerts.
    return sorted(found, key=lambda each: (each.begin_ms, each.id)) if len(found) > 1 else found
