"""A heat map: fields with their words where there is room, else pictures of some rows each beside their names.

A field that is a cell of a table costs a printed page 1 ms, so large maps (a bank's products by days) are drawn in
blocks: one picture for ``BLOCK_ROWS`` rows, under heads that every page repeats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reports.paper.charts import heat_svg, step_key
from reports.paper.looks import LOOKS, STEP_INKS, STEPS, step
from reports.paper.markup import Markup, text
from reports.paper.model import HeatCell, HeatMap, Tone
from reports.paper.widths import em

BLOCK_ROWS = 8
MOST_WORDED = 420
LEAST_PT, MOST_PT, LINE = 5.4, 7.2, 1.45
NAME_SHARES = (0.18, 0.26, 0.34)
CELL_PADDING_PT = 3.0
MOST_NAMED = 40

Row = tuple[str, tuple[HeatCell, ...]]


def heat_map(part: HeatMap, markup: Markup, width: float, paged: bool) -> str:
    """Title, legend, fields, note. Off the page the words of every field can be unfolded under a picture."""
    title = markup.tag("h3", text(part.title))
    note = markup.tag("p", text(part.note), "note") if part.note else ""
    if not part.rows:
        return title + note
    share, size = _names(part.rows, width)
    if is_worded(part, width * (1 - share)):
        fields = _worded(part, markup, share, width, paged)
    else:
        fields = _blocks(part, markup, share, size, width) + ("" if paged else _details(part, markup, share, width))
    return title + _legend(part, markup) + fields + note


def is_worded(part: HeatMap, room: float) -> bool:
    """Whether the words of every field can be read in it and the page can afford to set them."""
    cells = [cell for _, row in part.rows for cell in row]
    if len(cells) > MOST_WORDED:
        return False
    return _field_size(part, room) >= LEAST_PT


def _field_size(part: HeatMap, room: float) -> float:
    slot = room / max(1, len(part.columns)) - CELL_PADDING_PT
    widest = max((em(_said(cell)) for _, row in part.rows for cell in row), default=1.0)
    return min(MOST_PT, slot / max(1.0, widest))


def _names(rows: Sequence[Row], width: float) -> tuple[float, float]:
    """Share of the width for names and their size: as narrow as the longest name allows."""
    widest = max(em(name) for name, _ in rows)
    for share in NAME_SHARES:
        if widest * MOST_PT <= width * share - 6:
            return share, MOST_PT
    return NAME_SHARES[-1], 6.2


def _said(cell: HeatCell) -> str:
    glyph = LOOKS[cell.tone].glyph
    return f"{glyph} {cell.text}" if cell.tone in (Tone.BAD, Tone.WARNING) else cell.text or glyph


def _heads(part: HeatMap, markup: Markup, share: float, width: float) -> str:
    each = round(100 * (1 - share) / max(1, len(part.columns)), 4)
    room = width * (1 - share) / max(1, len(part.columns)) - 1.5
    size = min(MOST_PT, room / max((em(column) for column in part.columns), default=1.0))
    style = f"width:{each}%;font-size:{max(4.5, size):.2f}pt"
    corner = markup.tag("td", "", style=f"width:{100 * share:g}%")
    heads = (markup.tag("th", text(column), scope="col", style=style) for column in part.columns)
    return markup.tag("thead", markup.tag("tr", (corner, *heads)))


def _worded(part: HeatMap, markup: Markup, share: float, width: float, paged: bool) -> str:
    rows = (
        markup.tag("tr", markup.tag("th", text(name), scope="row") + "".join(_field(cell, markup) for cell in cells))
        for name, cells in part.rows
    )
    size = f"font-size:{max(LEAST_PT, _field_size(part, width * (1 - share))):.2f}pt" if paged else ""
    return markup.tag("table", _heads(part, markup, share, width) + markup.tag("tbody", rows), "fields", style=size)


def _details(part: HeatMap, markup: Markup, share: float, width: float) -> str:
    words_of_all = markup.tag("div", _worded(part, markup, share, width, paged=False), "scroll")
    return markup.tag("details", markup.tag("summary", text(part.title)) + words_of_all)


def _field(cell: HeatCell, markup: Markup) -> str:
    if cell.weight is None:
        return markup.tag("td", text(_said(cell)), "hatched")
    ground = step(cell.weight)
    return markup.tag("td", text(_said(cell)), style=f"background:{STEPS[ground]};color:{STEP_INKS[ground]}")


def _blocks(part: HeatMap, markup: Markup, share: float, size: float, width: float) -> str:
    room = width * share - 6
    lines = max(math.ceil(em(name) * size * 1.06 / room) for name, _ in part.rows)
    height = round(max(1, lines) * size * LINE, 2)
    style = f"height:{height}pt;font-size:{size}pt"
    drawn = []
    for i in range(0, len(part.rows), BLOCK_ROWS):
        rows = part.rows[i : i + BLOCK_ROWS]
        names = (markup.tag("p", text(name), "name", style=style) for name, _ in rows)
        cells = [cells for _, cells in rows]
        picture = heat_svg(cells, width * (1 - share), height, words(rows, part.columns))
        fields = markup.tag("td", picture, "picture", colspan=str(len(part.columns)))
        drawn.append(markup.tag("tr", markup.tag("th", names, scope="row") + fields))
    return markup.tag("table", _heads(part, markup, share, width) + markup.tag("tbody", drawn), "fields blocks")


def words(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Names of the rows and every field that is not entirely good, for those who do not see the picture."""
    said = [
        f"{name} {column} {cell.text}"
        for name, cells in rows
        for column, cell in zip(columns, cells, strict=False)
        if cell.weight is None or cell.weight > 0
    ]
    more = [f"… +{len(said) - MOST_NAMED}"] if len(said) > MOST_NAMED else []
    return "; ".join([", ".join(name for name, _ in rows), *said[:MOST_NAMED], *more])


def _legend(part: HeatMap, markup: Markup) -> str:
    """Words from good to bad beside their grounds, the last beside the hatching."""
    if not part.legend:
        return ""
    grades = part.legend[:-1]
    weights: list[float | None] = [i / max(1, len(grades) - 1) for i in range(len(grades))]
    parts = (
        markup.tag("span", step_key(weight) + " " + text(word), "key-word")
        for weight, word in zip([*weights, None], part.legend, strict=True)
    )
    return markup.tag("p", "  ".join(parts), "legend")
