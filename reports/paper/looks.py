"""How a tone looks on paper: color, shape and the word that stands beside it, so that color is never alone.

Colors keep apart for color-blind readers (Okabe and Ito; ColorBrewer's YlOrBr, whose lightness falls with the weight,
so that a black and white print still orders the fields). Glyphs are such as Noto Sans CJK SC holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reports.paper.model import Tone

INK, MUTED_INK, RULE, HATCH = "#16242B", "#5A6870", "#C9D3D7", "#6B747C"


@dataclass(frozen=True, slots=True)
class Look:
    """``ink`` writes on white with a contrast of at least 4.5; ``fill``: a pale ground; ``glyph``: the shape."""

    ink: str
    fill: str
    glyph: str


LOOKS: Mapping[Tone, Look] = MappingProxyType(
    {
        Tone.PLAIN: Look(INK, "#F4F7F8", ""),
        Tone.GOOD: Look("#12414F", "#E3F1F4", "●"),
        Tone.WARNING: Look("#6B5500", "#FFF6C9", "▲"),
        Tone.BAD: Look("#A33F00", "#FCE7DA", "◆"),
        Tone.UNKNOWN: Look("#4F565D", "#ECEEF0", "?"),
        Tone.MUTED: Look(MUTED_INK, "#FFFFFF", ""),
    }
)

LINES = ("#12414F", "#D55E00", "#0072B2", "#7A5195", "#3C7D3C", "#8A6D00")
DASHES = ("", "6 2", "2 2", "8 2 2 2", "1 2", "10 3")

STEPS = ("#E8F2F4", "#FEE391", "#FEC44F", "#FE9929", "#CC4C02", "#8C2D04")
"""Grounds of a heat map's fields: nothing wrong, then five steps to the worst."""
STEP_INKS = (INK, INK, INK, INK, "#FFFFFF", "#FFFFFF")


def step(weight: float) -> int:
    """Which of the grounds a weight of 0 to 1 has; only 0 itself has the first, so that no failure looks like none."""
    if weight <= 0:
        return 0
    return min(len(STEPS) - 1, max(1, math.ceil(weight * (len(STEPS) - 1))))
