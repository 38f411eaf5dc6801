"""Journal, documents and audit log of the in-memory twin."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from store.audit import BEGIN, EVERYTHING, Audited, AuditFilter, AuditRow, Head, chained
from store.errors import StaleDocument
from store.journal import Change, Document, Entry, Numbered


@dataclass(slots=True)
class JournalShelf:
    """Everything that was written. ``documents``: (kind, id) -> document as it is now."""

    entries: list[Numbered] = field(default_factory=list)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    audit: list[AuditRow] = field(default_factory=list)

    def copy(self) -> JournalShelf:
        """Another shelf with the same contents."""
        return JournalShelf(list(self.entries), dict(self.documents), list(self.audit))

    def write(self, change: Change, first_number: int) -> None:
        """Adds a change; all or nothing. Raises StaleDocument."""
        for document in change.documents:
            known = self.documents.get((document.kind, document.id))
            if document.version != (0 if known is None else known.version):
                raise StaleDocument(document.kind, document.id)
        for document in change.documents:
            self.documents[document.kind, document.id] = replace(document, version=document.version + 1)
        self.entries.extend(Numbered(first_number + i, entry) for i, entry in enumerate(change.entries))
        self.audit.extend(chained(head_of(self.audit), change.audit))

    def prune(self, before_ms: int, most_rows: int) -> int:
        """Forgets entries and closed documents of before an instant. Returns how many went."""
        past = [numbered for numbered in self.entries if numbered.entry.at_ms < before_ms][:most_rows]
        kept = set(past)
        self.entries = [numbered for numbered in self.entries if numbered not in kept]
        closed = [key for key, each in self.documents.items() if not each.open and each.at_ms < before_ms]
        for key in closed[: most_rows - len(past)]:
            del self.documents[key]
        return len(past) + len(closed[: most_rows - len(past)])


class MemoryJournalReader:
    """One view of a journal (see ``store.journal.JournalReader``)."""

    def __init__(self, shelf: JournalShelf) -> None:
        self._shelf = shelf

    def last_number(self) -> int:
        """Number of the newest entry; 0 before the first."""
        return self._shelf.entries[-1].number if self._shelf.entries else 0

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
        """Entries between two numbers and in a range of time."""

        def asked(entry: Entry) -> bool:
            fits = kind in ("", entry.kind) and subject in ("", entry.subject)
            return fits and _within(entry.at_ms, from_ms, to_ms)

        last = self.last_number() if before is None else before - 1
        numbered = (each for each in self._shelf.entries if after < each.number <= last)
        found = [each for each in numbered if asked(each.entry)]
        return (found[::-1] if newest_first else found)[:most]

    def document(self, kind: str, id: str) -> Document | None:
        """One document as it is now."""
        return self._shelf.documents.get((kind, id))

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
        """Documents of one kind in a range of time, in order of it."""
        found = [
            each
            for each in self._shelf.documents.values()
            if each.kind == kind and (each.open or not open_only) and _within(each.at_ms, from_ms, to_ms)
        ]
        found.sort(key=lambda each: (each.at_ms, each.id), reverse=newest_first)
        return found[:most]

    def open_versions(self, kind: str) -> dict[str, int]:
        """The version of every open document of one kind."""
        return {each.id: each.version for each in self._shelf.documents.values() if each.kind == kind and each.open}

    def named(self, kind: str, ids: Collection[str]) -> list[Document]:
        """Documents by their ids."""
        found = [self._shelf.documents[kind, id] for id in ids if (kind, id) in self._shelf.documents]
        return sorted(found, key=lambda each: (each.at_ms, each.id))


def _within(at_ms: int, from_ms: int | None, to_ms: int | None) -> bool:
    return (from_ms is None or at_ms >= from_ms) and (to_ms is None or at_ms < to_ms)


def head_of(rows: list[AuditRow]) -> Head:
    """Number and digest of the last row."""
    return Head(rows[-1].number, rows[-1].digest) if rows else BEGIN


class MemoryAuditReader:
    """One view of an audit log (see ``store.audit.AuditReader``)."""

    def __init__(self, shelf: JournalShelf) -> None:
        self._rows = shelf.audit

    def head(self) -> Head:
        """The newest row's number and digest."""
        return head_of(self._rows)

    def rows(
        self,
        asked: AuditFilter = EVERYTHING,
        *,
        after: int = 0,
        before: int | None = None,
        most: int = 1000,
        newest_first: bool = False,
    ) -> list[AuditRow]:
        """Rows between two numbers and in a range of time."""

        last = len(self._rows) if before is None else before - 1
        found = [row for row in self._rows if after < row.number <= last and _fits(row.act, asked)]
        return (found[::-1] if newest_first else found)[:most]

    def actions(self) -> list[str]:
        """Every action that there is, in order."""
        return sorted({row.act.action for row in self._rows})


def _fits(act: Audited, asked: AuditFilter) -> bool:
    family = asked.action.endswith(".") and act.action.startswith(asked.action)
    named = asked.actor in ("", act.actor) and asked.subject in ("", act.subject)
    return named and (family or asked.action in ("", act.action)) and _within(act.at_ms, asked.from_ms, asked.to_ms)
