"""Documents prepared once for all viewers: bytes, compressed bytes and their tag, never changed after they are made."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from dashboard.sources import SourceView

GZIP_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Document:
    """``etag`` is weak, so that both forms share it."""

    raw: bytes
    gzip: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One snapshot, ready to be sent. ``built_monotonic``: seconds of the monotonic clock when it was taken."""

    sequence: int
    document: Document
    taken_at_ms: int
    built_monotonic: float
    sources: tuple[SourceView, ...]


def document(raw: bytes, tag: str) -> Document:
    """Compresses once; the same bytes always give the same compressed bytes."""
    return Document(raw, gzip.compress(raw, GZIP_LEVEL, mtime=0), f'W/"{tag}"')
