"""Open documents of the journal, read again only where they changed: of the thousands of alerts of a storm most stand
as they did in the frame before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from alerts.incidents.errors import IncidentError
from store.journal import Document, JournalReader

log = logging.getLogger(__name__)
Value = TypeVar("Value")
MOST_OPEN = 20_000
_MANY = 1000


class Remembered(Generic[Value]):
    """The open documents of one kind of one store. For one thread, and for views that do not go back in time."""

    def __init__(self, kind: str, decode: Callable[[Document], Value]) -> None:
        """``decode`` raises ValueError, KeyError, TypeError or IncidentError for what another version wrote."""
        self._kind = kind
        self._decode = decode
        self._known: dict[str, tuple[int, Value | None]] = {}

    def open(self, journal: JournalReader) -> list[Value]:
        """What is open now, in no order; what cannot be read is left out, with a line in the log when it changed."""
        versions = journal.open_versions(self._kind)
        known = {id: value for id, value in self._known.items() if versions.get(id) == value[0]}
        changed = [id for id in versions if id not in known]
        many = len(changed) > _MANY  # then all of them at once cost less
        for each in self._all(journal) if many else journal.named(self._kind, changed):
            known[each.id] = (each.version, self._read(each))
        self._known = known
        return [value for _, value in known.values() if value is not None]

    def _all(self, journal: JournalReader) -> list[Document]:
        return journal.documents(self._kind, open_only=True, most=MOST_OPEN)

    def _read(self, document: Document) -> Value | None:
        return next(readable([document], self._decode), None)


def readable(documents: Iterable[Document], decode: Callable[[Document], Value]) -> Iterator[Value]:
    """What can be read of documents; what another version wrote is passed over with a line in the log."""
    for each in documents:
        try:
            yield decode(each)
        except (ValueError, KeyError, TypeError, IncidentError) as error:
            log.warning("%s %s cannot be read: %s", each.kind, each.id, error)
