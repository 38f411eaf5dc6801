"""What people say of an alert: taken, given back, noted. Entries that the desk hears at its next tick."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.desk.errors import ActionRefused
from alerts.model import Severity
from store.journal import Change, Entry, JournalReader, Numbered

ACK, UNACK, NOTE = "ack", "unack", "note"
LONGEST_NOTE = 4000
MOST_HEARD = 10_000


@dataclass(frozen=True, slots=True)
class Ack:
    """Who has it. Ends when all is over, or when severity rises above the one that was acknowledged."""

    by: str
    at_ms: int
    note: str
    severity: Severity


def acknowledge(subject: str, actor: str, note: str, now_ms: int) -> Change:
    """What is written when somebody takes an alert, or a whole group by its id. Raises ActionRefused."""
    return _entry(ACK, subject, actor, note, now_ms)


def unacknowledge(subject: str, actor: str, note: str, now_ms: int) -> Change:
    """What is written when somebody gives it back: the escalation begins anew. Raises ActionRefused."""
    return _entry(UNACK, subject, actor, note, now_ms)


def add_note(subject: str, actor: str, note: str, now_ms: int) -> Change:
    """What is written for a remark. Raises ActionRefused."""
    if not note.strip():
        raise ActionRefused(subject, "the note is empty")
    return _entry(NOTE, subject, actor, note, now_ms)


def heard(journal: JournalReader, after: int) -> list[Numbered]:
    """Acknowledgements and what takes them back, with a number above ``after``, oldest first."""
    both = [*journal.entries(kind=ACK, after=after, most=MOST_HEARD)]
    both += journal.entries(kind=UNACK, after=after, most=MOST_HEARD)
    return sorted(both, key=lambda each: each.number)


def note_of(entry: Entry) -> str:
    """The remark that came with an entry."""
    return str(json.loads(entry.body).get("note", ""))


def newest(entries: Sequence[Numbered], known: int) -> int:
    """Number up to which everything was heard."""
    return max((each.number for each in entries), default=known)


def _entry(kind: str, subject: str, actor: str, note: str, now_ms: int) -> Change:
    if not actor.strip():
        raise ActionRefused(subject, "say who does this")
    if len(note) > LONGEST_NOTE:
        raise ActionRefused(subject, f"the note is longer than {LONGEST_NOTE} characters")
    return Change((Entry(now_ms, kind, subject, actor, json.dumps({"note": note}, ensure_ascii=False)),))
