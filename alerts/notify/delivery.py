"""One piece of news on its way to one channel: a document of the store's journal, from queued to settled."""

from __future__ import annotations

import enum
import json
import logging
from dataclasses import dataclass
from typing import Any

from alerts.notify.news import News, text_of
from store.journal import Document, Entry

log = logging.getLogger(__name__)
KIND = "delivery"


class Status(enum.Enum):
    """What became of a delivery. The first two still concern the dispatcher; the others are final."""

    QUEUED = "queued"
    RATE_LIMITED = "rate_limited"  # waits for the channel's next token, to be summed up with its like
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"  # deliberately not sent; the reason stands in last_error


OPEN = frozenset({Status.QUEUED, Status.RATE_LIMITED})


@dataclass(frozen=True, slots=True)
class Delivery:
    """``attempts``: how often the network was asked. ``claimed_by``: the process that has it in hand until
    ``claimed_until_ms``. ``summed_in``: the delivery whose message told this one too. ``receipt``: what the other side
    said. ``limited``: it once waited for a token. ``drains``: the data center that it asks a machine to drain; empty
    for what people are told. ``version``: of the stored document (0: not stored yet)."""

    id: str
    channel: str
    news: News
    queued_ms: int
    status: Status = Status.QUEUED
    attempts: int = 0
    next_attempt_ms: int = 0
    claimed_by: str = ""
    claimed_until_ms: int = 0
    last_error: str = ""
    settled_ms: int | None = None
    summed_in: str = ""
    receipt: str = ""
    limited: bool = False
    drains: str = ""
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether the dispatcher still has to do something."""
        return self.status in OPEN

    def document(self) -> Document:
        """As it is stored; follows the version that it was read with."""
        body = self.shown() | {"news": self.news.json()}
        return Document(KIND, self.id, self.version, self.queued_ms, self.open, text_of(body))

    def shown(self) -> dict[str, Any]:
        """What the ledger says of it, without the news."""
        return {
            "channel": self.channel,
            "status": self.status.value,
            "attempts": self.attempts,
            "next_attempt_ms": self.next_attempt_ms,
            "claimed_by": self.claimed_by,
            "claimed_until_ms": self.claimed_until_ms,
            "last_error": self.last_error,
            "settled_ms": self.settled_ms,
            "summed_in": self.summed_in,
            "receipt": self.receipt,
            "limited": self.limited,
            "drains": self.drains,
        }

    def entry(self, at_ms: int) -> Entry:
        """What happened to it, for the journal: incidents read from it when whom was told of which alert."""
        notice = self.news.notice
        body = {
            "channel": self.channel,
            "status": self.status.value,
            "attempt": self.attempts,
            "error": self.last_error,
            "receipt": self.receipt,
            "summed_in": self.summed_in,
            "drains": self.drains,
            "state": notice.state.value,
            "severity": notice.severity.name.lower(),
            "notice": notice.id,
            "group": notice.group,
            "incident": self.news.incident,
            "alerts": [member.key.id for member in notice.members],
        }
        return Entry(at_ms, KIND, self.id, "", text_of(body))

    @classmethod
    def of(cls, document: Document) -> Delivery:
        """The reverse of ``document``."""
        body = json.loads(document.body)
        news = News.of_json(body.pop("news"))
        status = Status(body.pop("status"))
        return cls(
            id=document.id,
            news=news,
            status=status,
            queued_ms=document.at_ms,
            version=document.version,
            **body,
        )

    @classmethod
    def readable(cls, document: Document) -> Delivery | None:
        """The same for one that another version may have written: it must not hold up those that can be read."""
        try:
            return cls.of(document)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("notify: delivery %s cannot be read: %s", document.id, error)
            return None
