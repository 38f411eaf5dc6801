"""The automation hook: asks a machine to drain a data center, once per failure, by a signed POST.

At most once: an attempt whose fate is unknown (the answer was lost) is not repeated; people read it in the ledger.
Only an attempt that provably never arrived is tried again, under the same idempotency key.
"""

from __future__ import annotations

import logging

from alerts.notify.message import Message, Receipt
from alerts.notify.news import instance_of, text_of
from outgoing.errors import PermanentFault
from outgoing.posting import Poster
from outgoing.signing import signed_headers

log = logging.getLogger(__name__)
ACTION = "drain_data_center"
KEY_HEADER = "Idempotency-Key"


class AutomationChannel:
    """Posts the action to take. ``dry_run``: everything but the POST. The poster must not reuse connections."""

    def __init__(self, poster: Poster, secret: str, *, dry_run: bool) -> None:
        self._poster = poster
        self._secret = secret
        self._dry_run = dry_run

    def send(self, message: Message) -> Receipt:
        """One POST, or none in a dry run. Raises TemporaryFault or PermanentFault."""
        data_center = message.notices[0].radius.data_center
        if not data_center and not message.news[0].test:
            raise PermanentFault("the failure is wider than one data center; there is nothing to drain")
        if self._dry_run:
            log.warning("automation, dry run: would ask to drain data center %s", data_center or "-")
            return Receipt(f"dry run: {ACTION} {data_center}", dry_run=True)
        body = automation_body(message, data_center)
        headers = signed_headers(self._secret, message.id, body, message.at_ms)
        return Receipt(self._poster.post(body, {**headers, KEY_HEADER: headers_id(message.id)}))

    def close(self) -> None:
        """Gives the connection back."""
        self._poster.close()


def headers_id(id: str) -> str:
    """An id as a header takes it."""
    return id.encode("ascii", "backslashreplace").decode()


def automation_body(message: Message, data_center: str) -> bytes:
    """What is posted and signed. ``test``: nothing is to be drained."""
    news = message.news[0]
    content = {
        "version": 1,
        "action": ACTION,
        "data_center": data_center,
        "idempotency_key": message.id,
        "test": news.test,
        "reason": message.title,
        "severity": message.severity.name.lower(),
        "alerts": [instance_of(member) for member in news.notice.members],
        "since_ms": news.notice.since_ms,
        "at_ms": message.at_ms,
    }
    return text_of(content).encode()
