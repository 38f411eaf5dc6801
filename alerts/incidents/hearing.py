"""What the journal tells incidents: transitions, deliveries that were sent, data centers that a machine was asked to
drain and took it, acknowledgements and notes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable

from alerts.desk.acks import ACK, NOTE, note_of
from alerts.desk.codec import decode_alert, decode_transition
from alerts.desk.desk import ALERT
from alerts.incidents.facts import Acknowledged, Drained, Fact, Noted, Notified
from alerts.model import AlertKey
from store.journal import Entry, JournalReader

log = logging.getLogger(__name__)
DELIVERY = "delivery"
SENT = "sent"
MOST_ALERTS = 100_000


def facts_of(entries: Iterable[Entry], journal: JournalReader) -> list[Fact]:
    """Facts in the order of the entries; what concerns no alert is left out."""
    members = _Members(journal)
    return [fact for entry in entries for fact in _readable(entry, members.of)]


def _readable(entry: Entry, members: Callable[[str], list[AlertKey]]) -> list[Fact]:
    """An entry that another version wrote must not hold up those that can be read."""
    try:
        return list(_facts(entry, members))
    except (ValueError, KeyError, TypeError) as error:
        log.warning("incidents: entry of %s on %s cannot be read: %s", entry.kind, entry.subject, error)
        return []


class _Members:
    """Alerts by the id of their group, read when somebody first asks."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._by_group: dict[str, list[AlertKey]] | None = None

    def of(self, subject: str) -> list[AlertKey]:
        """The alert, or the alerts of the group, that an act of a person names."""
        group = self._groups().get(subject)
        if group is not None:  # asked first: a group's id may read like an alert's
            return group
        try:
            return [AlertKey.parse(subject)]
        except ValueError:
            return []

    def _groups(self) -> dict[str, list[AlertKey]]:
        if self._by_group is None:
            self._by_group = {}
            for document in self._journal.documents(ALERT, open_only=True, most=MOST_ALERTS):
                alert = decode_alert(document.body)
                self._by_group.setdefault(alert.group, []).append(alert.key)
        return self._by_group


def _facts(entry: Entry, members: Callable[[str], list[AlertKey]]) -> Iterable[Fact]:
    if entry.kind == ALERT:
        yield decode_transition(entry.body)
    elif entry.kind == ACK:
        yield from (Acknowledged(entry.at_ms, key, entry.actor, note_of(entry)) for key in members(entry.subject)[:1])
    elif entry.kind == NOTE:
        yield from (Noted(entry.at_ms, key, entry.actor, note_of(entry)) for key in members(entry.subject)[:1])
    elif entry.kind == DELIVERY:
        yield from _sent(entry)


def _sent(entry: Entry) -> Iterable[Fact]:
    body = json.loads(entry.body)
    if body["status"] != SENT or not body["alerts"]:
        return
    drained = body.get("drains", "")  # entries of the first release have none
    if drained:
        yield Drained(entry.at_ms, drained, body["channel"])
        return
    keys = tuple(AlertKey.parse(each) for each in body["alerts"])
    yield Notified(entry.at_ms, keys, body["channel"], body["state"])
