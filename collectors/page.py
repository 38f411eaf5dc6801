"""A page: all counters of one target at one instant, whatever it was read from.

A series is named by its *series text*, ``name{label="value",...}`` with labels sorted by name and values escaped as
in the exposition formats: the same series always has the same text, across restarts of either side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MOST_COUNT = 2**63 - 1
"""Counters beyond this are refused: the collector's memory keeps 64 bits."""

_MOST_DIGITS = 400
_MOST_EXPONENT = 400
_LABEL = re.compile(r'(?:^|,)([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\([\\n"])')
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Page:
    """All counters of one target at one instant.

    ``at_ms`` is when the page was true (the scheduled time of the read; for Prometheus the sample timestamp).
    ``process_born_ms`` is ``process_start_time_seconds``, ``mark`` the target's own sequence number; each None when
    the target has none. ``samples`` is how many samples the page held. ``changed`` holds series text -> value text of
    every series that may differ from the previous page of the same reader (the rest is unchanged); ``complete`` says
    that it holds every series of the page. A reader's first page, and every page after a birth moved, is complete.
    ``clock_ms`` is what the target believed the time to be as it wrote the page, ``skew_ms`` by how much whoever read
    the page found that to be ahead of our clock; None when not known.
    ``born`` holds counter series text -> its ``_created`` in milliseconds, where known and changed (or complete).
    """

    at_ms: int
    process_born_ms: int | None
    mark: int | None
    samples: int
    changed: Mapping[str, str]
    born: Mapping[str, int]
    complete: bool
    clock_ms: int | None = None
    skew_ms: int | None = None


def series_text(name: str, labels: Mapping[str, str]) -> str:
    """Canonical text of a series: labels sorted by name, no braces without labels."""
    if not labels:
        return name
    inner = ",".join(f'{label}="{escaped(labels[label])}"' for label in sorted(labels))
    return f"{name}{{{inner}}}"


def parsed_series(text: str) -> tuple[str, dict[str, str]]:
    """Name and labels of a canonical series text: the inverse of ``series_text``."""
    name, _, inner = text.partition("{")
    return name, {label: unescaped(value) for label, value in _LABEL.findall(inner)}


def escaped(value: str) -> str:
    """A label value as it stands between quotes."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def unescaped(value: str) -> str:
    """The label value that an escaped text means; unknown escapes stay as they are."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], value)


def whole_number(text: str) -> int | None:
    """Exactly the integer that a value text means ("17", "17.0", "1.7e1"); None when it is not one of 0..2**63-1."""
    if text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS:
        value = int(text)
        return value if value <= MOST_COUNT else None
    number = _decimal(text)
    if number is None or number < 0 or number > MOST_COUNT or number != number.to_integral_value():
        return None
    return int(number)


def milliseconds(seconds_text: str) -> int | None:
    """Seconds since the epoch as text -> whole milliseconds, nearest; None when it is not a number."""
    number = _decimal(seconds_text)
    if number is None or not 0 <= number <= MOST_COUNT // 1000:
        return None
    return round(number * 1000)


def is_value(text: str) -> bool:
    """Whether a text is a number as the exposition formats write it (NaN and infinities included)."""
    if "_" in text or not text.isascii():
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def _decimal(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal holds
        return None
    return number if number.adjusted() <= _MOST_EXPONENT else None
