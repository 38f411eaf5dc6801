"""Watches the queue of deliveries: what should have gone out long ago and did not. Pure, from the journal alone, so
that it works when the dispatcher's process is gone."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.notify.delivery import KIND, Delivery
from store.journal import JournalReader

STUCK_AFTER_MS = 60_000
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Stuck:
    """A channel whose oldest delivery waits too long. ``last_error``: of that delivery, may be empty."""

    channel: str
    waiting: int
    oldest_ms: int
    last_error: str


def stuck_channels(journal: JournalReader, now_ms: int, *, after_ms: int = STUCK_AFTER_MS) -> list[Stuck]:
    """Channels with deliveries that were queued more than ``after_ms`` ago and still wait, longest wait first."""
    found = journal.documents(KIND, open_only=True, to_ms=now_ms - after_ms, most=_MOST)
    late: dict[str, list[Delivery]] = {}
    for delivery in filter(None, map(Delivery.readable, found)):
        late.setdefault(delivery.channel, []).append(delivery)
    return [Stuck(channel, len(each), each[0].queued_ms, each[0].last_error) for channel, each in late.items()]
