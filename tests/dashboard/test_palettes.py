"""Dark, light and paper: every ink can be read on every ground that it is written on, and states stay apart."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from dashboard import theme
from tests.dashboard.test_theme import contrast

ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"
GROUNDS = ("ground", "panel")
WRITTEN = ("text", "quiet", "line")
AA = 4.5
COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgb\(")
OWN_COLORS = ("wall", "login", "reports")
"""The wall and the login page have places of their own; the frame of a report's preview is paper."""
DEUTERANOPIA = ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969))
PROTANOPIA = ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052))
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear light."""


@pytest.mark.parametrize("name", ["dark", "light", "paper"])
def test_every_text_can_be_read_where_it_is_written(name: str) -> None:
    """WCAG AA: 4.5 to 1, also for ink on what it fills."""
    colors = theme.themes()[name]
    texts = [each for each in colors if each in WRITTEN or each.endswith("-text")]
    pairs = [(text, ground) for text in texts for ground in GROUNDS]
    pairs += [
        ("text", "edge"),
        ("quiet", "edge"),
        ("text", "press"),
        ("text", "alarm-ground"),
        ("bad-text", "alarm-ground"),
    ]
    pairs += [("warm-text", "alarm-ground"), ("quiet", "alarm-ground")]
    poor = {pair: contrast(colors[pair[0]], colors[pair[1]]) for pair in pairs}
    poor |= {(each, each[:-4]): contrast(colors[each], colors[each[:-4]]) for each in colors if each.endswith("-ink")}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < AA} == {}


def seen(color: str, matrix: tuple[tuple[float, float, float], ...]) -> tuple[float, ...]:
    """A color as somebody sees it, as linear light."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return tuple(max(0.0, sum(weight * part for weight, part in zip(row, linear, strict=True))) for row in matrix)


def lab(light: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of linear light."""
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(w * part for w, part in zip(row, light, strict=True)) for row in to_xyz]
    x, y, z = (
        (value / white) ** (1 / 3) if value / white > 0.008856 else 7.787 * value / white + 16 / 116
        for value, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("matrix", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
@pytest.mark.parametrize("name", ["dark", "light"])
def test_states_stay_apart_for_the_color_blind(name: str, matrix: tuple[tuple[float, float, float], ...]) -> None:
    """Every two states that carry a figure differ by more than 15 (CIE76); shape and word tell them apart besides."""
    colors = theme.themes()[name]
    labs = {state: lab(seen(colors[state], matrix)) for state in ("ok", "degraded", "down", "maintenance", "unknown")}
    apart = {
        (one, other): sum((a - b) ** 2 for a, b in zip(labs[one], labs[other], strict=True)) ** 0.5
        for one, other in combinations(labs, 2)
    }
    assert {pair: round(distance) for pair, distance in apart.items() if distance < 15} == {}


def test_style_sheets_and_charts_name_colors_and_never_write_them() -> None:
    """A color that is written out would not change with the theme."""
    files = [path for path in ASSETS.glob("*.*") if not path.name.startswith(OWN_COLORS)]
    written = {
        path.name: [line for line in path.read_text(encoding="utf-8").splitlines() if COLOR.search(line)]
        for path in files
    }
    allowed = re.compile(r"rgb\(\d+ \d+ \d+ / (0\.)?\d+%?\)")
    shades = {name: [line for line in lines if COLOR.search(allowed.sub("", line))] for name, lines in written.items()}
    assert {name: lines for name, lines in shades.items() if lines} == {}


def test_every_variable_is_one_of_the_theme() -> None:
    """A misspelt variable would silently paint nothing."""
    defined = set(re.findall(r"--([a-z0-9-]+):", theme.css_variables()))
    for path in ASSETS.glob("*.css"):
        sheet = path.read_text(encoding="utf-8")
        own = set(re.findall(r"--([a-z0-9-]+):", sheet)) | {"hatch", "rows", "columns", "sources"}
        assert set(re.findall(r"var\(--([a-z0-9-]+)", sheet)) - own - defined == set(), path.name
