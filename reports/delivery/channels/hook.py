"""A report as signed JSON to any address; signed as alerts are (``outgoing.signing``)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256

from outgoing.errors import BadSecret, TemporaryFault
from outgoing.posting import Poster
from outgoing.redaction import Redactor
from outgoing.signing import signed_headers
from reports.delivery.channels.result import Receipt
from reports.delivery.model import Made, Order, WebhookTo
from reports.delivery.parcel import Parcel

FORMAT_VERSION = 1
KEY_HEADER = "Idempotency-Key"


def post_report(target: WebhookTo, body: bytes, key: str, at_ms: int, environment: Mapping[str, str]) -> Receipt:
    """One POST of what ``hook_body`` made. Raises TemporaryFault or PermanentFault."""
    try:
        secret = target.secret.read(environment).reveal()
    except BadSecret as fault:
        raise TemporaryFault(str(fault)) from None
    headers = {**signed_headers(secret, key, body, at_ms), KEY_HEADER: key}
    poster = Poster(target.url, Redactor([secret]), reuse=False)
    try:
        return Receipt(poster.post(body, headers))
    finally:
        poster.close()


def hook_body(order: Order, parcel: Parcel, made: Made) -> bytes:
    """What is posted and signed."""
    content = {
        "version": FORMAT_VERSION,
        "id": parcel.key,
        "delivery": order.delivery,
        "kind": order.kind,
        "language": order.language,
        "period": {
            "name": order.period.name,
            "from": order.period.first.isoformat(),
            "to": order.period.last.isoformat(),
        },
        "subject": made.headline,
        "title": made.paper_title,
        "verdict": made.verdict,
        "summary": made.summary,
        "files": [
            {
                "name": name,
                "bytes": len(data),
                "sha256": sha256(data).hexdigest(),
                "content_base64": base64.b64encode(data).decode(),
            }
            for name, data in made.files
        ],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
