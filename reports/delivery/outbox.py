"""The outbox in the store's journal: which reports wait, who has one in hand, what became of each.

A parcel is claimed by the version of its document before anything is made, and marked as being sent before the other
side is asked: of two processes one sends. What was being sent when a process died is sent again to a folder or a
webhook, which can tell that they have it; whether a mail arrived nobody can ask, so people decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from reports.delivery.model import Delivery
from reports.delivery.parcel import KIND, OPEN, Parcel, Status
from reports.delivery.schedule import Run
from store.audit import ITSELF, Audited, audited
from store.errors import StaleDocument
from store.journal import Change, Document, JournalReader

WATERMARK = "report_schedule"
CLAIM_MS = 900_000
"""Longer than making a report and sending it take."""
MOST = 1_000


class _Reader(Protocol):
    def journal(self) -> JournalReader: ...


class OutboxStore(Protocol):
    """The part of ``store.port.Store`` that the outbox needs."""

    def write(self, change: Change) -> int:
        """See ``store.journal.JournalStore``."""

    def reading(self) -> AbstractContextManager[_Reader]:
        """One consistent view."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to which instant the runs of a delivery are in the outbox; ``version`` 0: nobody looked yet."""

    delivery: str
    until_s: int
    version: int = 0

    def document(self) -> Document:
        """As it is stored: open, so that it outlives its retention."""
        return Document(
            WATERMARK, self.delivery, self.version, self.until_s * 1000, True, json.dumps({"until_s": self.until_s})
        )


@dataclass(frozen=True, slots=True)
class Outbox:
    """``owner`` names this process."""

    store: OutboxStore
    owner: str

    def watermark(self, delivery: str) -> Watermark | None:
        """None: a delivery that is new."""
        with self.store.reading() as reader:
            found = reader.journal().document(WATERMARK, delivery)
        return None if found is None else Watermark(delivery, json.loads(found.body)["until_s"], found.version)

    def put(self, delivery: Delivery, runs: Sequence[Run], watermark: Watermark, now_ms: int) -> list[Parcel]:
        """Parcels for what became due and was never in the outbox, together with the watermark: all or, when somebody
        else was first, none."""
        wanted = {
            parcel.id: parcel
            for run in runs
            for target in delivery.targets
            for parcel in [
                Parcel(delivery.id, run.period.name, target.name, now_ms, now_ms, provisional=run.provisional)
            ]
        }
        with self.store.reading() as reader:
            known = {id_ for id_ in wanted if reader.journal().document(KIND, id_)}
        new = [parcel for id_, parcel in wanted.items() if id_ not in known]
        return new if self._write(new, now_ms, watermark.document()) else []

    def waiting(self, now_ms: int) -> list[Parcel]:
        """What may be taken in hand now, oldest first."""
        with self.store.reading() as reader:
            found = reader.journal().documents(KIND, open_only=True, most=MOST)
        return [parcel for each in found if (parcel := Parcel.readable(each)) and self._free(parcel, now_ms)]

    def listed(self, most: int = MOST) -> list[Parcel]:
        """Everything that is known, newest first."""
        with self.store.reading() as reader:
            found = reader.journal().documents(KIND, most=most, newest_first=True)
        return [parcel for each in found if (parcel := Parcel.readable(each))]

    def find(self, id: str) -> Parcel | None:
        """One parcel as it is now."""
        with self.store.reading() as reader:
            found = reader.journal().document(KIND, id)
        return None if found is None else Parcel.of(found)

    def take(self, parcel: Parcel, now_ms: int) -> Parcel | None:
        """The parcel in our hand, one attempt more; None when somebody else has it."""
        return self._written(
            replace(
                parcel,
                status=Status.PENDING,
                attempts=parcel.attempts + 1,
                claimed_by=self.owner,
                claimed_until_ms=now_ms + CLAIM_MS,
            )
        )

    def begin(self, parcel: Parcel, digest: str, now_ms: int) -> Parcel | None:
        """From now on the other side may have it; None when the claim was lost meanwhile."""
        return self._written(
            replace(parcel, status=Status.SENDING, digest=digest, claimed_until_ms=now_ms + CLAIM_MS), now_ms
        )

    def settle(self, parcel: Parcel, now_ms: int, actor: str = "") -> Parcel | None:
        """Writes what became of it with an entry; None when somebody else did so first."""
        return self._written(
            replace(parcel, claimed_by="", claimed_until_ms=0), now_ms, actor, _acts(parcel, now_ms, actor)
        )

    def _free(self, parcel: Parcel, now_ms: int) -> bool:
        # A claim that lasts longer than claims do was made by a clock that was ahead: it binds nobody.
        claimed = parcel.claimed_by and now_ms < parcel.claimed_until_ms <= now_ms + 2 * CLAIM_MS
        return parcel.status in OPEN and not claimed and parcel.next_attempt_ms <= now_ms

    def _written(
        self, parcel: Parcel, entry_ms: int | None = None, actor: str = "", audit: tuple[Audited, ...] = ()
    ) -> Parcel | None:
        """``entry_ms``: leave an entry at this instant."""
        entries = () if entry_ms is None else (parcel.entry(entry_ms, actor),)
        try:
            self.store.write(Change(entries, (parcel.document(),), audit=audit))
        except StaleDocument:
            return None
        return replace(parcel, version=parcel.version + 1)

    def _write(self, parcels: Sequence[Parcel], at_ms: int, beside: Document) -> bool:
        entries = tuple(parcel.entry(at_ms) for parcel in parcels)
        try:
            self.store.write(Change(entries, (*(parcel.document() for parcel in parcels), beside)))
        except StaleDocument:
            return False
        return True


def _acts(parcel: Parcel, now_ms: int, actor: str) -> tuple[Audited, ...]:
    """For the audit log: that somebody asked for it again, or what became of it; that it waits for another try is
    neither."""
    if parcel.status in OPEN and not actor:
        return ()
    action = "report.send_again" if parcel.status in OPEN else "report.send"
    told = {"status": parcel.status.value, "sha256": parcel.digest or None, "error": parcel.last_error or None}
    return (audited(now_ms, actor or ITSELF, action, parcel.id, **told),)
