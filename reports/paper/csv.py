"""The data of a report as CSV (RFC 4180): what an independent script recomputes every figure from.

UTF-8 without a byte order mark, commas, lines that end with CR LF; the first line holds the columns' keys, the same in
every language. Integers and decimals are plain, with a point in every locale; what is not known is an empty field. A
text that a spreadsheet could take for a formula gets an apostrophe in front (OWASP, "CSV Injection"), and so does a
text that begins with one: whoever takes one leading apostrophe away has every text as it was.
"""

from __future__ import annotations

from csv import writer
from io import StringIO

from reports.paper.model import Cell, Kind, Paper, Table
from reports.paper.texts import decimal_places, writable

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""Beginnings of a formula, the full-width ones that an East Asian spreadsheet takes too, and the mark itself."""
_DECIMALS = (Kind.DECIMAL, Kind.PERCENT)


def csv(paper: Paper) -> bytes:
    """The table ``paper.data``."""
    return table_csv(paper.data)


def table_csv(table: Table) -> bytes:
    """Any table: a line of keys, then its rows."""
    page = StringIO(newline="")
    lines = writer(page, lineterminator="\r\n")
    lines.writerow(guarded(column.key) for column in table.columns)
    kinds = [column.kind for column in table.columns]
    lines.writerows([_field(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows)
    return page.getvalue().encode()


def _field(cell: Cell, kind: Kind) -> str:
    value = cell.value
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    if kind in _DECIMALS and decimal_places(value) is not None:
        return value
    return guarded(value)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{writable(text)}" if text.startswith(RISKY) else writable(text)
