"""How states look: color, shape and word together, so that color is never the only carrier.

The state colors are the palette with the smallest confusion for color-blind viewers (simulated dE of at least 29
between any two). The same values reach the style sheet as CSS variables and the script as page data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.language import word_key
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
        ServiceState.DOWN.value: Look("#D55E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("state.down")),
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
        "missing": Look("#D55E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("source.missing")),
    }
)

VERDICTS: Mapping[str, Look] = MappingProxyType(
    {
        Verdict.MET.value: Look("#12414F", "#E6F4F7", "✔" + TEXT_STYLE, word_key("verdict.met")),
        Verdict.MISSED.value: Look("#D55E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("verdict.missed")),
        Verdict.NOT_PROVEN.value: Look("#8A8F98", "#0B0F17", "?", word_key("verdict.not_proven"), hatched=True),
    }
)

SEVERITIES: Mapping[str, Look] = MappingProxyType(
    {
        "call": Look("#D55E00", "#FFFFFF", "◆", word_key("severity.call")),
        "page": Look("#E69F00", "#16181D", "▲", word_key("severity.page")),
        "ticket": Look("#F0E442", "#16181D", "■", word_key("severity.ticket")),
        "notice": Look("#56B4E9", "#0B1220", "○", word_key("severity.notice")),
    }
)
"""What an alert asks of people, most first."""

LOAD_VERDICTS: Mapping[str, Look] = MappingProxyType(
    {
        "proven": Look("#12414F", "#E6F4F7", "✔" + TEXT_STYLE, word_key("load_verdict.proven")),
        "refuted": Look("#D55E00", "#FFFFFF", "✖" + TEXT_STYLE, word_key("load_verdict.refuted")),
        "undecided": Look("#8A8F98", "#0B0F17", "?", word_key("load_verdict.undecided"), hatched=True),
        "invalid": Look("#F0E442", "#16181D", "◇", word_key("load_verdict.invalid")),
    }
)
"""What a load run says of its objective."""

SURFACES: Mapping[str, str] = MappingProxyType(
    {
        "ground": "#080D16",
        "panel": "#0F1726",
        "edge": "#1E2A3D",
        "text": "#F2F6FB",
        "quiet": "#A3B2C6",
        "faint": "#66768C",
        "line": "#6CC4F5",
        "stale": "#F0E442",
    }
)
"""Colors that carry no state: ground, panels, text, the curve, and the banner of a wall that is not current."""


def css_variables() -> str:
    """The theme as one ``:root`` rule: ``--ok``, ``--ok-ink``, ``--source-fresh``, ``--verdict-met``, ``--panel``..."""
    groups = (
        ("", STATES),
        ("source-", SOURCE_STATES),
        ("verdict-", VERDICTS),
        ("severity-", SEVERITIES),
        ("load-", LOAD_VERDICTS),
    )
    pairs = [pair for prefix, looks in groups for name, look in looks.items() for pair in _pairs(prefix + name, look)]
    pairs += [(name, color) for name, color in SURFACES.items()]
    return ":root{" + "".join(f"--{_css_name(name)}:{value};" for name, value in pairs) + "}"


def _pairs(name: str, look: Look) -> tuple[tuple[str, str], tuple[str, str]]:
    return (name, look.color), (name + "-ink", look.ink)


def _css_name(name: str) -> str:
    return name.replace("_", "-").replace(" ", "-")
