"""Texts as files can hold them, and which texts are plain decimals."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?")


def writable(text: str) -> str:
    """The text without what neither XML nor UTF-8 can carry: each such character becomes U+FFFD, visibly."""
    return _UNWRITABLE.sub("\ufffd", text)


def decimal_places(text: str) -> int | None:
    """Digits after the point of a plain decimal ("99.90": 2, "-7": 0); None for any other text."""
    found = _DECIMAL.fullmatch(text)
    return None if found is None else len(found[1] or "")
