"""CSV of any maker as rows under recognised column names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.history.errors import BadValue, UnreadableHistory
from reports.history.model import Defect

DELIMITERS = ",;\t|"
LONGEST_CELL = 100_000
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Row:
    """``number``: as a spreadsheet shows it, the header being 1. ``cells``: recognised name -> text."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell without blanks around it; empty when there is no such column."""
        return self.cells.get(column, "").strip() if column else ""


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: recognised name -> name as the file writes it, in the order of the file."""

    columns: Mapping[str, str]
    rows: tuple[Row, ...]
    defects: tuple[Defect, ...]
    count: int


def recognised(name: str) -> str:
    """A column's name without case, blanks and signs: ``Start Time``, ``startTime`` -> ``start_time``."""
    return _OTHER.sub("_", _CAMEL.sub("_", name.strip())).strip("_").lower()


def text_of(content: bytes, name: str) -> str:
    """Text of a file: UTF-8, UTF-16 with its mark, else GB18030. Raises UnreadableHistory."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise UnreadableHistory(name, "not text (UTF-8, UTF-16 or GB18030)")


def table(content: bytes, name: str) -> Table:
    """Rows of a CSV file; lines without any text are left out. Raises UnreadableHistory."""
    text = text_of(content, name)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    # The limit is one of the whole process; nobody else here reads CSV with cells of that length.
    csv.field_size_limit(LONGEST_CELL)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnreadableHistory(name, f"not CSV: {error}") from error
    if not lines or not any(lines):
        raise UnreadableHistory(name, "is empty; the first line names the columns")
    first = next(index for index, line in enumerate(lines) if line)
    columns = _columns(lines[first], name)
    filled = [(number, line) for number, line in enumerate(lines[first + 1 :], start=first + 2) if _has_text(line)]
    rows, defects = _rows(filled, list(columns))
    return Table(columns, tuple(rows), tuple(defects), len(filled))


def _columns(header: list[str], name: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    for place, written in enumerate(header, start=1):
        plain = recognised(written) or f"column_{place}"
        if plain in columns:
            raise UnreadableHistory(name, f"column {written.strip()!r} is given twice; rename or remove one")
        columns[plain] = written.strip() or plain
    return columns


def _has_text(line: list[str]) -> bool:
    return any(cell.strip() for cell in line)


def _rows(lines: Iterable[tuple[int, list[str]]], columns: list[str]) -> tuple[list[Row], list[Defect]]:
    rows: list[Row] = []
    defects: list[Defect] = []
    for number, line in lines:
        surplus = line[len(columns) :]
        if len(line) < len(columns) or _has_text(surplus):
            text = f"{len(line)} fields under {len(columns)} columns"
            defects.append(Defect(number, "", "field_count", text))
            continue
        rows.append(Row(number, dict(zip(columns, line, strict=False))))
    return rows, defects


def chosen(columns: Iterable[str], aliases: str) -> str:
    """The first of the aliases (best first) that is a column; empty when there is none."""
    known = set(columns)
    return next((alias for alias in aliases.split() if alias in known), "")


def refused(row: int, column: str, error: BadValue, *, kept: bool = False) -> Defect:
    """A cell's fault as a defect of its row."""
    return Defect(row, column, error.rule, str(error), kept)
