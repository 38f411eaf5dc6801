"""The record: entries of the journal as they were written, and the ledger of deliveries."""

from __future__ import annotations

import json

from access.rights import Right
from alerts.desk import acks, maintenance, silences
from alerts.desk.desk import ALERT, ESCALATION, NOTICE
from alerts.incidents.joining import KIND as INCIDENT
from alerts.incidents.view import utc
from alerts.notify.delivery import KIND as DELIVERY
from alerts.notify.delivery import Delivery, Status
from alerts.notify.prometheus_alerts import KIND as EXTERNAL
from dashboard.api.asking import Asked
from dashboard.api.errors import Unreadable
from dashboard.api.paging import asking, listing, page
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from reports.changes.recording import KIND as CHANGE
from reports.delivery.parcel import KIND as PARCEL
from reports.issues.keeping import KIND as ISSUE
from store.journal import Document, Numbered
from store.port import Reader

KINDS = (
    ALERT,
    NOTICE,
    ESCALATION,
    acks.ACK,
    acks.UNACK,
    acks.NOTE,
    silences.KIND,
    maintenance.KIND,
    INCIDENT,
    DELIVERY,
    EXTERNAL,
    CHANGE,
    ISSUE,
    PARCEL,
)
OF_REPORTS = (ISSUE, PARCEL)
STATUSES = tuple(each.value for each in Status)
_LONGEST_NUMBER = 18


def journal(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Entries, newest first. A page is short where somebody may not see all of it."""
    limit = asked.limit()
    kind = asked.choice("kind", ("", *KINDS), "")
    if kind in OF_REPORTS:
        asked.demand(Right.SEE_REPORTS)
    found = reader.journal().entries(
        kind=kind,
        subject=asked.query.get("subject", ""),
        before=_number(asked, "next"),
        from_ms=asked.instant("from"),
        to_ms=asked.instant("to"),
        most=limit + 1,
        newest_first=True,
    )
    following = str(found[limit - 1].number) if len(found) > limit else None
    shown = [_entry(each) for each in found[:limit] if _may_see(asked, each.entry.kind)]
    return listing("entries", shown, following)


def deliveries(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """What was sent where, or waits, or failed, newest first; without the messages themselves."""
    wanted = asked.choice("status", ("", *STATUSES), "")
    same = {name: asked.query[name] for name in ("channel", "incident") if name in asked.query}

    def shown(document: Document) -> Json | None:
        delivery = Delivery.readable(document)
        if delivery is None or (wanted and delivery.status.value != wanted):
            return None
        row = _delivery(delivery)
        return row if all(row[name] == value for name, value in same.items()) else None

    filtered = bool(wanted or same)
    rows, following = page(reader.journal(), DELIVERY, asked, shown, filtered=filtered)
    return listing("deliveries", rows, following)


def _may_see(asked: Asked, kind: str) -> bool:
    if kind in OF_REPORTS:
        return asked.who.may(Right.SEE_REPORTS)
    return kind in KINDS or asked.who.may(Right.ADMINISTER)


def _entry(numbered: Numbered) -> Json:
    entry = numbered.entry
    try:
        body = json.loads(entry.body)
    except ValueError:
        body = entry.body
    return {
        "number": numbered.number,
        "at": utc(entry.at_ms),
        "kind": entry.kind,
        "subject": entry.subject,
        "actor": entry.actor or None,
        "body": body,
    }


def _delivery(delivery: Delivery) -> Json:
    notice = delivery.news.notice
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "queued": utc(delivery.queued_ms),
        "settled": utc(delivery.settled_ms),
        "next_attempt": utc(delivery.next_attempt_ms) if delivery.open and delivery.next_attempt_ms else None,
        "error": delivery.last_error or None,
        "receipt": delivery.receipt or None,
        "summed_in": delivery.summed_in or None,
        "limited": delivery.limited,
        "notice": notice.id,
        "state": notice.state.value,
        "severity": notice.severity.name.lower(),
        "group": notice.group or None,
        "incident": delivery.news.incident or None,
        "alerts": [member.key.id for member in notice.members],
        "firing": notice.firing,
        "total": notice.total,
        "test": delivery.news.test,
    }


def _number(asked: Asked, name: str) -> int | None:
    text = asked.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise Unreadable(f"{name}: {text[:40]!r} is not what a page ended with; leave it out to begin anew")
    return int(text)


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/journal",
        "Everything that happened, newest first: transitions of alerts, notices, acts of people",
        journal,
        {
            "kind": f"one of {', '.join(KINDS)}",
            "subject": "id of an alert, group, silence, window or incident",
            **asking(),
        },
    ),
    Read(
        "/api/v1/deliveries",
        "Notifications by channel: queued, sent, failed, suppressed; newest first",
        deliveries,
        {
            "status": f"one of {', '.join(STATUSES)}",
            "channel": "only of this channel",
            "incident": "only of this incident",
            **asking(),
        },
    ),
)
