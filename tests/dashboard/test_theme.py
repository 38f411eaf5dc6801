"""States are told apart by shape and word as well as by color, and the style sheet knows the theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard import theme
from slo.availability import Verdict
from slo.states import ServiceState

STYLE_SHEET = Path(__file__).parents[2] / "dashboard" / "assets" / "wall.css"
VARIABLE = re.compile(r"var\(--([a-z-]+)")
ALL_LOOKS = [*theme.STATES.items(), *theme.VERDICTS.items(), *theme.SOURCE_STATES.items()]


def luminance(color: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_state_of_a_service_has_its_own_color_shape_and_word() -> None:
    """Color is never the only carrier."""
    assert set(theme.STATES) == {state.value for state in ServiceState}
    for part in ("color", "glyph", "word"):
        assert len({getattr(look, part) for look in theme.STATES.values()}) == len(ServiceState)


def test_every_verdict_has_its_own_shape_and_word() -> None:
    """met, missed and not proven are told apart without color."""
    assert set(theme.VERDICTS) == {verdict.value for verdict in Verdict}
    assert len({look.glyph for look in theme.VERDICTS.values()}) == len(Verdict)


@pytest.mark.parametrize(("name", "look"), ALL_LOOKS, ids=[name for name, _ in ALL_LOOKS])
def test_ink_can_be_read_on_its_color(name: str, look: theme.Look) -> None:
    """Words on a state are large and bold: WCAG asks for 3; quiet text on the panel for 4.5."""
    assert contrast(look.color, look.ink) >= 3, name


@pytest.mark.parametrize("ink", ["text", "quiet"])
@pytest.mark.parametrize("ground", ["ground", "panel"])
def test_text_can_be_read_on_the_panels(ink: str, ground: str) -> None:
    """Ordinary text keeps 4.5 to 1."""
    assert contrast(theme.SURFACES[ink], theme.SURFACES[ground]) >= 4.5


def test_the_style_sheet_uses_only_what_the_theme_defines() -> None:
    """A misspelt variable would silently paint nothing."""
    defined = set(re.findall(r"--([a-z-]+):", theme.css_variables()))
    sheet = STYLE_SHEET.read_text(encoding="utf-8")
    own = set(re.findall(r"--([a-z-]+):", sheet)) | {"rows", "columns", "sources"}
    assert set(VARIABLE.findall(sheet)) - own - defined == set()


def test_the_style_sheet_has_a_rule_for_every_state() -> None:
    """A state without a rule would look like its neighbor."""
    sheet = STYLE_SHEET.read_text(encoding="utf-8")
    for state in theme.STATES:
        assert f".cell.state-{state.replace('_', '-')}" in sheet
    for state in set(theme.SOURCE_STATES) - {"fresh"}:
        assert f".source.source-{state}" in sheet
    for verdict in theme.VERDICTS:
        assert f".chip.verdict-{verdict.replace(' ', '-')}" in sheet


def test_states_that_the_theme_calls_hatched_are_hatched() -> None:
    """Unknown and maintenance keep their pattern when a screen has no color."""
    sheet = STYLE_SHEET.read_text(encoding="utf-8")
    for name, look in theme.STATES.items():
        rule = re.search(rf"\.cell\.state-{name.replace('_', '-')} \{{([^}}]*)\}}", sheet)
        assert rule is not None
        assert ("--hatch" in rule.group(1)) == look.hatched
