"""Columns of texts as PostgreSQL keeps them: as an array's text form every quote in them is escaped one by one, which
takes longer for a report of five million characters than a writer may keep the others waiting."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_TEXT_OID = 25


class TextArray(bytes):
    """A ``text[]`` in PostgreSQL's binary form."""


def text_array(column: Sequence[str]) -> TextArray:
    """An array without nulls. Raises UnicodeEncodeError for half a character, DataError for a NUL character."""
    texts = [text.encode() for text in column]
    if any(b"\0" in text for text in texts):
        from psycopg import DataError  # noqa: PLC0415  10 MB that nobody needs who keeps everything in SQLite

        raise DataError("a text with a NUL character: PostgreSQL holds none")
    parts = [part for text in texts for part in (_LENGTH.pack(len(text)), text)]
    return TextArray(b"".join((_HEADER.pack(1, 0, _TEXT_OID, len(texts), 1), *parts)))
