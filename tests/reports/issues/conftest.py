"""Issues over every kind of store, and hands that freeze, sign and look."""

from __future__ import annotations

from typing import Any

import pytest

from reports.issues.approving import approve
from reports.issues.freezing import differences_of, freeze
from reports.issues.keeping import document_of, find, listed
from reports.issues.model import Issue, Origin
from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.port import Store
from tests.store.conftest import emptied, empty_file, path, postgres, postgres_store, sqlite_store, store

__all__ = ["emptied", "empty_file", "path", "postgres", "postgres_store", "sqlite_store", "store"]
ORIGIN = Origin("availability", "2026-10", "2026-1", "0.1.0")


class Desk:
    """Writes what the rules say to write; the clock goes on by a second with every act."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now_ms = 1_795_231_219_000

    def freeze(self, document: dict[str, Any], actor: str = "Li Wei", origin: Origin = ORIGIN) -> Issue:
        """Freezes a document."""
        self.now_ms += 1000
        with self.store.reading() as reader:
            change, issue = freeze(document, origin, reader.journal(), self.now_ms, actor)
        if change.documents:
            self.store.write(change)
        return issue

    def approve(self, issue_id: str, step: str, actor: str, note: str = "") -> Issue:
        """Signs."""
        self.now_ms += 1000
        with self.store.reading() as reader:
            change, issue = approve(reader.journal(), issue_id, step, self.now_ms, actor, note=note)
        self.store.write(change)
        return issue

    def look(self, issue_id: str) -> Issue:
        """An issue as it is stored."""
        with self.store.reading() as reader:
            found = find(reader.journal(), issue_id)
        assert found is not None
        return found

    def ids(self) -> list[str]:
        """What a list shows."""
        with self.store.reading() as reader:
            return [issue.id for issue in listed(reader.journal())]

    def document(self, issue_id: str) -> dict[str, Any]:
        """Contents."""
        with self.store.reading() as reader:
            return document_of(reader.journal(), issue_id)

    def table(self, issue_id: str) -> list[tuple[str, str, Any, Any]]:
        """The table of differences."""
        with self.store.reading() as reader:
            found = differences_of(reader.journal(), issue_id)
        return [(each.figure, each.change, each.was, each.now) for each in found]


@pytest.fixture
def desk() -> Desk:
    """A desk over an empty store in memory."""
    return Desk(MemoryStore(SHANGHAI))


@pytest.fixture
def any_desk(store: Store) -> Desk:
    """A desk over an empty store of every kind."""
    return Desk(store)
