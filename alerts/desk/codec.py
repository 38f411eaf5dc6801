"""The desk's values as JSON and back: transitions and notices as entries, alerts and groups as documents."""

from __future__ import annotations

import json
from typing import Any

from alerts.desk.acks import Ack
from alerts.desk.notice import Cause, Member, Notice, NoticeState
from alerts.desk.records import Alert, Group
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from slo.counts import Counts

Json = dict[str, Any]


def encode_transition(transition: Transition) -> str:
    """Body of an entry of kind ``alert``."""
    return _text(
        {
            "key": transition.key.id,
            "state": transition.state.value,
            "severity": transition.severity.name.lower(),
            "at_ms": transition.at_ms,
            "seen_ms": transition.seen_ms,
            "evidence": evidence_json(transition.evidence),
            "replayed": transition.replayed,
        }
    )


def decode_transition(text: str) -> Transition:
    """The reverse."""
    body: Json = json.loads(text)
    return Transition(
        AlertKey.parse(body["key"]),
        AlertState(body["state"]),
        severity_of(body["severity"]),
        body["at_ms"],
        body["seen_ms"],
        evidence_of(body["evidence"]),
        body["replayed"],
    )


def encode_alert(alert: Alert) -> str:
    """Body of a document of kind ``alert``; its subject is written out beside the key for those who only read."""
    return _text(
        {
            "key": alert.key.id,
            "rule": alert.key.rule,
            "slo": alert.key.slo,
            "subject": _subject_json(alert.key.subject),
            "state": alert.state.value,
            "severity": alert.severity.name.lower(),
            "since_ms": alert.since_ms,
            "over_ms": alert.over_ms,
            "ended_ms": alert.ended_ms,
            "evidence": evidence_json(alert.evidence),
            "group": alert.group,
            "told_as": _name(alert.told_as),
            "shown_as": _name(alert.shown_as),
            "replayed": alert.replayed,
            "silenced_by": alert.silenced_by,
            "inhibited_by": alert.inhibited_by,
            "maintenance": alert.maintenance,
            "ack": _ack_json(alert.ack),
        }
    )


def decode_alert(text: str) -> Alert:
    """The reverse."""
    body: Json = json.loads(text)
    for written_out in ("rule", "slo", "subject"):
        del body[written_out]
    told_as = body.pop("told_as")
    shown_as = body.pop("shown_as", told_as)
    return Alert(
        key=AlertKey.parse(body.pop("key")),
        told_as=told_as and severity_of(told_as),
        shown_as=shown_as and severity_of(shown_as),
        state=AlertState(body.pop("state")),
        severity=severity_of(body.pop("severity")),
        evidence=evidence_of(body.pop("evidence")),
        ack=_ack_of(body.pop("ack")),
        **body,
    )


def encode_group(group: Group) -> str:
    """Body of a document of kind ``group``."""
    return _text(
        {
            "band": group.band.name.lower(),
            "opened_ms": group.opened_ms,
            "radius": _subject_json(group.radius),
            "told_radius": group.told_radius and _subject_json(group.told_radius),
            "severity": _name(group.severity),
            "roles": group.roles,
            "paged_ms": group.paged_ms,
            "step": group.step,
            "stepped_ms": group.stepped_ms,
            "spoke_ms": group.spoke_ms,
            "notices": group.notices,
            "ack": _ack_json(group.ack),
        }
    )


def decode_group(id: str, text: str) -> Group:
    """The reverse."""
    body: Json = json.loads(text)
    told, severity = body.pop("told_radius"), body.pop("severity")
    return Group(
        id=id,
        band=severity_of(body.pop("band")),
        radius=_subject_of(body.pop("radius")),
        told_radius=told and _subject_of(told),
        severity=severity and severity_of(severity),
        roles=tuple(body.pop("roles")),
        ack=_ack_of(body.pop("ack")),
        **body,
    )


def encode_notice(notice: Notice) -> str:
    """Body of an entry of kind ``notice``."""
    body: Json = {name: getattr(notice, name) for name in _PLAIN}
    body |= {"state": notice.state.value, "cause": notice.cause.value, "severity": notice.severity.name.lower()}
    body |= {"radius": _subject_json(notice.radius), "members": [_member_json(each) for each in notice.members]}
    body["also"] = [_subject_json(each) for each in notice.also]
    return _text(body)


def decode_notice(text: str) -> Notice:
    """The reverse."""
    body: Json = json.loads(text)
    return Notice(
        state=NoticeState(body.pop("state")),
        cause=Cause(body.pop("cause")),
        severity=severity_of(body.pop("severity")),
        radius=_subject_of(body.pop("radius")),
        members=tuple(_member_of(each) for each in body.pop("members")),
        also=tuple(_subject_of(each) for each in body.pop("also", ())),
        roles=tuple(body.pop("roles")),
        **body,
    )


_PLAIN = (
    "id",
    "group",
    "at_ms",
    "since_ms",
    "over_ms",
    "firing",
    "total",
    "roles",
    "step",
    "replayed",
    "to",
    "silence",
)


def evidence_json(evidence: Evidence) -> Json:
    """Evidence as JSON: counts as good, bad, ignored, transactions."""
    return {
        "long": _counts_json(evidence.long),
        "short": _counts_json(evidence.short),
        "budget_spent": evidence.budget_spent,
        "bad_from_ms": evidence.bad_from_ms,
        "bad_to_ms": evidence.bad_to_ms,
        "values": [list(each) for each in evidence.values],
    }


def evidence_of(body: Json) -> Evidence:
    """The reverse."""
    return Evidence(
        long=Counts(*body["long"]),
        short=Counts(*body["short"]),
        budget_spent=body["budget_spent"],
        bad_from_ms=body["bad_from_ms"],
        bad_to_ms=body["bad_to_ms"],
        values=tuple((name, value) for name, value in body["values"]),
    )


def severity_of(name: str) -> Severity:
    """A severity from its name in lower case."""
    return Severity[name.upper()]


def _name(severity: Severity | None) -> str | None:
    return None if severity is None else severity.name.lower()


def _member_json(member: Member) -> Json:
    return {
        "key": member.key.id,
        "state": member.state.value,
        "severity": member.severity.name.lower(),
        "since_ms": member.since_ms,
        "over_ms": member.over_ms,
        "evidence": evidence_json(member.evidence),
        "acked_by": member.acked_by,
    }


def _member_of(body: Json) -> Member:
    return Member(
        AlertKey.parse(body["key"]),
        AlertState(body["state"]),
        severity_of(body["severity"]),
        body["since_ms"],
        body["over_ms"],
        evidence_of(body["evidence"]),
        body["acked_by"],
    )


def _subject_json(subject: Subject) -> Json:
    return {**subject._asdict(), "level": subject.level.value}


def _subject_of(body: Json) -> Subject:
    return Subject(Level(body["level"]), body["product"], body["data_center"], body["dcn"], body["other"])


def _ack_json(ack: Ack | None) -> Json | None:
    if ack is None:
        return None
    return {"by": ack.by, "at_ms": ack.at_ms, "note": ack.note, "severity": ack.severity.name.lower()}


def _ack_of(body: Json | None) -> Ack | None:
    if body is None:
        return None
    return Ack(body["by"], body["at_ms"], body["note"], severity_of(body["severity"]))


def _counts_json(counts: Counts) -> list[int]:
    return [counts.good, counts.bad, counts.ignored, counts.transactions]


def _text(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
