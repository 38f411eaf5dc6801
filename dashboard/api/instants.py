"""Instants as people and scripts write them: RFC 3339 with a zone, to the millisecond."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE = "2026-11-21T22:40:00Z"


def instant_ms(text: str) -> int:
    """Milliseconds since the epoch; what is finer is cut off. Raises ValueError with how to write one."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no instant; write RFC 3339 with a zone: {EXAMPLE}")
    day, clock, fraction, zone = found.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'Zz' else zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is no instant: {error}; write one like {EXAMPLE}") from error
    since = whole - _EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + int(f"{fraction or ''}000"[:3])
    if milliseconds < 0:
        raise ValueError(f"{text[:40]!r} is before 1970; write an instant like {EXAMPLE}")
    return milliseconds
