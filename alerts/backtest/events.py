"""Files of events: ``time,good,bad`` per slot, one pass, in bounded memory.

``time`` is the begin of the slot, RFC 3339 with a zone or whole epoch seconds; rows are sorted by it. A column
``product`` or ``data_center`` tells parts apart; other columns are left alone. A slot without a row was not observed:
it is unknown, neither good nor bad.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice, pairwise
from typing import NamedTuple

from alerts.backtest.errors import BadEvents, NothingToSay

NEEDED = ("time", "good", "bad")
PARTS = ("product", "data_center")
MOST_DIGITS = 15
MOST_TIME_DIGITS = 11
MOST_SHOWN = 40
LOOKED_AT = 1000
"""Slots by whose smallest distance the length of a slot is told."""
LONGEST_SLOT_SECONDS = 86400
_NOT_A_TIME = "is no time; write 2026-11-01T00:00:00Z, 2026-11-01T08:00:00+08:00 or whole epoch seconds"


class Slot(NamedTuple):
    """Good and bad events of each data center (empty where the file tells none) in the slot that begins at ``at_s``.
    ``line``: where its first row stands."""

    line: int
    at_s: int
    parts: Mapping[str, tuple[int, int]]


class _Row(NamedTuple):
    line: int
    at_s: int
    good: int
    bad: int
    product: str
    data_center: str


@dataclass(frozen=True, slots=True)
class Events:
    """A file of events that was begun to be read."""

    slot_seconds: int
    slots: Iterator[Slot]


def read_events(lines: Iterable[str], file: str, *, product: str = "", slot_seconds: int | None = None) -> Events:
    """Begins to read; the rest is read as slots are taken. ``product``: where the file has that column, only this
    product's rows count (empty: all). Raises BadEvents, also while slots are taken."""
    slots = _slots(_rows(lines, file), file, product)
    first = list(islice(slots, LOOKED_AT))
    if not first:
        raise NothingToSay(f"{file}: no row{f' of product {product!r}' if product else ''} below the header")
    length_s = slot_seconds or _inferred(first, file)
    return Events(length_s, _on_grid(chain(first, slots), file, first[0].at_s, length_s))


def tells_products(header: str) -> bool:
    """Whether the first line of a file tells products apart."""
    return PARTS[0] in (name.strip() for name in next(csv.reader([header]), []))


def _inferred(first: list[Slot], file: str) -> int:
    distances = [after.at_s - before.at_s for before, after in pairwise(first)]
    if not distances:
        raise BadEvents(file, first[0].line, "time", "one slot does not tell how long it is; give --slot-seconds")
    length_s = min(distances)
    if length_s > LONGEST_SLOT_SECONDS:
        raise BadEvents(file, first[1].line, "time", f"slots lie {length_s:,} s apart; give --slot-seconds")
    return length_s


def _on_grid(slots: Iterator[Slot], file: str, first_s: int, length_s: int) -> Iterator[Slot]:
    for slot in slots:
        if (slot.at_s - first_s) % length_s:
            raise BadEvents(
                file,
                slot.line,
                "time",
                f"{slot.at_s} does not lie a multiple of {length_s} s after the first row; give --slot-seconds",
            )
        yield slot


def _slots(rows: Iterator[_Row], file: str, product: str) -> Iterator[Slot]:
    """Rows of one time as one slot."""
    line, at_s = 0, None
    parts: dict[str, tuple[int, int]] = {}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row.at_s != at_s:
            if at_s is not None and row.at_s < at_s:
                raise BadEvents(
                    file, row.line, "time", f"{row.at_s} comes after {at_s}; sort the rows by time, oldest first"
                )
            if parts:
                yield Slot(line, at_s or 0, parts)
            line, at_s, parts, seen = row.line, row.at_s, {}, set()
        if (row.product, row.data_center) in seen:
            raise BadEvents(file, row.line, "time", f"{row.at_s} was given before; keep one row per slot")
        seen.add((row.product, row.data_center))
        if product and row.product not in ("", product):
            continue
        good, bad = parts.get(row.data_center, (0, 0))
        parts[row.data_center] = (good + row.good, bad + row.bad)
    if parts:
        yield Slot(line, at_s or 0, parts)


def _rows(lines: Iterable[str], file: str) -> Iterator[_Row]:
    reader = csv.reader(lines)
    try:
        columns = _columns(next(reader, None), file)
        width = max(columns.values()) + 1
        at, good, bad = (columns[name] for name in NEEDED)
        product, data_center = (columns.get(name) for name in PARTS)
        time_of: Callable[[str], int | None] = _seconds
        for row in reader:
            if len(row) < width:
                if not any(cell.strip() for cell in row):
                    continue
                raise BadEvents(file, reader.line_num, "", f"has {len(row)} fields; the header promises {width}")
            at_s = time_of(row[at])
            if at_s is None:
                raise BadEvents(file, reader.line_num, "time", f"{_shown(row[at])} {_NOT_A_TIME}")
            yield _Row(
                reader.line_num,
                at_s,
                _count(row[good], file, reader.line_num, "good"),
                _count(row[bad], file, reader.line_num, "bad"),
                "" if product is None else row[product],
                "" if data_center is None else row[data_center],
            )
    except csv.Error as error:
        raise BadEvents(file, reader.line_num, "", f"is not CSV: {error}") from error
    except UnicodeDecodeError as error:
        raise BadEvents(file, 0, "", f"is not UTF-8 text (after line {reader.line_num})") from error


def _columns(header: list[str] | None, file: str) -> dict[str, int]:
    if header is None:
        raise BadEvents(file, 0, "", f"is empty; its first line must name the columns {','.join(NEEDED)}")
    names = [name.strip() for name in header]
    for name in NEEDED:
        if name not in names:
            raise BadEvents(file, 1, name, f"no such column in the header; the first line must name {','.join(NEEDED)}")
    for name in (*NEEDED, *PARTS):
        if names.count(name) > 1:
            raise BadEvents(file, 1, name, "is named twice in the header; keep one column")
    return {name: names.index(name) for name in (*NEEDED, *PARTS) if name in names}


def _count(text: str, file: str, line: int, field: str) -> int:
    if text.isdigit() and text.isascii() and len(text) <= MOST_DIGITS:
        return int(text)
    trimmed = text.strip()
    if trimmed != text and trimmed:
        return _count(trimmed, file, line, field)
    if trimmed.startswith("-") and trimmed[1:].isdigit():
        raise BadEvents(file, line, field, f"{_shown(text)} is negative; counts start at 0")
    if trimmed.isdigit() and trimmed.isascii():
        raise BadEvents(file, line, field, f"has {len(trimmed)} digits; a slot counts less than 10^{MOST_DIGITS}")
    raise BadEvents(file, line, field, f"{_shown(text)} is not a whole number of events")


def _seconds(text: str) -> int | None:
    """Epoch seconds of a time; None when it is none, or no whole second."""
    text = text.strip()
    if text.isdigit() and text.isascii():
        return int(text) if len(text) <= MOST_TIME_DIGITS else None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None or instant.microsecond:
        return None
    return int(instant.timestamp())


def _shown(text: str) -> str:
    return repr(text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "...")
