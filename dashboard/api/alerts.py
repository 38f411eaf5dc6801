"""Alerts: what is open, what was, and who takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from access.rights import Right
from alerts.desk import acks
from alerts.desk.causes import causes
from alerts.desk.desk import ALERT, GROUP
from alerts.desk.errors import ActionRefused
from alerts.evaluating.memory import read
from alerts.incidents.codec import listed
from alerts.incidents.view import utc
from alerts.model import AlertKey, Severity
from alerts.notify.external_silences import hushed
from alerts.notify.prometheus_alerts import KIND as EXTERNAL
from alerts.notify.prometheus_alerts import ExternalAlert
from dashboard.alerting import (
    EXTERNAL_PREFIX,
    OURS_OPEN,
    alert_counts,
    alert_facts,
    alert_json,
    alert_of,
    external_json,
    members,
)
from dashboard.api.asking import Asked, actor_of, body_of
from dashboard.api.bodies import Act
from dashboard.api.errors import Missing, Unfit, Unreadable
from dashboard.api.paging import FOLLOWING, asking, listing, page
from dashboard.api.route import Content, Json, Plan, Read, Write
from dashboard.api.setting import ApiSetting
from slo.windows import Window
from store.journal import Change, Document, JournalReader
from store.port import Reader

STATES = ("open", "all")
KINDS = ("ours", "external")
SEVERITIES = tuple(each.name.lower() for each in Severity)
OF_ALL = ("from", "to", "kind", "next")
"""Parameters that go with state=all alone."""
MOST_INCIDENTS = 500
MOST_ALERTS = 20_000
_DAY_MS = 86_400_000

FILTERS = {
    "product": "only of this product",
    "data_center": "only of this data center",
    "severity": f"only of this severity: {', '.join(SEVERITIES)}",
}


def alerts(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Open alerts, worst first; or every one that began in a range, newest first."""
    if "severity" in asked.query:
        asked.choice("severity", SEVERITIES, "")
    if asked.choice("state", STATES, "open") == "open":
        _refuse_range(asked)
        return _open(setting, reader, asked)
    return _all(setting, reader.journal(), asked)


def _refuse_range(asked: Asked) -> None:
    """What is open now is one list: a range, a kind or a page of it would be ignored."""
    given = [name for name in OF_ALL if name in asked.query]
    if given:
        raise Unreadable(f"{given[0]}: goes with state=all; add it, or leave {given[0]} out")


def engine_json(journal: JournalReader, now_ms: int) -> Json:
    """When alerts were last judged: a list that nobody fills must not look quiet. Null before the first time."""
    kept = read(journal)
    known = kept.version > 0
    return {
        "evaluated_at": utc(kept.saved_ms) if known else None,
        "evaluated_data_until": utc(kept.evaluated_ms),
        "age_seconds": max(0, now_ms - kept.saved_ms) // 1000 if known else None,
    }


def _open(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    now_ms = setting.now_ms()
    facts = alert_facts(reader.journal(), now_ms, Window(now_ms // 1000, now_ms // 1000))
    known = members(facts.incidents)
    why = causes(facts.alerts)
    rows = [alert_json(each, known, why.get(each.key.id)) for each in facts.alerts]
    rows += [external_json(each, now_ms) for each in facts.external]
    order = {name: place for place, name in enumerate(reversed(SEVERITIES))}
    fits = _filter(asked.query)
    shown = sorted((row for row in rows if fits(row)), key=lambda row: order[row["severity"]])
    engine = engine_json(reader.journal(), now_ms)
    limit = asked.limit() if "limit" in asked.query else MOST_ALERTS
    return listing("alerts", shown[:limit], None, counts=alert_counts(facts), engine=engine, total=len(shown))


def _all(setting: ApiSetting, journal: JournalReader, asked: Asked) -> Content:
    now_ms = setting.now_ms()
    known = members(listed(journal, None, asked.instant("to"), MOST_INCIDENTS))
    fits = _filter(asked.query)
    filtered = any(name in asked.query for name in FILTERS)

    def ours(document: Document) -> Json | None:
        row = alert_json(alert_of(document), known)
        return row if fits(row) else None

    def external(document: Document) -> Json | None:
        row = external_json(ExternalAlert.of(document), now_ms)
        return row if fits(row) else None

    if asked.choice("kind", KINDS, "ours") == "external":
        rows, following = page(journal, EXTERNAL, asked, external, filtered=filtered)
    else:
        rows, following = page(journal, ALERT, asked, ours, filtered=filtered)
    return listing("alerts", rows, following, engine=engine_json(journal, now_ms))


def _filter(query: Mapping[str, str]) -> Callable[[Mapping[str, Any]], bool]:
    wanted = {name: query[name] for name in FILTERS if name in query}
    return lambda row: all(row[name] == value for name, value in wanted.items())


def alert(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """One alert as it is now, or as it was last."""
    journal, now_ms = reader.journal(), setting.now_ms()
    if asked.id.startswith(EXTERNAL_PREFIX):
        found = journal.document(EXTERNAL, asked.id.removeprefix(EXTERNAL_PREFIX))
        if found is not None:
            posted = ExternalAlert.of(found)
            (shown,) = hushed([posted], journal, now_ms) if posted.firing(now_ms) else [posted]
            return external_json(shown, now_ms)
    document = journal.document(ALERT, asked.id)
    if document is None:
        raise Missing(f"no alert {asked.id[:200]!r}; GET /api/v1/alerts lists their ids")
    return alert_json(alert_of(document), members(listed(journal, None, None, MOST_INCIDENTS)))


def acknowledge(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Takes an alert, or all of a group by its id; the escalation stops."""
    return _acted(reader, asked, now_ms, acks.acknowledge, "acknowledged")


def give_back(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Gives it back: the escalation begins anew."""
    return _acted(reader, asked, now_ms, acks.unacknowledge, "unacknowledged")


def note(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """A remark."""
    return _acted(reader, asked, now_ms, acks.add_note, "noted")


def _acted(reader: Reader, asked: Asked, now_ms: int, make: Callable[[str, str, str, int], Change], did: str) -> Plan:
    given = body_of(asked, Act)
    document = _external(reader.journal(), asked.id, now_ms, firing=did != "noted")
    _refuse_unknown(reader.journal(), asked.id, firing=did != "noted")
    try:
        change = make(asked.id, actor_of(asked), given.note, now_ms)
    except ActionRefused as error:
        raise Unfit(str(error)) from error
    if document is not None and did != "noted":
        ack = {"by": actor_of(asked), "at_ms": now_ms, "note": given.note} if did == "acknowledged" else None
        change = Change(change.entries, (ExternalAlert.of(document).taken(document, ack),))
    return Plan(change, {"id": asked.id, "did": did, "by": actor_of(asked), "at": utc(now_ms), "note": given.note})


def _external(journal: JournalReader, id: str, now_ms: int, *, firing: bool) -> Document | None:
    """The document of an alert of somebody else's rules; None when the id is of ours."""
    if not id.startswith(EXTERNAL_PREFIX):
        return None
    found = journal.document(EXTERNAL, id.removeprefix(EXTERNAL_PREFIX))
    if found is None:
        raise Missing(f"no alert {id[:200]!r}; GET /api/v1/alerts lists their ids")
    if firing and not (found.open and ExternalAlert.of(found).firing(now_ms)):
        raise Unfit(f"alert {id[:200]!r} is over; there is nothing to take")
    return found


def _refuse_unknown(journal: JournalReader, id: str, *, firing: bool) -> None:
    if id.startswith(EXTERNAL_PREFIX):
        return
    group = journal.document(GROUP, id)
    if group is not None:
        if firing and not group.open:
            raise Unfit(f"group {id[:200]!r} is over; there is nothing to take")
        return
    found = journal.document(ALERT, id)
    if found is None:
        raise Missing(f"no alert {id[:200]!r}; GET /api/v1/alerts lists their ids")
    if firing and alert_of(found).state not in OURS_OPEN:
        raise Unfit(f"alert {id[:200]!r} is over; there is nothing to take")


def open_groups(journal: JournalReader, keys: set[AlertKey]) -> list[str]:
    """Groups (or alerts without one) that have these alerts while they fire: what an acknowledgement names."""
    documents = journal.documents(ALERT, open_only=True, most=MOST_ALERTS)
    firing = [each for each in map(alert_of, documents) if each.firing and each.key in keys]
    return list(dict.fromkeys(each.group or each.key.id for each in firing))


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/alerts",
        "Open alerts, worst first, with those that a Prometheus posts; state=all: all as they were last, newest first",
        alerts,
        {
            "state": "open (as it is now) or all",
            "kind": "with state=all: ours or external",
            **FILTERS,
            **asking("with state=all: began"),
            "next": f"with state=all: {FOLLOWING}",
        },
    ),
    Read("/api/v1/alerts/{id}", "One alert", alert),
    Write(
        "/api/v1/alerts/{id}/ack",
        "Take an alert, or a group by its id",
        acknowledge,
        Act,
        right=Right.RESPOND,
        action="alert.acknowledge",
    ),
    Write(
        "/api/v1/alerts/{id}/unack",
        "Give it back: the escalation begins anew",
        give_back,
        Act,
        right=Right.RESPOND,
        action="alert.give_back",
    ),
    Write("/api/v1/alerts/{id}/notes", "A remark for the record", note, Act, right=Right.RESPOND, action="alert.note"),
)
