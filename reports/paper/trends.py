"""A trend: its picture and, under it, the same values as a table whose columns are the picture's slots."""

from __future__ import annotations

from collections.abc import Sequence

from reports.paper.charts import limit_key, line_key, trend_svg
from reports.paper.looks import LOOKS
from reports.paper.markup import Markup, text
from reports.paper.model import Line, Point, Tone, Trend
from reports.paper.widths import em, word_em

NAME_SHARE = 0.17
MOST_SLOTS, LEAST_PT, MOST_PT = 16, 5.0, 7.2
SLOT_PADDING_PT = 3.0


def trend_figure(trend: Trend, markup: Markup, width: float) -> str:
    """Title, key, picture, values. Where a page has no room for the values of all steps, some labels
    stand under the picture, and its own words hold everything."""
    title = markup.tag(
        "h3", text(trend.title) + (markup.tag("span", f" {text(trend.unit)}", "unit") if trend.unit else "")
    )
    left = width * NAME_SHARE
    size = value_size(trend, width)
    tabled = size >= LEAST_PT
    picture = trend_svg(trend, width, left, words(trend), labeled=not tabled)
    values = _values(trend, markup, size) if tabled else ""
    note = markup.tag("p", text(trend.note), "note") if trend.note else ""
    return title + markup.tag("div", (_key(trend, markup), picture, values, note), "trend")


def words(trend: Trend) -> str:
    """The whole trend as a sentence per line, for those who do not see it."""
    lines = [
        f"{line.name}: {', '.join(f'{point.label} {point.text}' for point in line.points)}" for line in trend.lines
    ]
    return "; ".join([trend.title, *([trend.limit_text] if trend.limit_text else []), *lines])


def value_size(trend: Trend, width: float) -> float:
    """Font size in pt at which every value fits its slot; 0 when there are too many slots."""
    slots = max((len(line.points) for line in trend.lines), default=0)
    if not 0 < slots <= MOST_SLOTS:
        return 0.0
    slot = width * (1 - NAME_SHARE) / slots - SLOT_PADDING_PT
    widest = max(max(em(_said(point)), word_em(point.label)) for line in trend.lines for point in line.points)
    return min(MOST_PT, slot / max(1.0, widest))


def _said(point: Point) -> str:
    glyph = LOOKS[point.tone].glyph
    marked = glyph and point.tone is not Tone.GOOD and point.text != glyph
    return f"{glyph}{point.text}" if marked else point.text


def _values(trend: Trend, markup: Markup, size: float) -> str:
    longest: Sequence[Point] = max((line.points for line in trend.lines), key=len)
    each = round((100 - NAME_SHARE * 100) / len(longest), 4)
    corner = markup.tag("td", "", style=f"width:{NAME_SHARE * 100:g}%")
    heads = (markup.tag("th", text(point.label), scope="col", style=f"width:{each}%") for point in longest)
    head = markup.tag("thead", markup.tag("tr", (corner, *heads)))
    rows = (markup.tag("tr", _line_cells(index, line, trend, markup)) for index, line in enumerate(trend.lines))
    return markup.tag("table", head + markup.tag("tbody", rows), "slots", style=f"font-size:{size:.2f}pt")


def _line_cells(index: int, line: Line, trend: Trend, markup: Markup) -> str:
    key = line_key(index) + " " if len(trend.lines) > 1 else ""
    cells = (
        markup.tag("td", text(_said(point)), "" if point.tone is Tone.PLAIN else point.tone.value)
        for point in line.points
    )
    return markup.tag("th", key + text(line.name), scope="row") + "".join(cells)


def _key(trend: Trend, markup: Markup) -> str:
    """Names of the lines where no table names them, and what the rule across means."""
    parts = []
    if len(trend.lines) > 1:
        parts += [
            markup.tag("span", line_key(i) + " " + text(line.name), "key-word") for i, line in enumerate(trend.lines)
        ]
    if trend.limit is not None and trend.limit_text:
        parts.append(markup.tag("span", limit_key() + " " + text(trend.limit_text), "key-word"))
    return markup.tag("p", "  ".join(parts), "legend") if parts else ""
