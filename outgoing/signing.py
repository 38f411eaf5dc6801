"""Signature of what a webhook posts: HMAC-SHA256 over the timestamp, a dot and the body, under a shared secret.

A receiver calls ``verify`` or does the same in its own language (docs/notifications.md shows five lines of shell).
"""

from __future__ import annotations

import hashlib
import hmac

ID_HEADER = "X-Control-Center-Id"
TIMESTAMP_HEADER = "X-Control-Center-Timestamp"
SIGNATURE_HEADER = "X-Control-Center-Signature"
TOLERANCE_SECONDS = 300
"""How far a timestamp may be off before what was recorded once cannot be played again."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and 64 hexadecimal digits."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def verify(secret: str, timestamp: str, body: bytes, given: str, now_s: int) -> bool:
    """Whether a signature is genuine and fresh, compared in constant time."""
    if not (timestamp.isascii() and timestamp.isdigit() and abs(now_s - int(timestamp[:15])) <= TOLERANCE_SECONDS):
        return False
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode(errors="replace"))


def signed_headers(secret: str, id: str, body: bytes, at_ms: int) -> dict[str, str]:
    """Headers of a signed POST of JSON. An id with other letters than ASCII is escaped."""
    timestamp = str(at_ms // 1000)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "lending-control-center",
        ID_HEADER: id.encode("ascii", "backslashreplace").decode(),
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature(secret, timestamp, body),
    }
