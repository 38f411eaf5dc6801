"""What people do to an incident: each act returns the incident as it is now, and the journal's entry of it.

Whoever writes stores both in one ``Change``; a stale version means that the incident has to be read and acted on anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from alerts.incidents.errors import MissingActor, NotMergeable, NotSplittable, StillBad, UnknownClass
from alerts.incidents.joining import absorbed, earliest, entry_of
from alerts.incidents.model import Decision, Happening, Incident, IncidentState, Member, Moment
from alerts.incidents.radius import areas_of
from alerts.model import AlertKey, Subject
from store.journal import Entry


def add_note(incident: Incident, at_ms: int, actor: str, text: str) -> tuple[Incident, Entry]:
    """Adds a person's words to the timeline. Raises MissingActor."""
    return _with(incident, Happening(at_ms, Moment.NOTE, _named(incident, actor, "a note"), text=text))


def assign(incident: Incident, at_ms: int, actor: str, owner: str, text: str = "") -> tuple[Incident, Entry]:
    """Gives the incident to somebody. Raises MissingActor."""
    line = Happening(at_ms, Moment.ASSIGNED, _named(incident, actor, "an assignment"), owner, text)
    return _with(replace(incident, owner=_named(incident, owner, "an assignment")), line)


def acknowledge(incident: Incident, at_ms: int, actor: str, text: str = "") -> tuple[Incident, Entry]:
    """Somebody has it now; the first time counts for MTTA. Raises MissingActor."""
    line = Happening(at_ms, Moment.ACKNOWLEDGED, _named(incident, actor, "an acknowledgement"), text=text)
    first = earliest(incident.acknowledged_ms, at_ms)
    return _with(replace(incident, acknowledged_ms=first, owner=actor), line)


def decide_class(
    incident: Incident, decision: Decision, known: Mapping[str, Collection[str]]
) -> tuple[Incident, Entry]:
    """Records a person's word on the regulatory class. ``known``: classes by rule, as the table has them.

    Raises MissingActor, UnknownClass.
    """
    _named(incident, decision.actor, "a decision")
    classes = known.get(decision.rule, ())
    if decision.rule not in known or (decision.class_id and decision.class_id not in classes):
        raise UnknownClass(decision.rule, decision.class_id, ", ".join(classes) or ", ".join(known))
    about = f"{decision.rule}:{decision.class_id}"
    line = Happening(decision.at_ms, Moment.CLASSIFIED, decision.actor, about, decision.why)
    return _with(replace(incident, decisions=(*incident.decisions, decision)), line)


def mitigate(incident: Incident, at_ms: int, actor: str, text: str = "") -> tuple[Incident, Entry]:
    """A person says that customers are served again while alerts still fire. Raises MissingActor."""
    line = Happening(at_ms, Moment.MITIGATED, _named(incident, actor, "a mitigation"), text=text)
    return _with(replace(incident, mitigated_ms=earliest(incident.mitigated_ms, at_ms)), line)


def close(incident: Incident, at_ms: int, actor: str, text: str = "") -> tuple[Incident, Entry]:
    """Signs a restored incident off; the first signature stays. Raises MissingActor, and StillBad while its alerts
    fire (they fire until good data resolve them, also when series have vanished)."""
    line = Happening(at_ms, Moment.CLOSED, _named(incident, actor, "closing"), text=text)
    if incident.firing:
        raise StillBad(incident.id, len(incident.firing))
    return _with(replace(incident, closed_ms=earliest(incident.closed_ms, at_ms)), line)


def merge(into: Incident, other: Incident, at_ms: int, actor: str) -> tuple[Incident, Incident, Entry]:
    """One incident with everything of another, the pointer that is left of that other, and the entry.

    Raises MissingActor, NotMergeable.
    """
    _named(into, actor, "merging")
    if into.id == other.id:
        raise NotMergeable(into.id, "cannot be merged with itself")
    for each in (into, other):
        if each.state is IncidentState.MERGED:
            raise NotMergeable(each.id, f"was merged into {each.merged_into} before; use that one")
    whole, pointer = absorbed(into, other, at_ms, actor)
    return whole, pointer, entry_of(into.id, whole.happenings[-1])


def split(
    incident: Incident, keys: Collection[AlertKey], new_id: str, at_ms: int, actor: str
) -> tuple[Incident, Incident, Entry]:
    """What stays, a new incident of the alerts that go, and the entry. Both keep the acknowledgement and the owner.

    Raises MissingActor, NotSplittable (an alert that is not one of its own, or no paging one on either side).
    """
    _named(incident, actor, "splitting")
    taken = tuple(member for member in incident.members if member.key in keys)
    kept = tuple(member for member in incident.members if member.key not in keys)
    if strangers := [key.id for key in keys if incident.member(key) is None]:
        raise NotSplittable(incident.id, f"alert {strangers[0]} is not one of its own")
    if not any(member.pages for member in taken) or not any(member.pages for member in kept):
        raise NotSplittable(incident.id, "a split leaves at least one paging alert on either side")
    line = Happening(at_ms, Moment.SPLIT, actor, new_id)
    rest = replace(incident.with_happenings(line), members=kept, areas=_areas(kept), figures=None)
    other = replace(
        incident.with_happenings(replace(line, about=incident.id)),
        id=new_id,
        version=0,
        members=taken,
        areas=_areas(taken),
        figures=None,
        decisions=(),
    )
    return rest, other, entry_of(incident.id, line)


def _areas(members: Iterable[Member]) -> tuple[Subject, ...]:
    return areas_of(member for member in members if member.pages)


def _with(incident: Incident, line: Happening) -> tuple[Incident, Entry]:
    return incident.with_happenings(line), entry_of(incident.id, line)


def _named(incident: Incident, actor: str, act: str) -> str:
    if not actor.strip():
        raise MissingActor(incident.id, act)
    return actor
