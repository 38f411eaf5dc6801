"""Rows of a sheet as XML: XlsxWriter's own cell calls take 3 s for the half million cells of a bank's data, this 1 s.

A text is never a formula: it stands as an inline string. A number is written digit for digit and shown with as many
decimals as its text has; it is a number only as long as a spreadsheet shows all of its digits (15), else a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from reports.paper.cell_styles import CellStyle, StyleOf
from reports.paper.model import Cell, Kind, Table, Tone
from reports.paper.texts import decimal_places, writable

MOST_DIGITS = 15
LONGEST_TEXT = 32_767
"""UTF-16 units that Excel takes in one cell; a longer text ends with an ellipsis here, and is whole in JSON and CSV."""
_ESCAPE_LIKE = re.compile("(_x[0-9a-fA-F]{4}_)")
_NUMERIC = (Kind.DECIMAL, Kind.PERCENT)


class TableSheet(Worksheet):
    """A worksheet whose rows are made while the file is written: they are never all in memory."""

    lines: Iterator[str] = iter(())

    def fill(self, lines: Iterator[str], rows: int, columns: int) -> None:
        """Rows as XML, from the first one on, and how many there are."""
        self.lines = lines
        self._check_dimensions(0, 0)
        self._check_dimensions(rows - 1, columns - 1)

    def _write_rows(self) -> None:
        page: Any = self.fh
        page.writelines(self.lines)


def rows_xml(
    table: Table, head_style: int, style_of: StyleOf, below: tuple[str, ...] = (), *, empty: Tone = Tone.UNKNOWN
) -> Iterator[str]:
    """A row of headings, the rows, and lines of text below. ``empty``: tone of a plain cell without a value."""
    letters = [xl_col_to_name(at) for at in range(len(table.columns))]
    heads = (
        text_xml(f"{letter}1", head_style, each.heading) for letter, each in zip(letters, table.columns, strict=True)
    )
    yield f'<row r="1">{"".join(heads)}</row>'
    kinds = [column.kind for column in table.columns]
    number = 1
    for row in table.rows:
        number += 1
        cells = [
            _cell_xml(f"{a}{number}", cell if cell.value is not None else _blank(cell, empty), kind, style_of)
            for a, cell, kind in zip(letters, row, kinds, strict=True)
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'
    plain = style_of(CellStyle(Kind.DAY, None, Tone.PLAIN))
    for line in below:
        number += 1
        yield f'<row r="{number}">{text_xml(f"A{number}", plain, line) if line else ""}</row>'


def _blank(cell: Cell, empty: Tone) -> Cell:
    return Cell(None, tone=empty) if cell.tone is Tone.PLAIN else cell


def _cell_xml(place: str, cell: Cell, kind: Kind, style_of: StyleOf) -> str:
    value, tone = cell.value, cell.tone
    if value is None:
        return "" if tone is Tone.PLAIN else f'<c r="{place}" s="{style_of(CellStyle(kind, None, tone))}"/>'
    places = number_places(value, kind)
    style = style_of(CellStyle(kind, places, tone))
    if places is None:
        return text_xml(place, style, str(value))
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def number_places(value: int | str, kind: Kind) -> int | None:
    """Decimals of a value that a spreadsheet shows with exactly its digits; None for what must stay a text."""
    if isinstance(value, str):
        places = decimal_places(value) if kind in _NUMERIC else None
    else:
        places, value = 0, str(value)
    if places is None:
        return None
    digits = value.removeprefix("-").replace(".", "").lstrip("0")
    signed_zero = not digits and value[0] == "-"
    return None if len(digits) > MOST_DIGITS or places > MOST_DIGITS or signed_zero else places


def text_xml(place: str, style: int, text: str) -> str:
    """A text in its place, whatever it begins with."""
    if len(text) * 2 > LONGEST_TEXT:
        text = shortened(text)
    text = writable(text)
    if "_x" in text:
        text = _ESCAPE_LIKE.sub(r"_x005F\1", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "_x000D_")
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def shortened(text: str) -> str:
    """The text as far as a cell holds it."""
    units = writable(text).encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return units[: 2 * LONGEST_TEXT - 2].decode("utf-16-le", "ignore") + "…"
