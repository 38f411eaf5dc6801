"""How alerts become members of an incident, and one incident a part of another: values in, values out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alerts.incidents.facts import FoldingRules
from alerts.incidents.model import Happening, Incident, Member, Moment
from alerts.incidents.radius import areas_of
from alerts.model import AlertState, Severity, Transition
from store.journal import Entry

KIND = "incident"


def entry_of(incident: str, line: Happening) -> Entry:
    """A line of a timeline as the journal keeps it."""
    body = {"moment": line.moment.value, "about": line.about, "text": line.text}
    kept = {name: value for name, value in body.items() if value}
    return Entry(line.at_ms, KIND, incident, line.actor, json.dumps(kept, ensure_ascii=False, sort_keys=True))


def appended(incident: Incident, transitions: Sequence[Transition], rules: FoldingRules) -> Incident:
    """With these alerts among its members; what failed is found anew."""
    known = {member.key: member for member in incident.members}
    grown = observed(incident, [each for each in transitions if each.key in known])
    fresh = {each.key: _member(each) for each in transitions if each.key not in known}
    members = _sorted((*grown.members, *fresh.values()))
    whole = replace(
        grown,
        members=members,
        areas=areas_of(member for member in members if member.pages),
        runbooks=rules.runbooks(tuple(member.key for member in members)),
    )
    burning = _Burning.of(incident)
    worse = next((member for member in fresh.values() if burning.worsens(member)), None) if burning else None
    return whole if worse is None else _worsened(whole, worse)


def _sorted(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda member: (member.seen_ms, member.fired_ms, member.key.id)))


def observed(incident: Incident, transitions: Iterable[Transition]) -> Incident:
    """With what transitions, all of them firing or all of them resolved, say of alerts that are its members already.

    Members are looked through once: a thousand alerts of a data center end in one second.
    """
    members = {member.key: member for member in incident.members}
    burning, worse, before = _Burning.of(incident), None, dict(members)
    for each in transitions:
        known = members.get(each.key)
        if known is None or each.at_ms < known.fired_ms:
            continue
        changed = _fired(known, each) if each.state is AlertState.FIRING else _resolved(known, each)
        members[each.key] = changed
        if burning is None or worse is not None or changed == known or not changed.firing:
            continue
        worse = changed if burning.worsens(changed) else None
        burning = burning.with_one(changed)
    if members == before:
        return incident
    grown = replace(incident, members=tuple(members.values()))
    return grown if worse is None else _worsened(grown, worse)


@dataclass(frozen=True, slots=True)
class _Burning:
    """An incident that had been mitigated: since when, its highest severity, whether any alert of it still fires."""

    mitigated_ms: int
    severity: Severity
    firing: bool

    @classmethod
    def of(cls, incident: Incident) -> _Burning | None:
        """None when nothing was mitigated."""
        if incident.mitigated_ms is None:
            return None
        return cls(incident.mitigated_ms, incident.severity, bool(incident.firing))

    def worsens(self, member: Member) -> bool:
        """Whether an alert of the sharpest kind saw bad events after the failure had been mitigated."""
        if not self.firing or member.severity < self.severity:
            return False
        return member.bad_to_ms is None or member.bad_to_ms > self.mitigated_ms

    def with_one(self, member: Member) -> _Burning:
        """With one alert more that fires."""
        return _Burning(self.mitigated_ms, max(self.severity, member.severity), self.firing or member.pages)


def _worsened(incident: Incident, member: Member) -> Incident:
    line = Happening(member.bad_to_ms or member.fired_ms, Moment.WORSENED, about=member.key.id)
    return replace(incident.with_happenings(line), mitigated_ms=None)


def told_before(incident: Incident, transition: Transition) -> bool:
    """Whether an alert fired and was resolved since: the same firing comes a second time."""
    known = incident.member(transition.key)
    return known is not None and known.resolved_ms is not None and transition.at_ms <= known.resolved_ms


def reopened(incident: Incident, transition: Transition) -> Incident:
    """The same failure again: what was restored goes on."""
    line = Happening(transition.at_ms, Moment.REOPENED, about=transition.key.id)
    return replace(incident.with_happenings(line), mitigated_ms=None, closed_ms=None)


def absorbed(first: Incident, other: Incident, at_ms: int, actor: str = "") -> tuple[Incident, Incident]:
    """One incident with everything of another, and what is left of that other: a pointer."""
    known = {member.key for member in first.members}
    members = _sorted((*first.members, *(member for member in other.members if member.key not in known)))
    ended = (first.mitigated_ms, other.mitigated_ms)
    whole = replace(
        first.with_happenings(*other.happenings, Happening(at_ms, Moment.MERGED, actor, other.id)),
        members=members,
        areas=areas_of(member for member in members if member.pages),
        owner=first.owner or other.owner,
        notified_ms=earliest(first.notified_ms, other.notified_ms),
        acknowledged_ms=earliest(first.acknowledged_ms, other.acknowledged_ms),
        mitigated_ms=None if None in ended else latest(*ended),
        runbooks=tuple(dict.fromkeys((*first.runbooks, *other.runbooks))),
        decisions=(*first.decisions, *other.decisions),
        figures=None,
        settled=first.settled and other.settled,
    )
    pointer = other.with_happenings(Happening(at_ms, Moment.MERGED, actor, first.id))
    return whole, replace(pointer, merged_into=first.id)


def judged(incident: Incident, earlier: Incident | None) -> Incident:
    """Mitigated or restored, as its alerts now say; ``earlier``: the same before this instant."""
    if not incident.open:
        return incident
    if incident.firing:
        return _mitigated(incident)
    if earlier is not None and not earlier.firing:
        return incident
    restored_ms = incident.restored_ms or 0
    lines = [Happening(restored_ms, Moment.RESTORED)]
    if incident.mitigated_ms is None:
        lines.insert(0, Happening(restored_ms, Moment.MITIGATED))
    mitigated_ms = restored_ms if incident.mitigated_ms is None else min(incident.mitigated_ms, restored_ms)
    return replace(incident.with_happenings(*lines), mitigated_ms=mitigated_ms)


def _mitigated(incident: Incident) -> Incident:
    """The share of bad events fell below the sharpest tier while other alerts still fire."""
    if incident.mitigated_ms is not None:
        return incident
    since_ms = max((line.at_ms for line in incident.happenings if line.moment is Moment.REOPENED), default=0)
    fired = [each for each in incident.paging if each.resolved_ms is None or each.resolved_ms > since_ms]
    severity = max(member.severity for member in fired)
    sharpest = [member for member in fired if member.severity == severity]
    if any(member.firing for member in sharpest):
        return incident
    at_ms = max(member.ended_ms for member in sharpest)
    return replace(incident.with_happenings(Happening(at_ms, Moment.MITIGATED)), mitigated_ms=at_ms)


def _member(transition: Transition) -> Member:
    seen = transition.evidence
    return Member(
        key=transition.key,
        severity=transition.severity,
        state=AlertState.FIRING,
        fired_ms=transition.at_ms,
        seen_ms=transition.seen_ms,
        bad_from_ms=seen.bad_from_ms,
        bad_to_ms=seen.bad_to_ms,
        replayed=transition.replayed,
    )


def _fired(known: Member, transition: Transition) -> Member:
    if known.resolved_ms is not None and transition.at_ms <= known.resolved_ms:
        return known
    return replace(
        known,
        severity=max(known.severity, transition.severity),
        state=AlertState.FIRING,
        resolved_ms=None,
        bad_from_ms=earliest(known.bad_from_ms, transition.evidence.bad_from_ms),
        bad_to_ms=latest(known.bad_to_ms, transition.evidence.bad_to_ms),
    )


def _resolved(known: Member, transition: Transition) -> Member:
    if not known.firing:
        return known
    return replace(
        known,
        state=AlertState.RESOLVED,
        resolved_ms=transition.at_ms,
        bad_to_ms=latest(known.bad_to_ms, transition.evidence.bad_to_ms),
    )


def earliest(*instants: int | None) -> int | None:
    """The first of the known ones; None of none."""
    return min((each for each in instants if each is not None), default=None)


def latest(*instants: int | None) -> int | None:
    """The last of the known ones; None of none."""
    return max((each for each in instants if each is not None), default=None)
