"""Blocks of a paper as markup: one text for the printed page and the mail; how it looks is the style sheets' matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.paper.cells import NUMBERS, shown
from reports.paper.heat import heat_map
from reports.paper.looks import LOOKS
from reports.paper.markup import Markup, text
from reports.paper.model import Block, Cell, Column, Fact, Facts, Paragraph, Table, Tone, Trend
from reports.paper.trends import trend_figure
from reports.paper.widths import least_em, setting


@dataclass(frozen=True, slots=True)
class Medium:
    """Where a paper is shown. ``width_pt``: room for charts; ``paged``: headings over tables may be left behind by a
    page break, so they are headings of the document there and captions elsewhere."""

    markup: Markup
    width_pt: float
    paged: bool


def block(part: Block, medium: Medium) -> str:
    """Any block."""
    if isinstance(part, Paragraph):
        return paragraph(part, medium.markup)
    if isinstance(part, Facts):
        return facts(part.facts, medium.markup)
    if isinstance(part, Table):
        return table(part, medium)
    if isinstance(part, Trend):
        return trend_figure(part, medium.markup, medium.width_pt)
    return heat_map(part, medium.markup, medium.width_pt, medium.paged)


def toned(value: str, tone: Tone) -> str:
    """A text with its tone's shape before it."""
    glyph = LOOKS[tone].glyph
    return f"{glyph} {text(value)}" if glyph and value != glyph else text(value)


def paragraph(part: Paragraph, markup: Markup) -> str:
    """Running text; a box when it is marked."""
    if part.tone in (Tone.PLAIN, Tone.MUTED):
        return markup.tag("p", text(part.text), part.tone.value)
    return markup.tag("p", toned(part.text, part.tone), f"box {part.tone.value}")


def facts(parts: Sequence[Fact], markup: Markup) -> str:
    """Headline figures side by side, each with the id that it is explained under."""
    return markup.tag("div", (_fact(part, markup) for part in parts), "facts")


def _fact(part: Fact, markup: Markup) -> str:
    lines = [
        markup.tag("p", text(part.label), "label"),
        markup.tag("p", toned(part.value, part.tone), f"value {part.tone.value}"),
    ]
    lines += [markup.tag("p", text(part.note), "note")] if part.note else []
    lines += [markup.tag("p", text(part.figure), "figure-id")] if part.figure else []
    return markup.tag("div", lines, "fact")


def table(part: Table, medium: Medium) -> str:
    """A table under its title, its note below; ``empty`` stands where rows would."""
    markup = medium.markup
    note = markup.tag("p", text(part.note), "note") if part.note else ""
    title = markup.tag("h3", text(part.title)) if medium.paged and part.title else ""
    if not part.rows:
        title = title or (markup.tag("h3", text(part.title)) if part.title else "")
        return title + (markup.tag("p", text(part.empty), "empty") if part.empty else "") + note
    caption = markup.tag("caption", text(part.title)) if part.title and not medium.paged else ""
    return title + _grid(part, medium, caption) + note


def _grid(part: Table, medium: Medium, caption: str) -> str:
    markup, how = medium.markup, setting(part)
    heads = (
        markup.tag("th", text(column.heading), _side(column), scope="col", style=f"width:{percent}%")
        for column, percent in zip(part.columns, how.percents, strict=True)
    )
    rows = (markup.tag("tr", _row(part.columns, row, medium)) for row in part.rows)
    body = caption + markup.tag("thead", markup.tag("tr", heads)) + markup.tag("tbody", rows)
    size = f"font-size:{how.size_pt}pt" if medium.paged else f"min-width:{least_em(part):.0f}em"
    return markup.tag("table", body, "grid", style=size, cellpadding="" if medium.paged else "5")


def _row(columns: Sequence[Column], row: Sequence[Cell], medium: Medium) -> str:
    """The first cell names its row when it is a text; ids of figures are shown on pointing, where one can point."""
    markup, cells = medium.markup, []
    for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
        name = "th" if index == 0 and column.kind not in NUMBERS else "td"
        tone = Tone.UNKNOWN if cell.value is None and cell.tone is Tone.PLAIN else cell.tone
        kind = " ".join(filter(None, (_side(column), "" if tone is Tone.PLAIN else tone.value)))
        scope = "row" if name == "th" else ""
        cells.append(
            markup.tag(
                name,
                toned(shown(cell, column.kind), tone),
                kind,
                scope=scope,
                title="" if medium.paged else cell.figure,
            )
        )
    return "".join(cells)


def _side(column: Column) -> str:
    return "n" if column.kind in NUMBERS else ""


def is_wide(parts: Sequence[Block]) -> bool:
    """Whether some table among these needs the page turned sideways."""
    return any(isinstance(part, Table) and part.rows and setting(part).wide for part in parts)
