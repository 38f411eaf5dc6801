"""Open alerts, incidents and announced maintenance, read once per frame: a few rows of the journal's documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from alerts.desk import codec
from alerts.desk.causes import Cause, causes
from alerts.desk.desk import ALERT, GROUP
from alerts.desk.escalation import Chain
from alerts.desk.maintenance import Maintenance, between
from alerts.desk.records import Alert, Group
from alerts.incidents.codec import KIND as INCIDENT
from alerts.incidents.codec import incident_of
from alerts.incidents.model import Incident, IncidentState
from alerts.incidents.view import row, utc
from alerts.incidents.words import Names
from alerts.model import AlertKey, AlertState, Subject
from alerts.notify.external_silences import LEVEL as EXTERNAL_LEVEL
from alerts.notify.external_silences import hushed
from alerts.notify.prometheus_alerts import KIND as EXTERNAL
from alerts.notify.prometheus_alerts import ExternalAlert
from dashboard.escalating import next_steps
from dashboard.remembered import MOST_OPEN, Remembered, readable
from slo.windows import Window
from store.journal import Document, JournalReader

Json = dict[str, Any]
Value = TypeVar("Value")

MOST_SHOWN = 500
"""Alerts in one snapshot, the worst; ``alert_counts`` says how many there are."""
MOST_CAUSES = 20
OURS_OPEN = (AlertState.PENDING, AlertState.FIRING)
EXTERNAL_PREFIX = "external:"


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What is open at one instant. ``windows``: maintenance that touches the last thirty days, oldest first;
    ``groups``: those of open alerts, read while an incident goes on."""

    alerts: tuple[Alert, ...] = ()
    external: tuple[ExternalAlert, ...] = ()
    incidents: tuple[Incident, ...] = ()
    windows: tuple[Maintenance, ...] = ()
    groups: tuple[Group, ...] = ()


class OpenBoard:
    """Open alerts, incidents and groups of one store, remembered from one frame to the next."""

    def __init__(self) -> None:
        self.alerts = Remembered(ALERT, alert_of)
        self.incidents = Remembered(INCIDENT, incident_of)
        self.groups = Remembered(GROUP, group_of)


def alert_facts(journal: JournalReader, now_ms: int, within: Window, board: OpenBoard | None = None) -> AlertFacts:
    """Reads them, of what ``board`` remembers only what changed; what another version wrote is passed over with a line
    in the log."""
    board = board or OpenBoard()
    incidents = (each for each in board.incidents.open(journal) if not each.merged_into)
    newest_first = sorted(incidents, key=lambda each: (each.begin_ms, each.id), reverse=True)
    return AlertFacts(
        alerts=_worst_first(board.alerts.open(journal)),
        external=open_external(journal, now_ms),
        incidents=tuple(newest_first),
        windows=tuple(between(journal, within)),
        groups=tuple(board.groups.open(journal)) if newest_first else (),
    )


def open_alerts(journal: JournalReader) -> tuple[Alert, ...]:
    """Alerts that pend or fire, worst first."""
    return _worst_first(readable(journal.documents(ALERT, open_only=True, most=MOST_OPEN), alert_of))


def _worst_first(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted((each for each in alerts if each.state in OURS_OPEN), key=worst_first))


def open_external(journal: JournalReader, now_ms: int) -> tuple[ExternalAlert, ...]:
    """Alerts of somebody else's rules that were posted and are not over, worst first, with what silences them."""
    documents = journal.documents(EXTERNAL, open_only=True, most=MOST_OPEN)
    firing = (alert for alert in readable(documents, ExternalAlert.of) if alert.firing(now_ms))
    found = hushed(firing, journal, now_ms)
    return tuple(sorted(found, key=lambda each: (bool(each.silenced_by), -each.severity, each.starts_ms, each.id)))


@lru_cache(maxsize=8192)
def alert_of(document: Document) -> Alert:
    """An alert from its document; the same document is read once, however many frames show it."""
    return codec.decode_alert(document.body)


@lru_cache(maxsize=1024)
def group_of(document: Document) -> Group:
    """A group from its document, read once."""
    return codec.decode_group(document.id, document.body)


def worst_first(alert: Alert) -> tuple[bool, int, bool, int, str]:
    """What speaks for itself, by severity, then the longest."""
    return not alert.firing, -alert.severity, not alert.audible, alert.since_ms, alert.key.id


def members(incidents: Iterable[Incident]) -> dict[AlertKey, str]:
    """Id of the incident that each alert belongs to; of the newest when there are several (newest come first)."""
    found: dict[AlertKey, str] = {}
    for incident in incidents:
        for member in incident.members:
            found.setdefault(member.key, incident.id)
    return found


def alert_json(alert: Alert, incidents: Mapping[AlertKey, str], cause: Cause | None = None) -> Json:
    """One of our alerts as documents show it (docs/api.md). ``cause``: what it speaks for."""
    key, evidence = alert.key, alert.evidence
    subject = key.subject
    of = cause or Cause(
        data_centers=(subject.data_center,) if subject.data_center else (),
        products=(subject.product,) if subject.product else (),
    )
    return {
        "id": key.id,
        "rule": key.rule,
        "slo": key.slo or None,
        "severity": alert.severity.name.lower(),
        "level": subject.level.value,
        "product": subject.product or None,
        "data_center": subject.data_center or None,
        "dcn": subject.dcn or None,
        "other": subject.other or None,
        "causes": [_place(each) for each in of.places[:MOST_CAUSES]],
        "data_centers": list(of.data_centers),
        "products": list(of.products),
        "state": alert.state.value,
        "since": utc(alert.since_ms),
        "over": utc(alert.over_ms),
        "acknowledged": alert.ack and {"by": alert.ack.by, "at": utc(alert.ack.at_ms), "note": alert.ack.note},
        "silenced": alert.hidden,
        "silenced_by": alert.silenced_by or None,
        "maintenance": alert.maintenance or None,
        "inhibited_by": alert.inhibited_by or None,
        "group": alert.group or None,
        "incident": incidents.get(key),
        "summary": {"bad": evidence.long.bad, "total": evidence.long.total},
        "budget_spent": evidence.budget_spent or None,
        "bad_from": utc(evidence.bad_from_ms),
        "values": dict(evidence.values),
        "replayed": alert.replayed,
        "external": False,
        "labels": None,
        "annotations": None,
        "link": None,
    }


def external_json(alert: ExternalAlert, now_ms: int) -> Json:
    """An alert of somebody else's rules in the same shape; its labels say what it is about."""
    firing = alert.firing(now_ms) and not alert.resolved
    labels = alert.labels
    return {
        "id": EXTERNAL_PREFIX + alert.id,
        "rule": alert.name,
        "slo": None,
        "severity": alert.severity.name.lower(),
        "level": EXTERNAL_LEVEL,
        "product": labels.get("product"),
        "data_center": labels.get("data_center"),
        "dcn": labels.get("dcn"),
        "other": None,
        "causes": [],
        "data_centers": _named(labels, "data_center"),
        "products": _named(labels, "product"),
        "state": "firing" if firing else "resolved",
        "since": utc(alert.starts_ms),
        "over": None if firing else utc(alert.ends_ms),
        "acknowledged": alert.ack and _taken(alert.ack),
        "silenced": bool(alert.silenced_by),
        "silenced_by": alert.silenced_by or None,
        "maintenance": None,
        "inhibited_by": None,
        "group": None,
        "incident": None,
        "summary": {"bad": None, "total": None},
        "budget_spent": None,
        "bad_from": None,
        "values": {},
        "replayed": False,
        "external": True,
        "labels": dict(labels),
        "annotations": dict(alert.annotations),
        "link": alert.link or None,
    }


def _place(subject: Subject) -> Json:
    return {
        "level": subject.level.value,
        "product": subject.product or None,
        "data_center": subject.data_center or None,
        "dcn": subject.dcn or None,
    }


def _taken(ack: Mapping[str, Any]) -> Json:
    return {"by": ack["by"], "at": utc(ack["at_ms"]), "note": ack["note"]}


def _named(labels: Mapping[str, str], name: str) -> list[str]:
    return [labels[name]] if labels.get(name) else []


def snapshot_alerts(facts: AlertFacts, now_ms: int) -> list[Json]:
    """What the wall shows: not what another alert explains, worst first, at most MOST_SHOWN."""
    known = members(facts.incidents)
    shown = [each for each in facts.alerts if not each.inhibited_by]
    why = causes(facts.alerts)
    rows = [(each.severity, alert_json(each, known, why.get(each.key.id))) for each in shown[:MOST_SHOWN]]
    rows += [(each.severity, external_json(each, now_ms)) for each in facts.external[:MOST_SHOWN]]
    rows.sort(key=lambda each: -each[0])  # stable: each kind keeps its own order
    return [content for _, content in rows[:MOST_SHOWN]]


def alert_counts(facts: AlertFacts) -> Json:
    """How many alerts are open, so that a shortened list does not look whole."""
    return {
        "open": len(facts.alerts) + len(facts.external),
        "inhibited": sum(bool(each.inhibited_by) for each in facts.alerts),
        "silenced": sum(each.hidden for each in facts.alerts) + sum(bool(each.silenced_by) for each in facts.external),
        "acknowledged": sum(each.ack is not None for each in facts.alerts)
        + sum(bool(each.ack) for each in facts.external),
        "external": len(facts.external),
    }


def snapshot_incidents(facts: AlertFacts, names: Names, chain: Chain) -> list[Json]:
    """Open incidents, those that go on first, then the newest; ``escalation``: who is told next, and when."""
    going_on = (IncidentState.ONGOING, IncidentState.MITIGATED)
    ordered = sorted(facts.incidents, key=lambda each: each.state not in going_on)
    steps = next_steps(facts.incidents, facts.alerts, {each.id: each for each in facts.groups}, chain)
    return [
        {
            **row(each, names),
            "since": utc(each.begin_ms),
            "escalation": {"at": utc(steps[each.id].at_ms), "roles": list(steps[each.id].roles)}
            if each.id in steps
            else None,
        }
        for each in ordered
    ]
