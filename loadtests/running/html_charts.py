"""Two pictures of a run as SVG text."""

from __future__ import annotations

from typing import Any

_WIDTH, _HEIGHT, _EDGE = 900, 240, 44


def second_chart(seconds: list[list[int]]) -> str:
    """Requests per second as a line; a mark below for every second with failures."""
    most = max((row[1] for row in seconds), default=0)
    if not most:
        return "<p>—</p>"
    width = (_WIDTH - _EDGE) / max(1, len(seconds))
    points = [(_EDGE + (row[0] + 0.5) * width, _y(row[1] / most)) for row in seconds]
    marks = "".join(
        f'<path d="M{_EDGE + row[0] * width:.1f} {_HEIGHT - 18}l4 -8 4 8z" fill="#D55E00"><title>{row[0]} s: {row[2]}'
        "</title></path>"
        for row in seconds
        if row[2]
    )
    return _svg(_line(points, "#12414F") + marks + _axis(f"{most}/s", "0 s", f"{len(seconds)} s"))


def latency_chart(latency: dict[str, Any]) -> str:
    """Share of requests by latency, logarithmic: from the intended start (solid) and from sending (dashed)."""
    bounds = [upper for form in ("corrected", "uncorrected") for upper, _ in latency[form]["buckets"]]
    if not bounds:
        return "<p>—</p>"
    least, most = max(1, min(bounds)), max(bounds)
    lines = _cumulated(latency["corrected"]["buckets"], least, most, "")
    lines += _cumulated(latency["uncorrected"]["buckets"], least, most, "6 4")
    return _svg(lines + _axis("100 %", f"{least / 1000:.1f} ms", f"{most / 1000:.1f} ms"))


def _cumulated(buckets: list[list[int]], least: int, most: int, dashes: str) -> str:
    total, seen, points = sum(count for _, count in buckets), 0, []
    # Bit lengths with a fraction stand for the logarithm: good enough for the eye, and whole numbers all the way.
    span = max(1e-9, _log(most) - _log(least))
    for upper, count in buckets:
        seen += count
        x = _EDGE + (_WIDTH - _EDGE) * (_log(max(1, upper)) - _log(least)) / span
        points.append((x, _y(seen / total)))
    return _line(points, "#12414F" if not dashes else "#56789A", dashes)


def _log(number: int) -> float:
    length = number.bit_length() - 1
    return length + number / (1 << length) - 1


def _y(share: float) -> float:
    return 12 + (_HEIGHT - 52) * (1 - share)


def _line(points: list[tuple[float, float]], color: str, dashes: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dashes}"/>'


def _axis(top: str, left: str, right: str) -> str:
    return (
        f'<text x="2" y="16" font-size="12">{top}</text>'
        f'<text x="{_EDGE}" y="{_HEIGHT - 3}" font-size="12">{left}</text>'
        f'<text x="{_WIDTH - 4}" y="{_HEIGHT - 3}" font-size="12" text-anchor="end">{right}</text>'
    )


def _svg(content: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{content}</svg>'
