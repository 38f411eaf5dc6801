"""Text to rows of cells, strictly: nothing is mended, every refusal names its line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collectors.costs.errors import NotCosts, UnreadableFile
from collectors.costs.sources import UTF_8, Lines, lines_of

MOST_COLUMNS = 1000
_OTHER_SEPARATORS = (";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is read once from front to back. ``position``: how many of ``size_bytes`` are read."""

    header: tuple[str, ...]
    rows: Iterator[list[str]]
    position: Callable[[], int]
    size_bytes: int


@contextmanager
def csv_table(path: Path, encoding: str = UTF_8) -> Iterator[Table]:
    """Opens a CSV file. Blank lines are no rows.

    Raises UnreadableFile (also while rows are read), NotCosts, OSError.
    """
    with lines_of(path, encoding) as lines:
        rows = _rows(path, lines)
        header = next(rows, None)
        if header is None:
            raise NotCosts(path, "is empty; the first line names the columns")
        _refuse_header(path, header)
        yield Table(tuple(header), rows, lines.position, lines.size_bytes)


def _rows(path: Path, lines: Lines) -> Iterator[list[str]]:
    reader = csv.reader(lines.texts, strict=True)
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        remedy = "quote cells as CSV does" if "limit" not in str(error) else "no bill has such a cell"
        raise UnreadableFile(path, f"line {reader.line_num}: {error}; {remedy}") from error


def _refuse_header(path: Path, header: list[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise NotCosts(path, f"{len(header):,} columns; at most {MOST_COLUMNS:,}")
    if len(header) == 1:
        for mark in _OTHER_SEPARATORS:
            if mark in header[0]:
                raise NotCosts(path, f"its columns are separated by {mark!r}; save it with commas")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise NotCosts(path, f"column {twice[0]!r} comes twice; which one counts?")
