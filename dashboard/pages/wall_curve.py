"""The curve's panel: its title, legends and room for the plot; painted by ``assets/wall_5_curve.js`` and
``wall_5_marks.js``. A mark is told by its shape, its word and its place; color comes on top."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.language import Words, word_key
from dashboard.marks import MarkKind

TEXT_STYLE = "\ufe0e"
LOAD_RUN = "load_run"
MARK_SHAPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        MarkKind.INCIDENT.value: ("✖" + TEXT_STYLE, word_key("flag.incident")),
        MarkKind.MAINTENANCE.value: ("◆", word_key("flag.maintenance")),
        MarkKind.DEPLOYMENT.value: ("▼", word_key("flag.deployment")),
        MarkKind.CHANGE.value: ("◇", word_key("flag.change")),
        MarkKind.DRILL.value: ("✚", word_key("flag.drill")),
        LOAD_RUN: ("▶" + TEXT_STYLE, word_key("flag.load_run")),
    }
)
"""Shape and word of everything that is marked on the curve."""

LINES = (
    ("today", word_key("curve.today")),
    ("yesterday", word_key("curve.yesterday")),
    ("last-week", word_key("curve.last_week")),
)


class CurveIds:
    """Ids that the scripts paint."""

    CURVE = "curve"
    NOW = "curve-now"
    NOTE = "curve-note"
    CAPACITY = "curve-capacity"
    FRAME = "curve-frame"
    PLOT = "curve-plot"
    FLAGS = "curve-flags"

    @staticmethod
    def legend(kind: str) -> str:
        """Legend of a kind of mark, shown while the curve has one."""
        return f"legend-{kind}"


def curve(words: Words) -> Component:
    """The panel."""
    title = html.H2(words("curve.title"), className="label", **_word("curve.title"))
    now = html.Strong(words("number.none"), id=CurveIds.NOW, className="value")
    lines, marks = [_line(name, key, words) for name, key in LINES], [_mark(kind, words) for kind in MARK_SHAPES]
    plot = html.Div(
        "", id=CurveIds.PLOT, className="plot", role="img", **_attribute("aria-label", words("curve.missing"))
    )
    flags = html.Ol([], id=CurveIds.FLAGS, className="flags", **_attribute("aria-label", words("flag.title")))
    return html.Section(
        [
            html.Div([title, now], className="figure"),
            html.Div([*lines, *marks], className="legend"),
            html.Div("", id=CurveIds.CAPACITY, className="curve-capacity"),
            html.Div("", id=CurveIds.NOTE, className="note"),
            html.Div([flags, plot], id=CurveIds.FRAME, className="curve-frame"),
        ],
        id=CurveIds.CURVE,
        className="curve panel",
    )


def _line(name: str, key: str, words: Words) -> Component:
    said = html.Span(words(key), **_word(key))
    return html.Span([html.I(className=f"stroke stroke-{name}"), said], className="legend-item")


def _mark(kind: str, words: Words) -> Component:
    shape, key = MARK_SHAPES[kind]
    return html.Span(
        [html.I(shape, className="mark", **_attribute("aria-hidden", "true")), html.Span(words(key), **_word(key))],
        id=CurveIds.legend(kind),
        className=f"legend-item mark-{kind.replace('_', '-')}",
        hidden=True,
    )


def _word(key: str) -> dict[str, Any]:
    return _attribute("data-word", key)


def _attribute(name: str, value: str) -> dict[str, Any]:
    """An attribute whose name is no Python name, for use as ``**``."""
    return {name: value}
