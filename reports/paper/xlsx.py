"""A report as a workbook: a cover, one sheet for each table, trend and heat map, then the data. Same paper, same bytes.

Nothing in it is a formula. What is not known is an empty, hatched cell.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import cast
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.paper.cell_styles import Styles
from reports.paper.cover_sheet import WIDTHS, cover_lines, cover_xml
from reports.paper.model import Kind, Paper, Table, Tone
from reports.paper.sheets import COVER, Sheet, sheets
from reports.paper.table_sheet import TableSheet, rows_xml
from reports.paper.texts import writable
from reports.paper.trend_chart import add_chart

_NO_GUESSING = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NARROWEST, _WIDEST, _FILTER_BUTTON = 8, 60, 3
_ROWS_MEASURED = 300
_A4 = 9
_LONGEST_PROPERTY, _LONGEST_MARK = 255, 200


def xlsx(paper: Paper) -> bytes:
    """The whole report; large parts go through temporary files, not through memory."""
    content = BytesIO()
    book = Workbook(content, _NO_GUESSING)
    made = datetime.fromtimestamp(paper.made_at, UTC).replace(tzinfo=None)
    title, subject = (writable(text)[:_LONGEST_PROPERTY] for text in (paper.title, paper.subtitle))
    book.set_properties({"title": title, "subject": subject, "created": made})
    styles, planned = Styles(book), sheets(paper)
    _add_cover(book, paper, planned, styles)
    for sheet in planned:
        _add_table(book, sheet, paper, styles)
    book.close()
    return content.getvalue()


def _add_cover(book: Workbook, paper: Paper, planned: tuple[Sheet, ...], styles: Styles) -> None:
    made = _sheet(book, COVER)
    lines = cover_lines(paper, planned)
    made.fill(cover_xml(lines, styles), len(lines), len(WIDTHS))
    for column, width in enumerate(WIDTHS):
        made.set_column(column, column, width)
    made.hide_gridlines(2)
    _set_page(made, paper)


def _add_table(book: Workbook, sheet: Sheet, paper: Paper, styles: Styles) -> None:
    made = _sheet(book, sheet.name)
    table, below = sheet.table, _below(sheet, paper)
    rows, columns = len(table.rows), max(1, len(table.columns))
    empty = Tone.PLAIN if sheet.data else Tone.UNKNOWN
    made.fill(rows_xml(table, styles.head(), styles.of, below, empty=empty), 1 + rows + len(below), columns)
    made.freeze_panes(1, 0)
    if rows:
        made.autofilter(0, 0, rows, columns - 1 - sheet.hidden)
    _set_widths(made, table, sheet.hidden)
    made.repeat_rows(0)
    _set_page(made, paper)
    add_chart(book, made, sheet)


def _sheet(book: Workbook, name: str) -> TableSheet:
    return cast(TableSheet, book.add_worksheet(name, TableSheet))


def _below(sheet: Sheet, paper: Paper) -> tuple[str, ...]:
    """Lines below the rows; none below data, which a script reads to the end."""
    if sheet.data:
        return ()
    instead = (sheet.table.empty,) if sheet.table.empty and not sheet.table.rows else ()
    notes = tuple(text for text in (sheet.table.note, *paper.marks) if text)
    return (*instead, "", *notes) if notes else instead


def _set_widths(made: Worksheet, table: Table, hidden: int) -> None:
    for at, column in enumerate(table.columns):
        cells = (row[at].value for row in islice(table.rows, _ROWS_MEASURED))
        widest = max((_shown_width(value, column.kind) for value in cells), default=0)
        width = min(_WIDEST, max(_NARROWEST, widest + 2, _shown_width(column.heading, Kind.TEXT) + _FILTER_BUTTON))
        made.set_column(at, at, width, None, {"hidden": at >= len(table.columns) - hidden})


def _shown_width(value: int | str | None, kind: Kind) -> int:
    """Characters that a value takes; a Chinese one takes two."""
    if isinstance(value, int):
        return len(f"{value:,}")
    longest = max((value or "").split("\n"), key=len)[: _WIDEST + 1]
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in longest) + (kind is Kind.PERCENT)


def _set_page(made: Worksheet, paper: Paper) -> None:
    """On paper: A4 across, as wide as one page, the marks on each."""
    made.set_paper(_A4)
    made.set_landscape()
    made.fit_to_pages(1, 0)
    marks = " · ".join(writable(mark) for mark in paper.marks)[:_LONGEST_MARK].replace("&", "")
    made.set_header(f"&R{marks}" if marks else "")
    made.set_footer("&R&P / &N")
