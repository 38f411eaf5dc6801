"""The ledger of deliveries in the store's journal: what waits, who has it in hand, what became of it.

A delivery is claimed by the version of its document before the network is asked, so that of two processes, or of one
before and after a restart, only one sends. What was in hand when a process died is sent again once the claim has run
out: at least once at the network's edge, exactly once everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from alerts.notify.delivery import KIND, Delivery
from store.errors import StaleDocument
from store.journal import Change, Document, Entry, JournalReader

MOST_WAITING = 20_000
"""Deliveries taken up at once, oldest first; the rest follows as these are settled."""


class _Reader(Protocol):
    def journal(self) -> JournalReader: ...


class LedgerStore(Protocol):
    """The part of ``store.port.Store`` that the ledger needs."""

    def write(self, change: Change) -> int:
        """See ``store.journal.JournalStore``."""

    def reading(self) -> AbstractContextManager[_Reader]:
        """One consistent view."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """``owner`` names this process; claims last ``claim_ms``."""

    store: LedgerStore
    owner: str
    claim_ms: int = 30_000

    def waiting(self) -> list[Delivery]:
        """Every delivery that is not settled, oldest first."""
        with self.store.reading() as reader:
            found = reader.journal().documents(KIND, open_only=True, most=MOST_WAITING)
        return [delivery for document in found if (delivery := Delivery.readable(document))]

    def of_others(self, delivery: Delivery, now_ms: int) -> bool:
        """Whether another process has it in hand."""
        return bool(delivery.claimed_by) and delivery.claimed_by != self.owner and now_ms < delivery.claimed_until_ms

    def claim(self, deliveries: Sequence[Delivery], now_ms: int) -> list[Delivery]:
        """Those that are ours now, counted as one more attempt. What somebody else changed meanwhile is left out."""
        until_ms = now_ms + self.claim_ms
        wanted = [
            replace(each, attempts=each.attempts + 1, claimed_by=self.owner, claimed_until_ms=until_ms)
            for each in deliveries
        ]
        return self._written(wanted, entries_at_ms=None)

    def mark(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Writes a state that is no attempt (waiting for a token). What somebody else changed is left out."""
        return self._written(list(deliveries), entries_at_ms=None)

    def settle(self, deliveries: Sequence[Delivery], now_ms: int, documents: Sequence[Document] = ()) -> list[Delivery]:
        """Writes what became of claimed deliveries, an entry for each, and what the channel keeps beside them."""
        return self._written(list(deliveries), entries_at_ms=now_ms, beside=tuple(documents))

    def _written(
        self, deliveries: list[Delivery], entries_at_ms: int | None, beside: tuple[Document, ...] = ()
    ) -> list[Delivery]:
        """All in one transaction; if one is stale, each by itself, so that one stolen claim holds up nobody."""
        if not deliveries and not beside:
            return []
        try:
            return self._write(deliveries, entries_at_ms, beside)
        except StaleDocument:
            if len(deliveries) + len(beside) <= 1:
                return []
        alone = [self._written([each], entries_at_ms) for each in deliveries]
        for document in beside:
            self._written([], entries_at_ms, (document,))
        return [each for written in alone for each in written]

    def _write(
        self, deliveries: list[Delivery], entries_at_ms: int | None, beside: tuple[Document, ...]
    ) -> list[Delivery]:
        entries: tuple[Entry, ...] = ()
        if entries_at_ms is not None:
            entries = tuple(each.entry(entries_at_ms) for each in deliveries)
        self.store.write(Change(entries=entries, documents=(*(each.document() for each in deliveries), *beside)))
        return [replace(each, version=each.version + 1) for each in deliveries]
