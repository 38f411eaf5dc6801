"""A native chart of a trend, over the cells of its own sheet: every name in it is a reference, none a text, because
XlsxWriter takes a text that begins with ``=`` for a formula."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.paper.looks import INK, LINES
from reports.paper.sheets import Sheet

_PIXELS_WIDE, _PIXELS_HIGH = 900, 360


def add_chart(book: Workbook, made: Worksheet, sheet: Sheet) -> None:
    """Draws the sheet's trend below its rows; what is not known stays a hole."""
    trend, rows = sheet.chart, len(sheet.table.rows)
    if trend is None or not rows:
        return
    chart = _chart(book, "column" if trend.columns else "line")
    first = len(sheet.table.columns) - sheet.hidden
    for at in range(len(trend.lines)):
        color = LINES[at % len(LINES)]
        look = {"fill": {"color": color}} if trend.columns else {"line": {"color": color, "width": 2}}
        chart.add_series({**_series(sheet, first + at), **look})
    if trend.limit is not None:
        rule = chart if not trend.columns else _chart(book, "line")
        dashed = {"color": INK, "dash_type": "dash", "width": 1}
        rule.add_series({**_series(sheet, first + len(trend.lines)), "line": dashed})
        if trend.columns:
            chart.combine(rule)
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})  # places, not figures
    chart.show_blanks_as("gap")
    chart.show_hidden_data()
    chart.set_title({"none": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": _PIXELS_WIDE, "height": _PIXELS_HIGH})
    made.insert_chart(rows + 5, 0, chart)


def _chart(book: Workbook, kind: str) -> Any:
    """XlsxWriter's type for it names every chart there is, and None."""
    return book.add_chart({"type": kind})


def _series(sheet: Sheet, column: int) -> dict[str, list[Any]]:
    rows = len(sheet.table.rows)
    name = [sheet.name, 0, column]
    return {"name": name, "categories": [sheet.name, 1, 0, rows, 0], "values": [sheet.name, 1, column, rows, column]}
