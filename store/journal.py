"""What people and the control center did, beside the counts: an append-only journal and present documents.

An **entry** is a fact that happened and never changes: a transition of an alert, an acknowledgement, a delivery's
attempt, a note. A **document** is the present state of one thing that changes: a silence, a maintenance window, an
incident, a delivery that waits. Both are opaque to the store but for the columns that questions are asked by; their
bodies are JSON objects as text. One ``Change`` is written whole or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from store.audit import Audited, refuse_unauditable
from store.errors import JournalRefused


class Entry(NamedTuple):
    """One fact. ``subject``: what it is about (an alert's or an incident's id); ``actor``: who did it, empty for the
    control center itself."""

    at_ms: int
    kind: str
    subject: str
    actor: str
    body: str


class Numbered(NamedTuple):
    """An entry as it was stored. Numbers are above 0, grow from commit to commit, and never come back."""

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Document:
    """State of one thing. ``version``: of the state that this one follows when it is written (0: there was none),
    of itself when it is read. ``at_ms``: the instant that lists are ordered by; ``open``: whether it still concerns
    anybody."""

    kind: str
    id: str
    version: int
    at_ms: int
    open: bool
    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is written together. ``lease`` and ``token``: of the writer that must be the only one (``store.leases``);
    an empty lease writes without one. ``audit``: who does this (``store.audit``)."""

    entries: tuple[Entry, ...] = ()
    documents: tuple[Document, ...] = ()
    lease: str = ""
    token: int = 0
    audit: tuple[Audited, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.entries or self.documents or self.audit)


def refuse_unstorable(change: Change) -> None:
    """Raises JournalRefused for text that a database cannot hold, a document that is written twice, and a row of the
    audit log that says not who did what."""
    for entry in change.entries:
        _refuse_bad_text(f"entry {entry.kind!r}", (entry.kind, entry.subject, entry.actor, entry.body))
    for document in change.documents:
        _refuse_bad_text(f"document {document.kind!r}", (document.kind, document.id, document.body))
    for act in change.audit:
        _refuse_bad_text(f"audit {act.action!r}", (act.actor, act.action, act.subject, act.detail))
        refuse_unauditable(act)
    for (kind, id_), times in Counter((each.kind, each.id) for each in change.documents).items():
        if times > 1:
            raise JournalRefused(f"{kind} {id_!r}", f"is written {times} times in one change")


def _refuse_bad_text(what: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        if "\0" in text:
            raise JournalRefused(what, "holds a NUL character, which no database takes")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise JournalRefused(what, f"holds half a character at position {error.start}") from error


class JournalReader(Protocol):
    """What was written, true of the instant of the reader that it came from."""

    def last_number(self) -> int:
        """Number of the newest entry; 0 before the first."""

    def entries(
        self,
        *,
        kind: str = "",
        subject: str = "",
        after: int = 0,
        before: int | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
        most: int = 1000,
        newest_first: bool = False,
    ) -> list[Numbered]:
        """Entries with a number above ``after`` and below ``before`` in ``[from_ms, to_ms)``; an empty kind or subject
        means any. Oldest number first unless asked otherwise."""

    def document(self, kind: str, id: str) -> Document | None:
        """One document as it is now."""

    def documents(
        self,
        kind: str,
        *,
        open_only: bool = False,
        from_ms: int | None = None,
        to_ms: int | None = None,
        most: int = 1000,
        newest_first: bool = False,
    ) -> list[Document]:
        """Documents of one kind whose ``at_ms`` lies in ``[from_ms, to_ms)``, in order of it, then of their id."""

    def open_versions(self, kind: str) -> dict[str, int]:
        """The version of every open document of one kind by its id: of thousands it says cheaply which changed."""

    def named(self, kind: str, ids: Collection[str]) -> list[Document]:
        """Those of the documents with these ids that are there, in order of ``at_ms``, then of their id."""


class JournalStore(Protocol):
    """Where changes go."""

    def write(self, change: Change) -> int:
        """Writes a change in one transaction and returns the number of the newest entry.

        Raises, with nothing written, StaleDocument when a document's version is not the stored one, LeaseLost when the
        change names a lease that has changed hands, and JournalRefused (``refuse_unstorable``).
        """
