"""Incidents as documents of the journal: JSON with short stable names; what is not known is left out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from alerts.incidents.errors import UnreadableBody
from alerts.incidents.folding import Folded
from alerts.incidents.joining import KIND
from alerts.incidents.model import Decision, Figures, Happening, Incident, Member, Moment, Spent
from alerts.model import AlertKey, AlertState, Level, Severity, Subject
from store.journal import Change, Document, JournalReader

__all__ = ["KIND", "change_of", "document_of", "find", "incident_of", "listed", "load_open"]

log = logging.getLogger(__name__)
MOST_OPEN = 10_000


def change_of(folded: Folded) -> Change:
    """What a fold has to write; the caller adds its own entries and its lease."""
    return Change(entries=folded.entries, documents=tuple(document_of(each) for each in folded.changed))


def load_open(reader: JournalReader) -> tuple[Incident, ...]:
    """What a fold goes on from after a restart."""
    return tuple(_readable(reader.documents(KIND, open_only=True, most=MOST_OPEN)))


def listed(reader: JournalReader, from_ms: int | None, to_ms: int | None, most: int) -> list[Incident]:
    """Incidents that began in ``[from_ms, to_ms)``, newest first; those merged into others are left out."""
    found = reader.documents(KIND, from_ms=from_ms, to_ms=to_ms, most=most, newest_first=True)
    return [each for each in _readable(found) if not each.merged_into]


def _readable(documents: Iterable[Document]) -> Iterator[Incident]:
    """One document that another version wrote must not hold up those that can be read."""
    for each in documents:
        try:
            yield incident_of(each)
        except UnreadableBody as error:
            log.warning("%s", error)


def find(reader: JournalReader, id: str) -> Incident | None:
    """One incident by its id, merged ones too."""
    document = reader.document(KIND, id)
    return None if document is None else incident_of(document)


def document_of(incident: Incident) -> Document:
    """As it is stored: ordered by the begin of impact, open until it is settled."""
    text = json.dumps(_body(incident), ensure_ascii=False, separators=(",", ":"))
    return Document(KIND, incident.id, incident.version, incident.begin_ms, incident.open, text)


def incident_of(document: Document) -> Incident:
    """The reverse. The newest version of each is kept as read: an open incident is looked at by every tick and every
    frame, and with a thousand alerts it takes tens of milliseconds to read. Raises UnreadableBody."""
    known = _newest.get(document.id)
    if known is not None and known[0] == document:
        return known[1]
    try:
        incident = _incident(document, json.loads(document.body))
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableBody(document.id, f"{type(error).__name__}: {error}") from error
    if len(_newest) >= _MOST_KEPT:
        _newest.clear()
    _newest[document.id] = (document, incident)
    return incident


_MOST_KEPT = 1024
_newest: dict[str, tuple[Document, Incident]] = {}


def _body(incident: Incident) -> dict[str, Any]:
    body: dict[str, Any] = {
        "members": [_member_body(each) for each in incident.members],
        "areas": [[area.level.value, *area[1:]] for area in incident.areas],
        "happenings": [[h.at_ms, h.moment.value, h.actor, h.about, h.text] for h in incident.happenings],
        "settled": incident.settled,
        "state": incident.state.value,
    }
    for name in _PLAIN:
        body[name] = getattr(incident, name)
    body["runbooks"] = list(incident.runbooks)
    body["decisions"] = [[d.rule, d.class_id, d.actor, d.at_ms, d.why, d.table_version] for d in incident.decisions]
    if incident.figures is not None:
        body["figures"] = _figures_body(incident.figures)
    return {name: value for name, value in body.items() if value not in (None, "", [])}


_PLAIN = ("owner", "notified_ms", "acknowledged_ms", "mitigated_ms", "closed_ms", "merged_into")


def _member_body(member: Member) -> dict[str, Any]:
    body = {
        "key": member.key.id,
        "severity": member.severity.name.lower(),
        "state": member.state.value,
        "fired_ms": member.fired_ms,
        "seen_ms": member.seen_ms,
        "bad_from_ms": member.bad_from_ms,
        "bad_to_ms": member.bad_to_ms,
        "resolved_ms": member.resolved_ms,
        "replayed": member.replayed or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _figures_body(figures: Figures) -> dict[str, Any]:
    body = {name: getattr(figures, name) for name in Figures.__slots__}
    body["spent"] = [[s.product, s.target, s.failed, s.total_events, s.window_seconds] for s in figures.spent]
    return {name: value for name, value in body.items() if value is not None}


def _incident(document: Document, body: dict[str, Any]) -> Incident:
    plain = {name: body[name] for name in _PLAIN if name in body}
    return Incident(
        id=document.id,
        version=document.version,
        members=tuple(_member(each) for each in body["members"]),
        areas=tuple(Subject(Level(level), *rest) for level, *rest in body["areas"]),
        happenings=tuple(Happening(at, Moment(moment), *rest) for at, moment, *rest in body.get("happenings", ())),
        settled=body["settled"],
        runbooks=tuple(body.get("runbooks", ())),
        decisions=tuple(Decision(*each) for each in body.get("decisions", ())),
        figures=_figures(body["figures"]) if "figures" in body else None,
        **plain,
    )


_key = lru_cache(maxsize=65_536)(AlertKey.parse)  # the same alerts in every version of an incident


def _member(body: dict[str, Any]) -> Member:
    known = {**body, "key": _key(body["key"]), "severity": Severity[body["severity"].upper()]}
    return Member(**{**known, "state": AlertState(body["state"])})


def _figures(body: dict[str, Any]) -> Figures:
    tuples = {name: tuple(value) for name, value in body.items() if isinstance(value, list)}
    return Figures(**{**body, **tuples, "spent": tuple(Spent(*each) for each in body["spent"])})
