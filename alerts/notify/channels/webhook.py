"""A signed POST of JSON to any address: the message in words and the notices as data."""

from __future__ import annotations

from alerts.notify.message import Message, Receipt
from alerts.notify.news import text_of
from outgoing.posting import Poster
from outgoing.signing import signed_headers

FORMAT_VERSION = 1


class WebhookChannel:
    """Posts messages, signed with ``secret``; the id of a message stays the same when it is sent again."""

    def __init__(self, poster: Poster, secret: str) -> None:
        self._poster = poster
        self._secret = secret

    def send(self, message: Message) -> Receipt:
        """One POST. Raises TemporaryFault or PermanentFault."""
        body = webhook_body(message)
        return Receipt(self._poster.post(body, signed_headers(self._secret, message.id, body, message.at_ms)))

    def close(self) -> None:
        """Gives the connection back."""
        self._poster.close()


def webhook_body(message: Message) -> bytes:
    """What is posted and signed."""
    content = {
        "version": FORMAT_VERSION,
        "id": message.id,
        "title": message.title,
        "body": message.body,
        "severity": message.severity.name.lower(),
        "ended": message.ended,
        "at_ms": message.at_ms,
        "link": message.link,
        "news": [news.json() for news in message.news],
    }
    return text_of(content).encode()
