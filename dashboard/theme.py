"""How states look: color, shape and word together, so that color is never the only carrier.

The state colors are the palette with the smallest confusion for color-blind viewers (simulated dE of at least 29
between any two). They reach style sheets and charts as CSS variables, once per theme: dark, light, paper (``palettes``
holds what is no state). Scripts read the variables, so that a chart has the colors of the page around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.language import word_key
from dashboard.palettes import DARK, LIGHT, LIGHT_FILLS, PAPER
from slo.availability import Verdict
from slo.states import ServiceState

TEXT_STYLE = "\ufe0e"
"""Variation selector that keeps a glyph from being drawn as a colored emoji."""


@dataclass(frozen=True, slots=True)
class Look:
    """``color`` fills, ``ink`` writes on it, ``glyph`` is the shape, ``word`` a catalog key, ``hatched`` a pattern."""

    color: str
    ink: str
    glyph: str
    word: str
    hatched: bool = False


STATES: Mapping[str, Look] = MappingProxyType(
    {
        ServiceState.OK.value: Look("#12414F", "#E6F4F7", "●", word_key("state.ok")),
        ServiceState.DEGRADED.value: Look("#F0E442", "#16181D", "▲", word_key("state.degraded")),
        ServiceState.DOWN.value: Look("#C24E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("state.down")),
        ServiceState.MAINTENANCE.value: Look("#56B4E9", "#0B1220", "◆", word_key("state.maintenance"), hatched=True),
        ServiceState.NO_TRAFFIC.value: Look("#1B2536", "#C3CEDD", "○", word_key("state.no_traffic")),
        ServiceState.UNKNOWN.value: Look("#8A8F98", "#0B0F17", "?", word_key("state.unknown"), hatched=True),
    }
)
"""Every state of a service, worst-looking last word with the viewer: the wall orders by the snapshot, not by this."""

SOURCE_STATES: Mapping[str, Look] = MappingProxyType(
    {
        "fresh": Look("#5FB7C6", "#0B1220", "●", word_key("source.fresh")),
        "stale": Look("#F0E442", "#16181D", "▲", word_key("source.stale")),
        "missing": Look("#C24E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("source.missing")),
    }
)

VERDICTS: Mapping[str, Look] = MappingProxyType(
    {
        Verdict.MET.value: Look("#12414F", "#E6F4F7", "✔" + TEXT_STYLE, word_key("verdict.met")),
        Verdict.MISSED.value: Look("#C24E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("verdict.missed")),
        Verdict.NOT_PROVEN.value: Look("#8A8F98", "#0B0F17", "?", word_key("verdict.not_proven"), hatched=True),
    }
)

SEVERITIES: Mapping[str, Look] = MappingProxyType(
    {
        "call": Look("#C24E00", "#FFFFFF", "◆", word_key("severity.call")),
        "page": Look("#E69F00", "#16181D", "▲", word_key("severity.page")),
        "ticket": Look("#F0E442", "#16181D", "■", word_key("severity.ticket")),
        "notice": Look("#56B4E9", "#0B1220", "○", word_key("severity.notice")),
    }
)
"""What an alert asks of people, most first."""

LOAD_VERDICTS: Mapping[str, Look] = MappingProxyType(
    {
        "proven": Look("#12414F", "#E6F4F7", "✔" + TEXT_STYLE, word_key("load_verdict.proven")),
        "refuted": Look("#C24E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("load_verdict.refuted")),
        "undecided": Look("#8A8F98", "#0B0F17", "?", word_key("load_verdict.undecided"), hatched=True),
        "invalid": Look("#F0E442", "#16181D", "◇", word_key("load_verdict.invalid")),
    }
)
"""What a load run says of its objective."""

SURFACES: Mapping[str, str] = MappingProxyType(
    {name: DARK[name] for name in ("ground", "panel", "edge", "text", "quiet", "faint", "line", "stale")}
)
"""Colors that carry no state: ground, panels, text, the curve, and the banner of a wall that is not current."""

CHOICES = ("auto", "light", "dark")
"""What a viewer can choose; ``auto`` follows the system."""

_GROUPS = (
    ("", STATES),
    ("source-", SOURCE_STATES),
    ("verdict-", VERDICTS),
    ("severity-", SEVERITIES),
    ("load-", LOAD_VERDICTS),
)


def colors(surfaces: Mapping[str, str], fills: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Every variable of one theme by its name without dashes before it: ``ok``, ``ok-ink``, ``source-fresh``,
    ``verdict-met``, ``panel``... ``fills`` are looks that this theme paints in another color than the dark one."""
    found: dict[str, str] = {}
    for prefix, looks in _GROUPS:
        for name, look in looks.items():
            color, ink = fills.get(prefix + name, (look.color, look.ink))
            found[_css_name(prefix + name)] = color
            found[_css_name(prefix + name) + "-ink"] = ink
    return found | dict(surfaces)


def themes() -> Mapping[str, dict[str, str]]:
    """Variables of ``dark``, ``light`` and ``paper``."""
    return {"dark": colors(DARK, {}), "light": colors(LIGHT, LIGHT_FILLS), "paper": colors(PAPER, LIGHT_FILLS)}


def css_variables() -> str:
    """The themes as rules: dark unless the document says ``data-theme="light"``; on paper always that of paper."""
    found = themes()
    dark = _declared(found["dark"])
    light = _declared(_differing(found["light"], found["dark"]))
    paper = _declared(_differing(found["paper"], found["dark"]))
    return (
        f":root{{color-scheme:dark;{dark}}}"
        f':root[data-theme="light"]{{color-scheme:light;{light}}}'
        f"@media print{{:root,:root[data-theme]{{color-scheme:light;{paper}}}}}"
    )


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {name: color for name, color in one.items() if other[name] != color}


def _declared(variables: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{color};" for name, color in variables.items())


def _css_name(name: str) -> str:
    return name.replace("_", "-").replace(" ", "-")
