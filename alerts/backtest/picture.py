"""A backtest as a picture (SVG): burn rate over time with the tiers' factors, budget spent, bars where a tier fires.

Burn is drawn on a logarithmic scale; a column without events is grey, never drawn as calm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from html import escape

from alerts.backtest.result import Result, instant, lasted
from alerts.backtest.trace import Trace
from slo.formatting import percent, ratio

WIDTH, LEFT, RIGHT = 1200, 90, 20
BURN_TOP, BURN_HEIGHT = 60, 260
BUDGET_TOP, BUDGET_HEIGHT = 370, 120
BARS_TOP, BAR_HEIGHT = 540, 22
_DECADES = (-1, 6)
_COLOR = {"burn": "#12414F", "budget": "#56B4E9", "firing": "#D55E00", "grid": "#8A8F98"}


def picture(result: Result, trace: Trace) -> str:
    """The whole picture as SVG text."""
    rules = [name for name in result.rules if name not in result.left_out]
    height = BARS_TOP + BAR_HEIGHT * (len(rules) + 2)
    title = f"{result.slo.id}: {result.slo.objective.text} %, {instant(result.from_s)} to {instant(result.to_s)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="Noto Sans CJK SC, DejaVu Sans, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#FFFFFF"/>',
        _text(LEFT, 28, title, size=18),
        *_burn(result, trace),
        *_budget(result, trace),
        *_bars(result),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _burn(result: Result, trace: Trace) -> Iterator[str]:
    yield _text(LEFT, BURN_TOP - 8, f"burn rate, columns of {lasted(trace.column_seconds)} (logarithmic)")
    for power in range(_DECADES[0], _DECADES[1] + 1):
        y = _burn_y(10.0**power)
        yield _line(y, "0.3")
        yield _text(LEFT - 8, y + 4, f"{10**power:,}" if power >= 0 else "0.1", anchor="end")
    for tier in result.burning:
        factor = tier.factor(result.slo.period_seconds)
        y = _burn_y(float(factor))
        dash = f'stroke="{_COLOR["firing"]}" stroke-dasharray="6 4"'
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" {dash}/>'
        yield _text(WIDTH - RIGHT, y - 3, f"{tier.name} {ratio(factor, 2)}", anchor="end")
    allowed = float(1 - result.slo.objective.target)
    bottom, width = BURN_TOP + BURN_HEIGHT, _column_width(result, trace)
    for number, column in enumerate(trace.columns):
        x = LEFT + number * width
        if not column.total:
            size = f'width="{width:.2f}" height="{BURN_HEIGHT}"'
            yield f'<rect x="{x:.2f}" y="{BURN_TOP}" {size} fill="{_COLOR["grid"]}" fill-opacity="0.35"/>'
        elif column.bad:
            y = _burn_y(column.bad / column.total / allowed)
            size = f'width="{max(width, 0.8):.2f}" height="{bottom - y:.1f}"'
            yield f'<rect x="{x:.2f}" y="{y:.1f}" {size} fill="{_COLOR["burn"]}"/>'


def _budget(result: Result, trace: Trace) -> Iterator[str]:
    """Bad events so far, by those that a whole period at this traffic allows."""
    total = sum(column.total for column in trace.columns)
    seconds = max(result.to_s - result.from_s, 1)
    allowed = total * (1 - result.slo.objective.target) * Fraction(result.slo.period_seconds, seconds)
    bad = sum(column.bad for column in trace.columns)
    spent = percent(bad / allowed, 2) if allowed else "-"
    days = lasted(result.slo.period_seconds)
    yield _text(LEFT, BUDGET_TOP - 8, f"budget of {days} spent since the begin, at this traffic: {spent} %")
    top = max(float(bad / allowed) if allowed else 0.0, 1.0)
    for share in (0.0, 0.5, 1.0):
        y = BUDGET_TOP + BUDGET_HEIGHT * (1 - share)
        yield _line(y, "0.3")
        yield _text(LEFT - 8, y + 4, f"{share * top:.0%}", anchor="end")
    if not allowed:
        return
    points, so_far, width = [f"{LEFT},{BUDGET_TOP + BUDGET_HEIGHT}"], 0, _column_width(result, trace)
    for number, column in enumerate(trace.columns):
        so_far += column.bad
        y = BUDGET_TOP + BUDGET_HEIGHT * (1 - float(so_far / allowed) / top)
        points.append(f"{LEFT + (number + 1) * width:.1f},{y:.1f}")
    yield f'<polyline points="{" ".join(points)}" fill="none" stroke="{_COLOR["budget"]}" stroke-width="2.5"/>'


def _bars(result: Result) -> Iterator[str]:
    """One row per tier: when any alert of it fired."""
    yield _text(LEFT, BARS_TOP - 8, "firing")
    rules = [name for name in result.rules if name not in result.left_out]
    for row, name in enumerate(rules):
        y = BARS_TOP + row * BAR_HEIGHT
        yield _text(LEFT - 8, y + 14, name, anchor="end")
        yield _line(y + BAR_HEIGHT - 2, "0.2")
        for span in (each for each in result.spans() if each.key.rule == name):
            to_s = result.to_s if span.to_s is None else span.to_s
            x, right = _x(result, span.from_s), _x(result, to_s)
            size = f'width="{max(right - x, 1.5):.1f}" height="{BAR_HEIGHT - 8}"'
            told = f"{name} {span.key.subject.level.value} {span.key.subject.data_center}"
            tip = escape(f"{told} {instant(span.from_s)}, {lasted(to_s - span.from_s)}")
            yield f'<rect x="{x:.1f}" y="{y + 3}" {size} fill="{_COLOR["firing"]}"><title>{tip}</title></rect>'
    end = BARS_TOP + len(rules) * BAR_HEIGHT + 16
    yield _text(LEFT, end, instant(result.from_s))
    yield _text(WIDTH - RIGHT, end, instant(result.to_s), anchor="end")


def _burn_y(burn: float) -> float:
    least, most = _DECADES
    power = min(max(math.log10(burn), least), most)
    return BURN_TOP + BURN_HEIGHT * (1 - (power - least) / (most - least))


def _column_width(result: Result, trace: Trace) -> float:
    return (WIDTH - LEFT - RIGHT) * trace.column_seconds / max(result.to_s - result.from_s, 1)


def _x(result: Result, at_s: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (at_s - result.from_s) / max(result.to_s - result.from_s, 1)


def _line(y: float, opacity: str) -> str:
    grid = f'stroke="{_COLOR["grid"]}" stroke-opacity="{opacity}"'
    return f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" {grid}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
