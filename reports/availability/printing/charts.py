"""Pictures of the availability report: the trend of thirteen months, and a heat map by day."""

from __future__ import annotations

import math
from fractions import Fraction

from reports.availability.model import Month, Report, Slice
from reports.availability.printing.texts import VERDICT_TONES, Texts
from reports.paper.model import HeatCell, HeatMap, Line, Point, Tone, Trend
from slo.objective import Objective

MARGIN = 0.25
"""Of the trend's height, below its lowest point and below the target."""
WORST_BURN = 1000
"""A heat map's darkest field: a thousand times the failures that the target allows."""
MILD = 0.4
MOST_ROWS = 60


def trend(report: Report, texts: Texts) -> Trend:
    """The bank and the period's worst product, against the target."""
    units = [report.bank.id]
    if report.composite.worst is not None:
        units.append(report.composite.worst.id)
    labels = list(dict.fromkeys(each.month for each in report.trend))
    found = {(each.id, each.month): each for each in report.trend}
    months = {unit: [(label, found.get((unit, label))) for label in labels] for unit in units}
    target = Objective.parse(report.target).target * 100
    known = [Fraction(each.availability) for each in report.trend if each.id in units and each.availability is not None]
    lowest = min([*known, target])
    scale = _Scale(lowest - (100 - lowest) * Fraction(MARGIN))
    lines = tuple(
        Line(texts.name(unit), tuple(_point(*each, scale, texts) for each in mine)) for unit, mine in months.items()
    )
    words = texts.words
    return Trend(
        "trend_chart",
        words("chart.trend"),
        lines,
        unit="%",
        limit=scale.place(target),
        limit_text=words("chart.target", target=report.target),
        note=words("chart.trend_note"),
    )


class _Scale:
    """Places percentages between a floor and 100."""

    def __init__(self, floor: Fraction) -> None:
        self._floor = floor

    def place(self, percentage: Fraction) -> float:
        """0 at the floor, 1 at 100."""
        span = 100 - self._floor
        return float((percentage - self._floor) / span) if span else 1.0


def _point(label: str, month: Month | None, scale: _Scale, texts: Texts) -> Point:
    if month is None or month.availability is None:
        return Point(label, None, texts.words("unknown"), Tone.UNKNOWN)
    share = scale.place(Fraction(month.availability))
    return Point(label, share, f"{month.availability} %", VERDICT_TONES[month.verdict])


def heat_map(report: Report, texts: Texts) -> HeatMap:
    """Products by days (months, of a long period); of very many products those with the most failures."""
    labels = tuple(dict.fromkeys(each.slice for each in report.slices))
    units = [each.id for each in report.products]
    note = texts.words("chart.heat_note")
    if len(units) > MOST_ROWS:
        ranked = sorted(report.products, key=lambda each: (-each.bad, each.id))[:MOST_ROWS]
        chosen = {each.id for each in ranked}
        units = [each for each in units if each in chosen]
        note = texts.words("chart.heat_most", shown=MOST_ROWS, all=len(report.products))
    found = {(each.id, each.slice): each for each in report.slices}
    targets = {each.id: each.target for each in (*report.products, report.bank)}
    rows = tuple(
        (texts.name(unit), tuple(_field(found.get((unit, label)), targets[unit], texts) for label in labels))
        for unit in (report.bank.id, *units)
    )
    legend = tuple(texts.words(f"legend.{word}") for word in ("none", "within", "over", "unknown"))
    shown = tuple(label[-2:] if report.period.kind == "month" else label for label in labels)
    return HeatMap("heat", texts.words("chart.heat"), shown, rows, legend, note)


def _field(each: Slice | None, target: str, texts: Texts) -> HeatCell:
    if each is None or each.availability is None:
        return HeatCell(None, texts.words("unknown"), Tone.UNKNOWN)
    burn = Fraction(each.bad, each.total) / (1 - Objective.parse(target).target)
    text = f"{each.availability} %"
    if burn <= 1:
        return HeatCell(MILD * float(burn), text, Tone.GOOD)
    weight = MILD + (1 - MILD) * min(math.log(float(burn)) / math.log(WORST_BURN), 1.0)
    return HeatCell(weight, text, Tone.BAD)
