"""Open documents are read again only where they changed."""

from __future__ import annotations

import pytest

from dashboard import remembered
from dashboard.remembered import Remembered
from slo.windows import SHANGHAI
from store.journal import Change, Document
from store.memory import MemoryStore


class Desk:
    """A store with documents of one kind, and what was read of them."""

    def __init__(self) -> None:
        self.store = MemoryStore(SHANGHAI)
        self.read: list[str] = []
        self.remembered = Remembered("alert", self._decode)

    def _decode(self, document: Document) -> str:
        self.read.append(document.id)
        if document.body == "bad":
            raise ValueError("of another version")
        return f"{document.id}={document.body}"

    def put(self, id: str, version: int, body: str, *, is_open: bool = True) -> None:
        self.store.write(Change(documents=(Document("alert", id, version, 1, is_open, body),)))

    def open(self) -> set[str]:
        with self.store.reading() as reader:
            return set(self.remembered.open(reader.journal()))


@pytest.mark.parametrize("many", [0, 1000])
def test_only_what_changed_is_read_again(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """One by one or, of very many, all at once: what is open is the same."""
    monkeypatch.setattr(remembered, "_MANY", many)
    desk = Desk()
    assert desk.open() == set()
    for id in ("a", "b", "c"):
        desk.put(id, 0, "1")
    assert desk.open() == {"a=1", "b=1", "c=1"}
    desk.read.clear()
    assert desk.open() == {"a=1", "b=1", "c=1"}
    assert desk.read == []
    desk.put("b", 1, "2")
    desk.put("c", 1, "2", is_open=False)
    assert desk.open() == {"a=1", "b=2"}
    assert not many or desk.read == ["b"]
    desk.put("c", 2, "3")
    assert desk.open() == {"a=1", "b=2", "c=3"}


def test_what_cannot_be_read_is_told_once_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.put("a", 0, "1")
    desk.put("x", 0, "bad")
    assert desk.open() == desk.open() == {"a=1"}
    assert caplog.text.count("alert x cannot be read: of another version") == 1
