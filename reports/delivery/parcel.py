"""One report on its way through one channel: a document of the store's journal, from pending to settled."""

from __future__ import annotations

import enum
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from reports.delivery.period import Period, period_named
from store.journal import Document, Entry

log = logging.getLogger(__name__)
KIND = "report_parcel"
"""Of documents, and of an entry for each attempt."""


class Status(enum.Enum):
    """What became of a parcel."""

    PENDING = "pending"
    SENDING = "sending"  # the other side is being asked; whoever finds it after its claim does not know what came of it
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in doubt"  # may have arrived; people look, and send it again when it did not


OPEN = frozenset({Status.PENDING, Status.SENDING})


@dataclass(frozen=True, slots=True)
class Parcel:
    """``queued_ms``: when it first waited; ``since_ms``: when it began to wait this time; ``round``: grows when people
    send again what was sent. ``claimed_by``: the process that has it in hand until ``claimed_until_ms``. ``reached``:
    recipients that took it while others put us off. ``digest``: of the files that were sent. ``provisional``: the
    business day that it was sent on was a guess. ``version``: of the stored document (0: not stored yet)."""

    delivery: str
    period: str
    channel: str
    queued_ms: int
    since_ms: int
    status: Status = Status.PENDING
    attempts: int = 0
    next_attempt_ms: int = 0
    claimed_by: str = ""
    claimed_until_ms: int = 0
    last_error: str = ""
    receipt: str = ""
    settled_ms: int | None = None
    round: int = 0
    reached: tuple[str, ...] = ()
    digest: str = ""
    provisional: bool = False
    version: int = 0

    @property
    def id(self) -> str:
        """What it is known by: delivery, period and channel."""
        return f"{self.delivery}/{self.period}/{self.channel}"

    @property
    def key(self) -> str:
        """The same whenever an attempt is repeated: receivers that saw it drop it. Another one when people send again
        what was sent."""
        return f"report/{self.id}" if self.round == 0 else f"report/{self.id}/{self.round}"

    @property
    def about(self) -> Period:
        """The period as days."""
        return period_named(self.period)

    def message_id(self, domain: str) -> str:
        """Of a mail; follows from the key."""
        return f"<{sha256(self.key.encode()).hexdigest()[:32]}.report@{domain}>"

    def document(self) -> Document:
        """As it is stored; follows the version that it was read with."""
        body = asdict(self)
        for column in ("version", "queued_ms"):
            del body[column]
        body["status"] = self.status.value
        return Document(KIND, self.id, self.version, self.queued_ms, self.status in OPEN, _text(body))

    def entry(self, at_ms: int, actor: str = "") -> Entry:
        """What just happened to it."""
        told = {
            "status": self.status.value,
            "attempt": self.attempts,
            "round": self.round,
            "error": self.last_error,
            "receipt": self.receipt,
            "digest": self.digest,
        }
        return Entry(at_ms, KIND, self.id, actor, _text(told))

    @classmethod
    def of(cls, document: Document) -> Parcel:
        """The reverse of ``document``."""
        body = json.loads(document.body)
        body["status"] = Status(body["status"])
        body["reached"] = tuple(body["reached"])
        return cls(queued_ms=document.at_ms, version=document.version, **body)

    @classmethod
    def readable(cls, document: Document) -> Parcel | None:
        """The same for one that another version may have written: it must not hold up those that can be read."""
        try:
            return cls.of(document)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("reports: parcel %s cannot be read: %s", document.id, error)
            return None


def _text(body: Mapping[str, object]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
