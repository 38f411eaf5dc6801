"""A Prometheus Alertmanager, by its API v2: told of each alert again and again while it fires, as a Prometheus does.

What fires there is kept as one document per group, written before the first POST, so that a restart, or another
process on the same store, goes on telling it and ends it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alerts.desk.notice import Member
from alerts.model import AlertState
from alerts.notify.ledger import LedgerStore
from alerts.notify.message import Message, Receipt
from alerts.notify.news import News, text_of
from outgoing.posting import Poster
from store.errors import StaleDocument
from store.journal import Change, Document

KIND = "alertmanager"
RESENDS_BEFORE_END = 4
"""An alert ends there by itself when so many resends stay away, as Prometheus does it."""
_HEADERS = {"Content-Type": "application/json", "User-Agent": "lending-control-center"}
_MOST_HELD = 10_000

Posted = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """What fires in one Alertmanager for one group of ours: alert id -> what was posted, without its end."""

    document: Document
    alerts: dict[str, Posted]


class AlertmanagerChannel:
    """Tells one Alertmanager. ``name``: of the channel; ``resend_ms``: how often what fires is told again."""

    def __init__(self, name: str, poster: Poster, store: LedgerStore, *, resend_ms: int) -> None:
        self._name = name
        self._poster = poster
        self._store = store
        self._resend_ms = resend_ms
        self._next_resend_ms = 0

    def send(self, message: Message) -> Receipt:
        """One POST for everything that the message tells. Raises TemporaryFault or PermanentFault."""
        posted: list[Posted] = []
        for news in message.news:
            posted += self._told(news, message)
        if not posted:
            return Receipt("not an alert; nothing to tell")
        said = self._post(posted)
        return Receipt(said or f"{len(posted)} alerts")

    def keep(self, now_ms: int) -> int:
        """Tells again what fires, when it is time; returns when that is next. Raises TemporaryFault, PermanentFault."""
        if now_ms >= self._next_resend_ms:
            self._next_resend_ms = now_ms + self._resend_ms
            held = [alert for group in self._held() for alert in group.alerts.values()]
            if held:
                self._post([self._firing(alert, now_ms) for alert in held])
        return self._next_resend_ms

    def close(self) -> None:
        """Gives the connection back. What fires there ends by itself, unless another process goes on."""
        self._poster.close()

    def _told(self, news: News, message: Message) -> list[Posted]:
        notice = news.notice
        if news.test:
            return [test_alert(message)]
        if not notice.group:  # a reminder speaks of a silence, not of an alert
            return []
        held = self._group(notice.group)
        fresh = {member.key.id: posted_alert(member, message) for member in notice.members}
        if news.ended:
            gone = held.alerts | fresh
            self._hold(held, {}, message.at_ms)
            return [ended(alert, notice.over_ms or message.at_ms) for alert in gone.values()]
        over = {member.key.id: member for member in notice.members if member.state is AlertState.RESOLVED}
        firing = {id: alert for id, alert in (held.alerts | fresh).items() if id not in over}
        self._hold(held, firing, message.at_ms)
        resolved = [ended(fresh[id], member.over_ms or message.at_ms) for id, member in over.items()]
        return [*(self._firing(alert, message.at_ms) for alert in firing.values()), *resolved]

    def _firing(self, alert: Posted, now_ms: int) -> Posted:
        return alert | {"endsAt": instant(now_ms + RESENDS_BEFORE_END * self._resend_ms)}

    def _post(self, alerts: Sequence[Posted]) -> str:
        return self._poster.post(text_of_list(alerts), _HEADERS)

    def _held(self) -> list[HeldGroup]:
        with self._store.reading() as reader:
            found = reader.journal().documents(KIND, open_only=True, most=_MOST_HELD)
        return [held_group(each) for each in found if each.id.startswith(f"{self._name}/")]

    def _group(self, group: str) -> HeldGroup:
        id = f"{self._name}/{group}"
        with self._store.reading() as reader:
            found = reader.journal().document(KIND, id)
        return HeldGroup(Document(KIND, id, 0, 0, False, ""), {}) if found is None else held_group(found)

    def _hold(self, held: HeldGroup, alerts: dict[str, Posted], now_ms: int) -> None:
        old = held.document
        document = Document(KIND, old.id, old.version, now_ms, bool(alerts), text_of({"alerts": alerts}))
        try:
            self._store.write(Change(documents=(document,)))
        except StaleDocument:  # another process told of the same group in between; its next word counts
            self._next_resend_ms = 0


def held_group(document: Document) -> HeldGroup:
    """A stored group; a closed one holds nothing."""
    return HeldGroup(document, json.loads(document.body)["alerts"] if document.open else {})


def posted_alert(member: Member, message: Message) -> Posted:
    """An alert as Alertmanager takes it, without its end. Labels say what and where, annotations the message."""
    return {
        "labels": dict(labels(member)),
        "annotations": {"summary": message.title, "description": message.body},
        "startsAt": instant(member.since_ms),
        **({"generatorURL": message.link} if message.link else {}),
    }


def labels(member: Member) -> Iterator[tuple[str, str]]:
    """Labels by which Alertmanager routes, groups and silences; what does not apply is left out."""
    subject = member.key.subject
    named = {
        "alertname": member.key.rule,
        "severity": member.severity.name.lower(),
        "level": subject.level.value,
        "product": subject.product,
        "data_center": subject.data_center,
        "dcn": subject.dcn,
        "part": subject.other,
        "slo": member.key.slo,
    }
    return ((name, value) for name, value in named.items() if value)


def test_alert(message: Message) -> Posted:
    """An alert that says that nothing happened, and ends after a minute."""
    return {
        "labels": {"alertname": "ControlCenterTest", "severity": "notice"},
        "annotations": {"summary": message.title, "description": message.body},
        "startsAt": instant(message.at_ms),
        "endsAt": instant(message.at_ms + 60_000),
    }


def ended(alert: Posted, over_ms: int) -> Posted:
    """The same alert, over. Alertmanager refuses an end before the begin."""
    return alert | {"endsAt": max(instant(over_ms), alert["startsAt"])}


def instant(at_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds; texts compare as instants do."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def text_of_list(alerts: Sequence[Posted]) -> bytes:
    """The body of a POST."""
    return json.dumps(alerts, ensure_ascii=False).encode()
