"""What a Prometheus and amtool expect of an Alertmanager: API v2, as far as posting and looking go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from access.rights import Right
from alerts.desk.matching import LONGEST_PATTERN, MOST_WAYS, ways
from alerts.desk.records import Alert
from alerts.incidents.view import utc
from alerts.notify.errors import BadPosted
from alerts.notify.news import text_of
from alerts.notify.prometheus_alerts import (
    KIND,
    MOST_ALERTS,
    RESOLVE_AFTER_MS,
    ExternalAlert,
    expired,
    parse_posted,
)
from dashboard.alerting import open_alerts, open_external
from dashboard.api.asking import Asked
from dashboard.api.errors import Unreadable
from dashboard.api.route import Content, Json, Plan, Read, Write
from dashboard.api.setting import ApiSetting
from store.journal import Change, Document, Entry, JournalReader
from store.port import Reader

MOST_POSTED_BYTES = 4 * 1024 * 1024
"""A Prometheus posts up to 64 alerts at once, with all their annotations."""
_MATCHER = re.compile(r'\s*"?([A-Za-z_][A-Za-z0-9_]*)"?\s*(=~|!~|!=|=)\s*(.*?)\s*', re.DOTALL)
_FLAGS = ("active", "silenced", "inhibited", "unprocessed")
_RECEIVER = "lending-control-center"


def post(setting: ApiSetting, reader: Reader, asked: Asked, now_ms: int) -> Plan:
    """Takes what a Prometheus posts; alerts that nobody posts any more end by the way."""
    try:
        posted = parse_posted(asked.body, now_ms)
    except BadPosted as error:
        raise Unreadable(str(error)) from error
    journal = reader.journal()
    known = {alert.id: journal.document(KIND, alert.id) for alert in posted}
    written = [document for alert in posted if (document := _newer(alert, known[alert.id], now_ms)) is not None]
    named = {document.id for document in written}
    over = [each for each in _over(journal, now_ms) if each.id not in known]
    entries = [entry for each in written if (entry := _entry(each, known[each.id], now_ms)) is not None]
    entries += [_told(each, "expired", now_ms) for each in over if each.id not in named]
    return Plan(Change(tuple(entries), (*written, *over)), None)


def _newer(alert: ExternalAlert, known: Document | None, now_ms: int) -> Document | None:
    """None when nothing is new: the end of what is not known, or is over already, brings nothing."""
    if alert.resolved and (known is None or not known.open):
        return None
    return alert.document(known)


def _over(journal: JournalReader, now_ms: int) -> list[Document]:
    return expired(journal.documents(KIND, open_only=True, most=MOST_ALERTS), now_ms)


def _entry(document: Document, known: Document | None, now_ms: int) -> Entry | None:
    """Begin and end are facts; that it still fires, which is told every minute, is not."""
    was_open = known is not None and known.open
    if document.open == was_open:
        return None
    return _told(document, "firing" if document.open else "resolved", now_ms)


def _told(document: Document, state: str, now_ms: int) -> Entry:
    labels = ExternalAlert.of(document).labels
    return Entry(now_ms, KIND, f"external:{document.id}", "", text_of({"state": state, "labels": dict(labels)}))


def listed(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Everything that fires, ours too, as an Alertmanager lists it."""
    wanted = {name: asked.choice(name, ("true", "false"), "true") == "true" for name in _FLAGS}
    matchers = [_matcher(each) for each in asked.query.get("filter", "").split("\n") if each]
    journal, now_ms = reader.journal(), setting.now_ms()
    rows = [_ours(each) for each in open_alerts(journal) if each.firing]
    rows += [_external(each) for each in open_external(journal, now_ms)]
    return [row for row in rows if _shown(row["status"], wanted) and _fits(row["labels"], matchers)]


def _shown(status: Mapping[str, Any], wanted: Mapping[str, bool]) -> bool:
    if status["state"] == "active":
        return wanted["active"]
    return (wanted["silenced"] or not status["silencedBy"]) and (wanted["inhibited"] or not status["inhibitedBy"])


def _ours(alert: Alert) -> Json:
    key, subject = alert.key, alert.key.subject
    labels = {
        "alertname": key.rule,
        "severity": alert.severity.name.lower(),
        "level": subject.level.value,
        "product": subject.product,
        "data_center": subject.data_center,
        "dcn": subject.dcn,
        "other": subject.other,
        "slo": key.slo,
    }
    hiding = [each for each in (alert.silenced_by, alert.maintenance) if each]
    inhibiting = [alert.inhibited_by] if alert.inhibited_by else []
    annotations = {"budget_spent": alert.evidence.budget_spent} if alert.evidence.budget_spent else {}
    shown = {name: text for name, text in labels.items() if text}
    return _row(key.id, shown, annotations, (alert.since_ms, None, ""), (hiding, inhibiting))


def _external(alert: ExternalAlert) -> Json:
    times = (alert.starts_ms, alert.ends_ms, alert.link)
    return _row(
        alert.id, alert.labels, alert.annotations, times, ([alert.silenced_by] if alert.silenced_by else [], [])
    )


def _row(
    id: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    times: tuple[int, int | None, str],
    hidden: tuple[list[str], list[str]],
) -> Json:
    starts_ms, ends_ms, link = times
    silenced, inhibited = hidden
    return {
        "annotations": dict(annotations),
        "endsAt": utc(starts_ms + RESOLVE_AFTER_MS if ends_ms is None else ends_ms),
        "fingerprint": id,
        "receivers": [{"name": _RECEIVER}],
        "startsAt": utc(starts_ms),
        "status": {
            "inhibitedBy": inhibited,
            "mutedBy": [],
            "silencedBy": silenced,
            "state": "suppressed" if silenced or inhibited else "active",
        },
        "updatedAt": utc(starts_ms),
        "generatorURL": link,
        "labels": dict(labels),
    }


def _matcher(text: str) -> tuple[str, str, str]:
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise Unreadable(f"filter: {text[:80]!r} is no matcher; write label=value, !=, =~ or !~")
    label, operator, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if operator in ("=~", "!~"):
        _refuse_wild(text, value)
    return label, operator, value


def _refuse_wild(text: str, pattern: str) -> None:
    if len(pattern) > LONGEST_PATTERN or not 0 < ways(pattern) <= MOST_WAYS:
        raise Unreadable(f"filter: {text[:80]!r}: this expression could run for ever")
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise Unreadable(f"filter: {error}") from error


def _fits(labels: Mapping[str, str], matchers: Iterable[tuple[str, str, str]]) -> bool:
    return all(_matches(labels.get(label, ""), operator, value) for label, operator, value in matchers)


def _matches(found: str, operator: str, value: str) -> bool:
    if operator in ("=", "!="):
        return (found == value) is (operator == "=")
    return (re.fullmatch(value, found[:LONGEST_PATTERN]) is not None) is (operator == "=~")


def status(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """What is asked before anything else: who is there."""
    return {
        "cluster": {"status": "disabled", "peers": []},
        "config": {"original": "# alerts of lending-control-center; nothing is routed from here\n"},
        "uptime": utc(0),
        "versionInfo": {
            "branch": "",
            "buildDate": "",
            "buildUser": "",
            "goVersion": "",
            "revision": "",
            "version": setting.build or "0",
        },
    }


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v2/alerts",
        "Everything that fires, as an Alertmanager lists it",
        listed,
        {
            **dict.fromkeys(_FLAGS, "true or false"),
            "filter": "a matcher, may be given several times",
            "receiver": "",
        },
    ),
    Read("/api/v2/status", "Who is there, as an Alertmanager says it", status),
    Write(
        "/api/v2/alerts",
        "What a Prometheus posts to an Alertmanager: a list of alerts",
        post,
        None,
        most_bytes=MOST_POSTED_BYTES,
        right=Right.RESPOND,
        action="external_alert.post",
        repeats=True,
    ),
)
