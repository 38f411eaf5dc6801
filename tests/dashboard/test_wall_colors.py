"""The wall's own pairs keep WCAG AA, dimmed at night too, and its states stay apart for people who see fewer colors.

Contrast as WCAG 2.2; color vision by the matrices of Viénot, Brettel and Mollon (1999) on linear light; distance is
CIE76 in Lab.
"""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

from dashboard import theme
from dashboard.pages.wall_curve import MARK_SHAPES

ROOM = Path(__file__).parents[2] / "dashboard" / "assets" / "wall_room.css"
SHEET = ROOM.read_text(encoding="utf-8")
NIGHT = 0.7
LARGE, TEXT = 3.0, 4.5
LEAST_APART = 20.0
QUIET_APART = 10.0
"""2.3 is just noticeable. The two quiet states, which ask for nothing, may be closer: a dashed border parts them."""

Rgb = tuple[float, float, float]
MATRICES: dict[str, tuple[Rgb, Rgb, Rgb]] = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}


def channels(color: str, factor: float = 1.0) -> Rgb:
    """Linear light of ``#RRGGBB``, dimmed by a CSS ``brightness``."""
    found = [int(color[at : at + 2], 16) / 255 * factor for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in found]
    return linear[0], linear[1], linear[2]


def contrast(one: str, other: str, factor: float = 1.0) -> float:
    luminance = [
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels(x, factor), strict=True)) for x in (one, other)
    ]
    return (max(luminance) + 0.05) / (min(luminance) + 0.05)


def seen(color: str, by: str) -> Rgb:
    """Lab of a color as somebody sees it."""
    light = channels(color)
    r, g, b = (max(0.0, sum(m * c for m, c in zip(row, light, strict=True))) for row in MATRICES[by])
    xyz = (
        0.4124 * r + 0.3576 * g + 0.1805 * b,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        0.0193 * r + 0.1192 * g + 0.9505 * b,
    )
    x, y, z = (_curve(c / white) for c, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _curve(t: float) -> float:
    return t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116


def own(name: str) -> str:
    """A color that the style sheet itself defines."""
    found = re.search(rf"--{name}: (#[0-9A-F]{{6}})", SHEET)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("factor", [1.0, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("ground", ["ground", "panel"])
@pytest.mark.parametrize("ink", ["text", "quiet"])
def test_text_can_be_read_by_day_and_by_night(ink: str, ground: str, factor: float) -> None:
    """The night dims both by what the style sheet says."""
    assert f"--night: {NIGHT}" in SHEET
    assert contrast(theme.SURFACES[ink], theme.SURFACES[ground], factor) >= TEXT


def test_an_alarm_can_be_read_as_small_text() -> None:
    """Its words are large, its label is not."""
    assert contrast(own("alarm"), own("alarm-ink")) >= TEXT
    assert contrast("#7A2F00", "#FFFFFF") >= TEXT
    assert contrast("#7A2F00", "#FFD9BF") >= TEXT  # the other stripe


def test_a_state_stands_out_from_the_panel() -> None:
    """What is not normal is told from the ground it lies on; the quiet ones by their border or their words."""
    quiet = {"ok", "no_traffic"}
    for name in set(theme.STATES) - quiet:
        assert contrast(theme.STATES[name].color, theme.SURFACES["panel"]) >= LARGE, name


@pytest.mark.parametrize("by", list(MATRICES))
def test_states_stay_apart_for_people_who_see_fewer_colors(by: str) -> None:
    """Any two; shape and word come on top."""
    for (one, a), (other, b) in itertools.combinations(theme.STATES.items(), 2):
        apart = math.dist(seen(a.color, by), seen(b.color, by))
        least = QUIET_APART if {one, other} == {"ok", "no_traffic"} else LEAST_APART
        assert apart >= least, (one, other, round(apart, 1))


def test_every_mark_has_a_shape_of_its_own_and_a_color_that_can_be_seen() -> None:
    assert len({shape for shape, _ in MARK_SHAPES.values()}) == len(MARK_SHAPES)
    variables = dict(re.findall(r"--([a-z-]+):(#[0-9A-F]{6})", theme.css_variables().split("}")[0]))
    for kind in MARK_SHAPES:
        rule = re.search(rf"\.mark-{kind.replace('_', '-')}\b[^{{]*\{{ color: ([^;]+);", SHEET)
        assert rule is not None, kind
        named = re.fullmatch(r"var\(--([a-z-]+)\)", rule[1])
        assert contrast(variables[named[1]] if named else rule[1], theme.SURFACES["panel"]) >= TEXT, kind
