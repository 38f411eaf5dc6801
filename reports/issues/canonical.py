"""The one form of a document: JSON with sorted keys, no blanks, no floats: equal contents have equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TypeAlias

from reports.issues.errors import BadDocument

Json: TypeAlias = "int | str | bool | Mapping[str, Json] | Sequence[Json] | None"
DEEPEST = 50


def canonical(document: Mapping[str, Json]) -> str:
    """The document as text. Raises BadDocument for floats, keys that are no text, and what JSON does not have."""
    if not isinstance(document, Mapping):
        raise BadDocument("", f"is {type(document).__name__}, not an object")
    _check(document, "", 0)
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _check(value: object, where: str, depth: int) -> None:
    if depth > DEEPEST:
        raise BadDocument(where, f"lies more than {DEEPEST} levels deep")
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise BadDocument(where, f"has the key {key!r}; keys are texts")
            _check_text(key, where)
            _check(inner, f"{where}.{key}" if where else key, depth + 1)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            _check(inner, f"{where}[{at}]", depth + 1)
    elif isinstance(value, float):
        raise BadDocument(where, f"{value!r} is a float; write an integer, or the decimal as text")
    elif value is not None and not isinstance(value, int):
        raise BadDocument(where, f"is {type(value).__name__}, which JSON does not have")


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadDocument(where, f"holds half a character at position {error.start}") from error
