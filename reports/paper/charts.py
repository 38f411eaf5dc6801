"""Charts as vectors: SVG without scripts, styles or anything from outside. Words stand beside them, as text.

Inside a chart there is next to no text (WeasyPrint lays out every letter of it by itself, 1 ms a word; readers of mail
that drop the picture keep the tables). All lengths are in pt.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.paper.looks import DASHES, HATCH, LINES, LOOKS, MUTED_INK, RULE, STEP_INKS, STEPS, step
from reports.paper.markup import text
from reports.paper.model import HeatCell, Line, Point, Tone, Trend
from reports.paper.widths import em

HEIGHT, TOP, BOTTOM = 150.0, 10.0, 10.0
MARK = 2.6
LABEL_PT = 6.5
LIMIT = "#A33F00"
FAMILY = "Noto Sans CJK SC"
HATCH_STEP = 4.0
FEW_COLUMNS = 40


def n(value: float) -> str:
    """A length with at most two decimals, never in scientific notation."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if "." in f"{value:.2f}" else f"{value:.2f}"


def svg(width: float, height: float, title: str, content: Iterable[str], kind: str = "chart") -> str:
    """A picture with its words for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" role="img" viewBox="0 0 {n(width)} {n(height)}" '
        f'width="{n(width)}pt" height="{n(height)}pt"><title>{text(title)}</title>{"".join(content)}</svg>'
    )


def path(points: str, fill: str = "none", stroke: str = "none", width: float = 1.0, dash: str = "") -> str:
    """One path; empty points make none."""
    if not points:
        return ""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{points}" fill="{fill}" stroke="{stroke}" stroke-width="{n(width)}"{dashed}/>'


def shape(tone: Tone, x: float, y: float, radius: float) -> str:
    """The points of a tone's shape around a place: circle, triangle, diamond, cross."""
    r = radius
    if tone is Tone.WARNING:
        return f"M{n(x)} {n(y - r)}L{n(x + r)} {n(y + r)}H{n(x - r)}z"
    if tone is Tone.BAD:
        return f"M{n(x)} {n(y - r * 1.2)}L{n(x + r * 1.2)} {n(y)}L{n(x)} {n(y + r * 1.2)}L{n(x - r * 1.2)} {n(y)}z"
    if tone is Tone.UNKNOWN:
        return f"M{n(x - r)} {n(y - r)}h{n(2 * r)}v{n(2 * r)}h{n(-2 * r)}z"
    return f"M{n(x - r)} {n(y)}a{n(r)} {n(r)} 0 1 0 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 0 {n(-2 * r)} 0z"


def emblem(tone: Tone, title: str, side: float = 40.0) -> str:
    """A verdict's shape, large; unknown is hollow and hatched."""
    half = side / 2
    look = LOOKS[tone]
    if tone is Tone.UNKNOWN:
        body = [path(shape(tone, half, half, half - 3), "#FFFFFF", look.ink, 2.0)]
        body.append(path(hatch(3, 3, side - 6, side - 6), stroke=look.ink, width=1.0))
        return svg(side, side, title, body, "emblem")
    return svg(side, side, title, [path(shape(tone, half, half, half / 1.3), look.ink)], "emblem")


def hatch(x: float, y: float, width: float, height: float) -> str:
    """Diagonals inside a rectangle: what is not known."""
    lines = []
    offset = HATCH_STEP / 2
    while offset < width + height:
        x0, y0 = max(0.0, offset - height), min(offset, height)
        x1, y1 = min(offset, width), max(0.0, offset - width)
        lines.append(f"M{n(x + x0)} {n(y + y0)}L{n(x + x1)} {n(y + y1)}")
        offset += HATCH_STEP
    return "".join(lines)


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """The points of a rectangle."""
    return f"M{n(x)} {n(y)}h{n(width)}v{n(height)}h{n(-width)}z"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a trend is drawn: ``left`` before the first slot, ``slot`` wide each, shares from ``low`` to ``high``."""

    left: float
    slot: float
    slots: int
    low: float
    high: float

    def x(self, index: int) -> float:
        """The middle of a slot."""
        return self.left + (index + 0.5) * self.slot

    def y(self, share: float) -> float:
        """The height of a share."""
        room = HEIGHT - TOP - BOTTOM
        return TOP + room * (1 - (share - self.low) / (self.high - self.low))


def frame(trend: Trend, width: float, left: float) -> Frame:
    """Fits every share and the limit; columns stand on 0; all shares alike stand in the middle."""
    shares = [point.share for line in trend.lines for point in line.points if point.share is not None]
    shares += [trend.limit] if trend.limit is not None else []
    shares += [0.0] if trend.columns else []
    low, high = min(shares, default=0.0), max(shares, default=1.0)
    if low == high:
        low, high = low - 1.0, high + 1.0
    slots = max((len(line.points) for line in trend.lines), default=0)
    return Frame(left, (width - left) / max(1, slots), slots, low, high)


def trend_svg(trend: Trend, width: float, left: float, title: str, labeled: bool) -> str:
    """The picture of a trend; a slot is as wide as the column below it. ``labeled``: some labels stand under it."""
    place = frame(trend, width, left)
    body = [path(f"M{n(left)} {n(HEIGHT - BOTTOM)}H{n(width)}M{n(left)} {n(TOP)}H{n(width)}", stroke=RULE, width=0.6)]
    body.append(_holes(trend, place))
    draw = _columns if trend.columns else _line
    for index, line in enumerate(trend.lines):
        body.append(draw(line, index, len(trend.lines), place))
    if trend.limit is not None:
        body.append(path(f"M{n(left)} {n(place.y(trend.limit))}H{n(width)}", stroke=LIMIT, width=1.0, dash="5 3"))
    body += _extremes(trend, place) + (_labels(trend, place) if labeled else [])
    return svg(width, HEIGHT + (LABEL_PT * 1.6 if labeled else 0.0), title, body)


def _word(x: float, y: float, anchor: str, words: str) -> str:
    return (
        f'<text x="{n(x)}" y="{n(y)}" font-family="{FAMILY}" font-size="{n(LABEL_PT)}" fill="{MUTED_INK}" '
        f'text-anchor="{anchor}">{text(words)}</text>'
    )


def _extremes(trend: Trend, place: Frame) -> list[str]:
    """The words of the highest and the lowest point at their heights; they give the picture its scale."""
    found = [(point.share, point.text) for line in trend.lines for point in line.points if point.share is not None]
    if not found:
        return []
    ends = {max(found), min(found)} if not trend.columns else {max(found)}
    fitting = [(share, words) for share, words in sorted(ends) if em(words) * LABEL_PT <= place.left - 6]
    return [_word(place.left - 4, place.y(share) + LABEL_PT * 0.35, "end", words) for share, words in fitting]


def _labels(trend: Trend, place: Frame) -> list[str]:
    """Every so many labels under their slots: as many as stand side by side."""
    points = max((line.points for line in trend.lines), key=len, default=())
    widest = max((em(point.label) for point in points), default=1.0) * LABEL_PT + 6
    every = max(1, math.ceil(widest / place.slot))
    y = HEIGHT - BOTTOM + LABEL_PT * 1.6
    return [_word(place.x(i), y, "middle", points[i].label) for i in range(0, len(points), every)]


def _holes(trend: Trend, place: Frame) -> str:
    """A slot in which some line has no share is hatched from top to bottom, once."""
    empty = {i for line in trend.lines for i, point in enumerate(line.points) if point.share is None}
    points = "".join(
        hatch(place.left + i * place.slot + 1, TOP, place.slot - 2, HEIGHT - TOP - BOTTOM) for i in sorted(empty)
    )
    return path(points, stroke=HATCH, width=0.5)


def _line(line: Line, index: int, _lines: int, place: Frame) -> str:
    color = LINES[index % len(LINES)]
    drawn = path(_runs(line.points, place), stroke=color, width=1.4, dash=DASHES[index % len(DASHES)])
    return drawn + "".join(
        path(_marks(line.points, place, tone), LOOKS[tone].ink if tone is Tone.BAD else color, "#FFFFFF", 0.4)
        for tone in Tone
    )


def _runs(points: Sequence[Point], place: Frame) -> str:
    """The line itself, lifted over every hole."""
    steps, down = [], False
    for i, point in enumerate(points):
        if point.share is None:
            down = False
            continue
        steps.append(f"{'L' if down else 'M'}{n(place.x(i))} {n(place.y(point.share))}")
        down = True
    return "".join(steps)


def _marks(points: Sequence[Point], place: Frame, tone: Tone) -> str:
    found = [(i, point.share) for i, point in enumerate(points) if point.tone is tone and point.share is not None]
    if len(points) > FEW_COLUMNS and tone in (Tone.PLAIN, Tone.GOOD, Tone.MUTED):
        return ""
    return "".join(shape(tone, place.x(i), place.y(share), MARK) for i, share in found)


def _columns(line: Line, index: int, lines: int, place: Frame) -> str:
    """Columns of one line, side by side with those of the others; what is not good has its shape on top."""
    color = LINES[index % len(LINES)]
    each = place.slot * 0.7 / lines
    bars, base = [], place.y(0.0)
    for i, point in enumerate(line.points):
        if point.share is None:
            continue
        x, y = place.left + i * place.slot + place.slot * 0.15 + index * each, place.y(point.share)
        bars.append(rectangle(x, min(y, base), max(0.5, each - 0.6), abs(base - y)))
    tones = (Tone.WARNING, Tone.BAD, Tone.UNKNOWN)
    marks = "".join(path(_marks(line.points, place, tone), LOOKS[tone].ink, "#FFFFFF", 0.4) for tone in tones)
    return path("".join(bars), color) + marks


def line_key(index: int) -> str:
    """What a line looks like, beside its name."""
    color = LINES[index % len(LINES)]
    body = path("M0 4H22", stroke=color, width=1.6, dash=DASHES[index % len(DASHES)]) + path(
        shape(Tone.PLAIN, 11, 4, MARK), color
    )
    return _key(22, body)


def limit_key() -> str:
    """What the limit's rule looks like."""
    return _key(22, path("M0 4H22", stroke=LIMIT, width=1.2, dash="5 3"))


def step_key(weight: float | None) -> str:
    """What a field of a heat map looks like."""
    if weight is None:
        return _key(
            14,
            path(rectangle(0.3, 0.3, 13.4, 7.4), "#FFFFFF", HATCH, 0.4)
            + path(hatch(0, 0, 14, 8), stroke=HATCH, width=0.6),
        )
    return _key(14, path(rectangle(0.3, 0.3, 13.4, 7.4), STEPS[step(weight)], MUTED_INK, 0.3))


def _key(width: float, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="key" aria-hidden="true" viewBox="0 0 {n(width)} 8" '
        f'width="{n(width)}pt" height="8pt"><title> </title>{body}</svg>'
    )


def heat_svg(rows: Sequence[Sequence[HeatCell]], width: float, row_height: float, title: str) -> str:
    """Fields of some rows of a heat map as one picture: neighbors of one ground are one rectangle, parted by a grid."""
    columns = max((len(row) for row in rows), default=1)
    each, height = width / max(1, columns), len(rows) * row_height
    body = [_grounds(rows, each, row_height), _hatched(rows, each, row_height)]
    grid = "".join(f"M{n(c * each)} 0V{n(height)}" for c in range(columns + 1))
    grid += "".join(f"M0 {n(r * row_height)}H{n(width)}" for r in range(len(rows) + 1))
    body += [path(grid, stroke="#FFFFFF", width=0.8), _heat_marks(rows, each, row_height)]
    return svg(width, height, title, body, "heat")


def _grounds(rows: Sequence[Sequence[HeatCell]], each: float, row_height: float) -> str:
    """One path for each ground."""
    runs: dict[int, list[str]] = {}
    for r, row in enumerate(rows):
        begin = 0
        for weight, cells in groupby(row, key=lambda cell: None if cell.weight is None else step(cell.weight)):
            count = len(list(cells))
            if weight is not None:
                runs.setdefault(weight, []).append(rectangle(begin * each, r * row_height, count * each, row_height))
            begin += count
    return "".join(path("".join(runs[ground]), STEPS[ground]) for ground in sorted(runs))


def _hatched(rows: Sequence[Sequence[HeatCell]], each: float, row_height: float) -> str:
    """What is not known, all in one path."""
    lines = [
        hatch(c * each, r * row_height, each, row_height)
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
        if cell.weight is None
    ]
    return path("".join(lines), stroke=HATCH, width=0.6)


def _heat_marks(rows: Sequence[Sequence[HeatCell]], each: float, row_height: float) -> str:
    """Shapes of what is bad or nearly so, in an ink that its ground lets see."""
    marks: dict[str, list[str]] = {}
    radius = min(MARK, each / 3, row_height / 3)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell.weight is None or cell.tone not in (Tone.BAD, Tone.WARNING):
                continue
            mark = shape(cell.tone, (c + 0.5) * each, (r + 0.5) * row_height, radius)
            marks.setdefault(STEP_INKS[step(cell.weight)], []).append(mark)
    return "".join(path("".join(marks[ink]), ink) for ink in sorted(marks))
