"""Colors of everything that is no state: the dark theme, the light one, and paper. One name means the same in each.

``-text`` names write on ground, panel and press; ``-ink`` names write on the color before the hyphen. What fills
carries its own ink and mostly stays as it is in the light theme, so that a state has one color wherever it is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DARK: Mapping[str, str] = MappingProxyType(
    {
        "ground": "#080D16",
        "panel": "#0F1726",
        "edge": "#1E2A3D",
        "press": "#2A3A54",
        "text": "#F2F6FB",
        "quiet": "#A3B2C6",
        "faint": "#66768C",
        "line": "#6CC4F5",
        "line-ink": "#06121D",
        "line-strong": "#8FD3FA",
        "ring": "#FFFFFF",
        "stale": "#F0E442",
        "stale-ink": "#16181D",
        "alarm-ground": "#2B1508",
        "good": "#5FD0A0",
        "good-ink": "#06121D",
        "good-text": "#5FD0A0",
        "bad-text": "#FF8A3C",
        "warm-text": "#FFB07A",
        "degraded-text": "#F0E442",
        "maintenance-text": "#56B4E9",
        "fresh-text": "#5FB7C6",
        "unknown-text": "#8A8F98",
        "mitigated-text": "#C9A6F5",
        "severity-ticket-text": "#F0E442",
        "severity-notice-text": "#56B4E9",
        "load-invalid-text": "#F0E442",
        "unknown-stripe": "#6F757F",
        "maintenance-stripe": "#3F93C4",
        "down-stripe": "#8F3F00",
        "level-none": "#12414F",
        "level-none-ink": "#E6F4F7",
        "level-within": "#2B7A78",
        "level-within-ink": "#FFFFFF",
        "level-over": "#F0E442",
        "level-over-ink": "#16181D",
        "level-far": "#E69F00",
        "level-far-ink": "#16181D",
        "level-down": "#C24E00",
        "level-down-ink": "#FFFFFF",
    }
)

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        **DARK,
        "ground": "#EEF2F6",
        "panel": "#FFFFFF",
        "edge": "#D3DCE6",
        "press": "#BECBD9",
        "text": "#121C28",
        "quiet": "#44546A",
        "faint": "#66768C",
        "line": "#0A66A0",
        "line-ink": "#FFFFFF",
        "line-strong": "#084C78",
        "ring": "#121C28",
        "alarm-ground": "#FFEBDD",
        "good-text": "#0B6444",
        "bad-text": "#A63C00",
        "warm-text": "#8F3A00",
        "degraded-text": "#665800",
        "maintenance-text": "#0A5F94",
        "fresh-text": "#125F6E",
        "unknown-text": "#565C66",
        "mitigated-text": "#6A3FA8",
        "severity-ticket-text": "#665800",
        "severity-notice-text": "#0A5F94",
        "load-invalid-text": "#665800",
        "level-none": "#B9DCE3",
        "level-none-ink": "#0B2E38",
    }
)

PAPER: Mapping[str, str] = MappingProxyType(
    {
        **LIGHT,
        "ground": "#FFFFFF",
        "panel": "#FFFFFF",
        "edge": "#C8CED6",
        "text": "#000000",
        "quiet": "#333333",
        "alarm-ground": "#FFFFFF",
    }
)
"""Ink-saving: no ground, no panels; states keep their colors."""

LIGHT_FILLS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ok": ("#B9DCE3", "#0B2E38"),
        "no_traffic": ("#DCE3EA", "#2E3A48"),
        "verdict-met": ("#B9DCE3", "#0B2E38"),
        "load-proven": ("#B9DCE3", "#0B2E38"),
    }
)
"""Fill and ink of looks that would be too heavy on a light page; all others are the same in both."""
