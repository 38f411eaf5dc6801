"""The timeline of a run as SVG: requests by outcome, the slowest answer, who was served, when it was hurt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from loadtests.drills.card import DEADLINE_S, is_slow
from loadtests.drills.drill import Record
from loadtests.drills.estate import DATA_CENTERS

_WIDTH, _LEFT, _RIGHT = 1200, 70, 20
_COUNTS_TOP, _COUNTS_HEIGHT = 76, 140
_LATENCY_TOP, _LATENCY_HEIGHT = 250, 150
_SERVED_TOP, _SERVED_STEP = 440, 20
_HEIGHT = _SERVED_TOP + _SERVED_STEP * len(DATA_CENTERS) + 60
_MOST_SLOTS = 400
_LEAST_MS, _DECADES = 1.0, 4
_OK, _SLOW, _FAILED, _DOWN, _INK = "#12414F", "#F0E442", "#D55E00", "#D55E00", "#222222"


def svg(record: Record, title: str) -> str:
    """A picture of a run. Time runs from its beginning to its end."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="13" fill="{_INK}" role="img" aria-label="{escape(title)}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="17">{escape(title)}</text>',
        *_losses(record),
        *_counts(record),
        *_latencies(record),
        *_served(record),
        *_time_axis(record),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(record: Record, at_s: float) -> float:
    share = (at_s - record.began_s) / (record.ended_s - record.began_s)
    return _LEFT + min(1.0, max(0.0, share)) * (_WIDTH - _LEFT - _RIGHT)


def _losses(record: Record) -> Iterator[str]:
    """A band from injection to the end of the fault, with its name."""
    bottom = _SERVED_TOP + _SERVED_STEP * len(DATA_CENTERS)
    for number, loss in enumerate(record.losses):
        left, right = _x(record, loss.injected_s), _x(record, loss.restored_s)
        yield (
            f'<rect x="{left:.1f}" y="{_COUNTS_TOP - 14}" width="{right - left:.1f}" '
            f'height="{bottom - _COUNTS_TOP + 14}" fill="#8A8F98" fill-opacity="0.18"/>'
        )
        label = f"{loss.fault.name} {loss.data_center}" if len(record.losses) <= 12 else loss.fault.name  # noqa: PLR2004
        yield f'<text x="{left:.1f}" y="{_COUNTS_TOP - 18 - number % 2 * 12}" font-size="11">{escape(label)}</text>'


def _slots(record: Record) -> tuple[float, list[list[int]], list[float]]:
    """Slot length in seconds; per slot of intended starts: good, slow and failed requests; worst latency."""
    length_s = max(0.25, (record.ended_s - record.began_s) / _MOST_SLOTS)
    number = int((record.ended_s - record.began_s) / length_s) + 1
    counts, worst_s = [[0, 0, 0] for _ in range(number)], [0.0] * number
    for one in record.sent:
        slot = min(number - 1, int((one.intended_s - record.began_s) / length_s))
        counts[slot][2 if one.problem else 1 if is_slow(one) else 0] += 1
        worst_s[slot] = max(worst_s[slot], one.latency_s)
    return length_s, counts, worst_s


def _counts(record: Record) -> Iterator[str]:
    length_s, counts, _ = _slots(record)
    most = max((sum(one) for one in counts), default=1) or 1
    yield _caption(_COUNTS_TOP, "requests/s", f"{most / length_s:.0f}")
    for slot, numbers in enumerate(counts):
        left = _x(record, record.began_s + slot * length_s)
        width = max(0.5, _x(record, record.began_s + (slot + 1) * length_s) - left - 0.3)
        bottom = float(_COUNTS_TOP + _COUNTS_HEIGHT)
        for number, color in zip(numbers, (_OK, _SLOW, _FAILED), strict=True):
            if number:
                height = max(1.5, number / most * _COUNTS_HEIGHT)
                bottom -= height
                yield (
                    f'<rect x="{left:.1f}" y="{bottom:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'
                )
    legend = ((_OK, "answered"), (_SLOW, f"slower than {DEADLINE_S:g} s"), (_FAILED, "failed"))
    for place, (color, text) in enumerate(legend):
        x = _WIDTH - 420 + place * 140
        yield f'<rect x="{x}" y="14" width="11" height="11" fill="{color}" stroke="{_INK}" stroke-width="0.5"/>'
        yield f'<text x="{x + 16}" y="24">{text}</text>'


def _latencies(record: Record) -> Iterator[str]:
    length_s, _, worst_s = _slots(record)
    yield _caption(_LATENCY_TOP, "slowest, ms", f"{_LEAST_MS * 10**_DECADES:.0f}")
    line_y = _latency_y(DEADLINE_S)
    yield (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{line_y:.1f}" y2="{line_y:.1f}" stroke="{_FAILED}" '
        'stroke-dasharray="5 4"/>'
    )
    points = (
        f"{_x(record, record.began_s + (slot + 0.5) * length_s):.1f},{_latency_y(worst):.1f}"
        for slot, worst in enumerate(worst_s)
        if worst
    )
    yield f'<polyline fill="none" stroke="{_OK}" stroke-width="1.4" points="{" ".join(points)}"/>'


def _latency_y(seconds: float) -> float:
    decades = math.log10(max(_LEAST_MS, seconds * 1000) / _LEAST_MS)
    return _LATENCY_TOP + _LATENCY_HEIGHT * (1 - min(_DECADES, decades) / _DECADES)


def _served(record: Record) -> Iterator[str]:
    """One bar per data center: dark while HAProxy sends to it, hollow while it is marked down."""
    yield f'<text x="{_LEFT}" y="{_SERVED_TOP - 8}" font-size="11">hollow: marked down by HAProxy</text>'
    for place, name in enumerate(DATA_CENTERS):
        y = _SERVED_TOP + place * _SERVED_STEP
        yield f'<text x="{_LEFT - 8}" y="{y + 11}" text-anchor="end">{name}</text>'
        for begin_s, end_s, up in _stretches(record, name):
            left, right = _x(record, begin_s), _x(record, end_s)
            look = f'fill="{_OK}"' if up else f'fill="#ffffff" stroke="{_DOWN}" stroke-width="1.5"'
            yield f'<rect x="{left:.1f}" y="{y}" width="{max(1.0, right - left):.1f}" height="13" {look}/>'


def _stretches(record: Record, name: str) -> Iterator[tuple[float, float, bool]]:
    begin_s, up = record.began_s, True
    for look in record.looks:
        if look.servers[name].up is not up:
            yield begin_s, look.at_s, up
            begin_s, up = look.at_s, not up
    yield begin_s, record.ended_s, up


def _time_axis(record: Record) -> Iterator[str]:
    length_s = record.ended_s - record.began_s
    step_s = next((step for step in (1, 2, 5, 10, 20, 30, 60, 120, 300) if length_s / step <= 20), 600)  # noqa: PLR2004
    y = _HEIGHT - 30
    for number in range(int(length_s // step_s) + 1):
        x = _x(record, record.began_s + number * step_s)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 16}" y2="{y - 10}" stroke="{_INK}"/>'
        yield f'<text x="{x:.1f}" y="{y + 4}" text-anchor="middle" font-size="11">{number * step_s}</text>'
    yield f'<text x="{_WIDTH - _RIGHT}" y="{y + 20}" text-anchor="end" font-size="11">seconds</text>'


def _caption(top: int, text: str, most: str) -> str:
    return (
        f'<text x="{_LEFT}" y="{top - 2}" font-size="11">{text}</text>'
        f'<text x="{_LEFT - 8}" y="{top + 10}" text-anchor="end" font-size="11">{most}</text>'
    )
