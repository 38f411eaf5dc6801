"""JSON of foreign systems: parsed once, and asked for fields that may not be there or may be anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reports.history.errors import BadValue, UnreadableHistory
from reports.history.table import text_of


def parsed(content: bytes, name: str) -> Any:
    """A document; numbers with a fraction stay exact. Raises UnreadableHistory."""
    try:
        return json.loads(text_of(content, name), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableHistory(name, f"not JSON: {' '.join(str(error).split())}") from error


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value")


def field(item: Any, *names: str) -> str:
    """The first of the named fields that holds anything, as text; empty when none does."""
    if not isinstance(item, Mapping):
        return ""
    found = (item.get(name) for name in names)
    return next((str(each) for each in found if isinstance(each, str | int | Decimal) and str(each)), "")


def parts(item: Any, name: str) -> list[Any]:
    """A list that is a field; empty when it is not there or no list."""
    found = item.get(name) if isinstance(item, Mapping) else None
    return found if isinstance(found, list) else []


def needed(item: Any, *names: str) -> str:
    """The same as ``field``. Raises BadValue when there is nothing."""
    found = field(item, *names)
    if not found:
        raise BadValue("no_value", f"has no {names[0]}")
    return found
