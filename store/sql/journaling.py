"""The journal and its documents in SQL, inside a transaction that the caller began.

Numbers of entries are taken from the store's count of changes, whose row stays locked until the transaction ends: so
they become visible in their own order, and whoever asks for those above the last one it saw misses none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Executable, Table, bindparam, delete, func, select, tuple_, update

from store.errors import StaleDocument
from store.journal import Change, Document, Entry, Numbered
from store.sql import auditing
from store.sql.puts import insert_sql, put_rows, upsert_sql
from store.sql.schema import ABOUT, DOCUMENT, ENTRY

Ask: TypeAlias = Callable[[Executable], Sequence[Any]]
_LAST_NUMBER = select(func.coalesce(func.max(ENTRY.c.number), 0))

_NUMBERS = update(ABOUT).values(changes=ABOUT.c.changes + bindparam("taken")).returning(ABOUT.c.changes)
_ENTRY_COLUMNS = (ENTRY.c.at_ms, ENTRY.c.kind, ENTRY.c.subject, ENTRY.c.actor, ENTRY.c.body)
_DOCUMENT_KEY = (DOCUMENT.c.kind, DOCUMENT.c.id)
_ASKED_AT_ONCE = 400  # keys in one question; SQLite takes 32,766 values
_REPLACED = ("version", "at_ms", "open", "body")
_PUT_DOCUMENT = upsert_sql(DOCUMENT, lambda new: {name: new[name] for name in _REPLACED}, distinct=True)
_PUT_ENTRY = insert_sql(ENTRY)


def write(connection: Connection, change: Change) -> int:
    """Writes a change and returns the number of its last entry. Raises StaleDocument."""
    last = int(connection.execute(_NUMBERS, {"taken": max(1, len(change.entries))}).scalar_one())
    _refuse_stale(connection, change.documents)
    documents = [(d.kind, d.id, d.version + 1, d.at_ms, d.open, d.body) for d in change.documents]
    put_rows(connection, _PUT_DOCUMENT, documents)
    first = last - len(change.entries) + 1
    put_rows(connection, _PUT_ENTRY, [(first + i, *entry) for i, entry in enumerate(change.entries)])
    auditing.write(connection, change.audit)
    return last


def _refuse_stale(connection: Connection, documents: Sequence[Document]) -> None:
    """Nobody else writes documents until this transaction ends, so what was asked here stays true."""
    versions: dict[tuple[str, str], int] = {}
    keys = [(document.kind, document.id) for document in documents]
    for begin in range(0, len(keys), _ASKED_AT_ONCE):
        asked = select(*_DOCUMENT_KEY, DOCUMENT.c.version).where(
            tuple_(*_DOCUMENT_KEY).in_(keys[begin : begin + _ASKED_AT_ONCE])
        )
        versions |= {(kind, id_): version for kind, id_, version in connection.execute(asked)}
    for document in documents:
        if versions.get((document.kind, document.id), 0) != document.version:
            raise StaleDocument(document.kind, document.id)


def past_journal(before_ms: int) -> dict[Table, tuple[ColumnElement[bool], ...]]:
    """What may go: entries of before an instant, and documents of before it that are closed."""
    return {
        ENTRY: (ENTRY.c.at_ms < before_ms,),
        DOCUMENT: (DOCUMENT.c.open.is_(False), DOCUMENT.c.at_ms < before_ms),
    }


def prune_journal(connection: Connection, before_ms: int, most_rows: int) -> int:
    """Deletes at most so many entries and closed documents of before an instant, oldest first."""
    past = past_journal(before_ms)
    oldest = select(ENTRY.c.number).where(*past[ENTRY]).order_by(ENTRY.c.at_ms).limit(most_rows)
    gone = connection.execute(delete(ENTRY).where(ENTRY.c.number.in_(oldest))).rowcount
    closed = select(*_DOCUMENT_KEY).where(*past[DOCUMENT]).order_by(DOCUMENT.c.at_ms).limit(max(0, most_rows - gone))
    return gone + connection.execute(delete(DOCUMENT).where(tuple_(*_DOCUMENT_KEY).in_(closed))).rowcount


class SqlJournalReader:
    """What was written (see ``store.journal.JournalReader``)."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def last_number(self) -> int:
        """Number of the newest entry; 0 before the first."""
        ((number,),) = self._ask(_LAST_NUMBER)
        return int(number)

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
        asked = select(ENTRY.c.number, *_ENTRY_COLUMNS).where(*_within(ENTRY.c.at_ms, from_ms, to_ms))
        if after:
            asked = asked.where(ENTRY.c.number > after)
        if before is not None:
            asked = asked.where(ENTRY.c.number < before)
        if kind:
            asked = asked.where(ENTRY.c.kind == kind)
        if subject:
            asked = asked.where(ENTRY.c.subject == subject)
        order = ENTRY.c.number.desc() if newest_first else ENTRY.c.number
        return [Numbered(number, Entry(*rest)) for number, *rest in self._ask(asked.order_by(order).limit(most))]

    def document(self, kind: str, id: str) -> Document | None:
        """One document as it is now."""
        rows = self._ask(select(DOCUMENT).where(DOCUMENT.c.kind == kind, DOCUMENT.c.id == id))
        return Document(*rows[0]) if rows else None

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
        asked = select(DOCUMENT).where(DOCUMENT.c.kind == kind, *_within(DOCUMENT.c.at_ms, from_ms, to_ms))
        if open_only:
            asked = asked.where(DOCUMENT.c.open.is_(True))
        order = (DOCUMENT.c.at_ms, DOCUMENT.c.id)
        asked = asked.order_by(*(column.desc() for column in order) if newest_first else order)
        return [Document(*row) for row in self._ask(asked.limit(most))]

    def open_versions(self, kind: str) -> dict[str, int]:
        """The version of every open document of one kind."""
        asked = select(DOCUMENT.c.id, DOCUMENT.c.version).where(DOCUMENT.c.kind == kind, DOCUMENT.c.open.is_(True))
        return {str(row[0]): int(row[1]) for row in self._ask(asked)}

    def named(self, kind: str, ids: Collection[str]) -> list[Document]:
        """Documents by their ids."""
        every, found = list(ids), []
        for begin in range(0, len(every), _ASKED_AT_ONCE):
            some = DOCUMENT.c.id.in_(every[begin : begin + _ASKED_AT_ONCE])
            found += [Document(*row) for row in self._ask(select(DOCUMENT).where(DOCUMENT.c.kind == kind, some))]
        return sorted(found, key=lambda each: (each.at_ms, each.id))


def _within(column: ColumnElement[int], from_ms: int | None, to_ms: int | None) -> list[ColumnElement[bool]]:
    return [*([column >= from_ms] if from_ms is not None else []), *([column < to_ms] if to_ms is not None else [])]
