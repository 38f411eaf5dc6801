"""Which sheets a workbook has, and what stands in them: pure, no file.

Tables, trends and heat maps of the sections come first, in the order of the paper, under their own headings; then the
data, whose first row holds the columns' keys, so that a script reads it like the CSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite

from reports.paper.model import Block, Cell, Column, HeatMap, Kind, Line, Paper, Table, Trend
from reports.paper.texts import decimal_places, writable

COVER = "cover"
MOST_ROWS = 1_000_000
"""Of one sheet; Excel ends at 1,048,576. What is more goes on in the next sheet."""
_LONGEST_NAME = 31
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\n\r\t]")
_RESERVED = frozenset({COVER, "history"})  # Excel keeps "History" for itself
_FLOAT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table under a name that Excel takes. ``data``: a script reads it, nothing stands below its rows; ``hidden``:
    columns at the end that only a chart reads."""

    name: str
    table: Table
    data: bool = False
    chart: Trend | None = None
    hidden: int = 0


def sheets(paper: Paper) -> tuple[Sheet, ...]:
    """Every sheet after the cover, in order."""
    taken = set(_RESERVED)
    found = []
    for wanted, sheet in _wanted(paper):
        for part in _parts(sheet):
            found.append(replace(part, name=_free_name(wanted, taken)))
            taken.add(found[-1].name.casefold())
    return tuple(found)


def _wanted(paper: Paper) -> Iterator[tuple[str, Sheet]]:
    for section in paper.sections:
        for block in section.blocks:
            sheet = _of_block(block)
            if sheet is not None:
                yield sheet.table.title or sheet.table.id, sheet
    for table in (paper.data, *paper.more_data):
        keys = tuple(replace(column, heading=column.key) for column in table.columns)
        yield table.id, Sheet("", replace(table, columns=keys), data=True)


def _of_block(block: Block) -> Sheet | None:
    if isinstance(block, Table):
        return Sheet("", block)
    if isinstance(block, HeatMap):
        return Sheet("", _heat_table(block))
    if isinstance(block, Trend):
        table, hidden = _trend_table(block)
        return Sheet("", table, chart=block, hidden=hidden)
    return None


def _heat_table(heat: HeatMap) -> Table:
    columns = (Column("row", ""), *(Column(f"c{at}", name) for at, name in enumerate(heat.columns)))
    rows = tuple((Cell(name), *(Cell(each.text, tone=each.tone) for each in cells)) for name, cells in heat.rows)
    note = "\n".join(text for text in (" · ".join(heat.legend), heat.note) if text)
    return Table(heat.id, heat.title, columns, rows, note)


def _trend_table(trend: Trend) -> tuple[Table, int]:
    """Labels, what each line says, then (hidden) where it is drawn; how many columns are hidden."""
    labels = [point.label for point in trend.lines[0].points] if trend.lines else []
    shown = [Column(f"text{at}", line.name, _text_kind(line)) for at, line in enumerate(trend.lines)]
    drawn = [Column(f"share{at}", line.name, Kind.DECIMAL) for at, line in enumerate(trend.lines)]
    if trend.limit is not None:
        drawn.append(Column("limit", trend.limit_text, Kind.DECIMAL))
    rows = tuple((Cell(label), *_trend_row(trend, at)) for at, label in enumerate(labels))
    note = "\n".join(text for text in (trend.unit, trend.limit_text, trend.note) if text)
    return Table(trend.id, trend.title, (Column("label", ""), *shown, *drawn), rows, note), len(drawn)


def _trend_row(trend: Trend, at: int) -> Iterator[Cell]:
    points = [line.points[at] if at < len(line.points) else None for line in trend.lines]
    for point in points:
        yield Cell(None) if point is None else Cell(point.text, tone=point.tone)
    for point in points:
        yield Cell(None if point is None else _drawn(point.share))
    if trend.limit is not None:
        yield Cell(_drawn(trend.limit))


def _text_kind(line: Line) -> Kind:
    plain = all(decimal_places(point.text) is not None for point in line.points if point.share is not None)
    return Kind.DECIMAL if plain else Kind.TEXT


def _drawn(share: float | None) -> str | None:
    """A place on a chart as a plain decimal that a number of 15 digits holds."""
    if share is None or not isfinite(share):
        return None
    return format(Decimal(f"{share:.{_FLOAT_DIGITS}g}"), "f")


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    rows = sheet.table.rows
    for first in range(0, max(1, len(rows)), MOST_ROWS):
        yield replace(sheet, table=replace(sheet.table, rows=rows[first : first + MOST_ROWS]))


def _free_name(wanted: str, taken: set[str]) -> str:
    """A name of at most 31 UTF-16 units without what Excel forbids, that no other sheet has in any case."""
    base = _FORBIDDEN_IN_NAMES.sub(" ", writable(wanted)).strip(" '") or "sheet"
    for number in range(1, len(taken) + 2):
        suffix = "" if number == 1 else f" ({number})"
        name = _cut(base, _LONGEST_NAME - len(suffix)).rstrip(" '") + suffix
        if name.casefold() not in taken:
            return name
    return base  # not reached: one of the numbers above is free


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
