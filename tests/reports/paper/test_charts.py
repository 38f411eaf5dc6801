"""What the charts draw, read from their paths."""

from __future__ import annotations

import re

from reports.paper.charts import HEIGHT, heat_svg, trend_svg
from reports.paper.looks import LINES, STEPS, step
from reports.paper.model import HeatCell, Line, Point, Tone, Trend


def paths(svg: str) -> list[dict[str, str]]:
    """Attributes of all paths of a picture."""
    return [dict(re.findall(r'([a-z-]+)="([^"]*)"', found)) for found in re.findall(r"<path ([^>]*)/>", svg)]


def trend(*shares: float | None, limit: float | None = None, columns: bool = False) -> Trend:
    """One line of so many points."""
    points = tuple(Point(f"m{i}", share, "x" if share is None else f"{share}") for i, share in enumerate(shares))
    return Trend("t", "t", (Line("all", points),), limit=limit, columns=columns)


def line_of(svg: str) -> str:
    return next(found["d"] for found in paths(svg) if found["stroke"] == LINES[0])


def test_a_hole_parts_the_line_and_is_hatched() -> None:
    drawn = trend_svg(trend(1.0, 2.0, None, 3.0, 4.0), 500, 100, "t", labeled=False)
    assert line_of(drawn).count("M") == 2
    assert line_of(drawn).count("L") == 2
    hatched = next(found["d"] for found in paths(drawn) if found["stroke-width"] == "0.5")
    xs = [float(x) for x in re.findall(r"[ML]([0-9.]+) ", hatched)]
    assert min(xs) >= 260
    assert max(xs) <= 340


def test_a_line_without_holes_hatches_nothing() -> None:
    drawn = trend_svg(trend(1.0, 2.0, 3.0), 500, 100, "t", labeled=False)
    assert [found for found in paths(drawn) if found["stroke-width"] == "0.5"] == []


def test_higher_shares_stand_higher_and_the_limit_lies_between_them() -> None:
    drawn = trend_svg(trend(1.0, 3.0, limit=2.0), 500, 100, "t", labeled=False)
    low, high = (float(y) for y in re.findall(r"[ML][0-9.]+ ([0-9.]+)", line_of(drawn)))
    rule = next(found["d"] for found in paths(drawn) if found.get("stroke-dasharray") == "5 3")
    assert high < HEIGHT / 2 < low
    assert float(rule.split("H")[0].split()[1]) == (low + high) / 2


def test_columns_stand_on_zero_so_that_twice_as_many_are_twice_as_tall() -> None:
    drawn = trend_svg(trend(10.0, 20.0, columns=True), 500, 100, "t", labeled=False)
    bars = next(found["d"] for found in paths(drawn) if found["fill"] == LINES[0])
    first, second = (float(height) for height in re.findall(r"v([0-9.]+)", bars))
    assert second == 2 * first


def test_a_trend_of_holes_alone_and_one_without_points_are_drawn() -> None:
    assert paths(trend_svg(trend(None, None), 500, 100, "t", labeled=True))
    assert paths(trend_svg(Trend("t", "t", ()), 500, 100, "t", labeled=True))


def test_a_field_that_is_not_known_is_hatched_and_has_no_ground() -> None:
    row = [HeatCell(0.0, "good"), HeatCell(None, "?", Tone.UNKNOWN), HeatCell(1.0, "bad", Tone.BAD)]
    found = paths(heat_svg([row], 30, 10, "t"))
    assert [ground["fill"] for ground in found if ground["fill"] in STEPS] == [STEPS[0], STEPS[-1]]
    assert next(ground["d"] for ground in found if ground["fill"] == STEPS[0]) == "M0 0h10v10h-10z"
    assert next(ground["d"] for ground in found if ground["fill"] == STEPS[-1]) == "M20 0h10v10h-10z"


def test_the_smallest_failure_does_not_look_like_none() -> None:
    assert step(0.0) == 0
    assert step(1e-12) == 1
    assert step(1.0) == step(2.0) == len(STEPS) - 1


def test_titles_of_pictures_are_escaped() -> None:
    assert "<title>&lt;b&gt;&amp;</title>" in trend_svg(trend(1.0), 500, 100, "<b>&", labeled=False)
