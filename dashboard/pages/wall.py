"""The wall: a static skeleton with fixed ids, painted by ``assets/wall_*.js`` from ``/api/v1/snapshot``.

No callback and no interval: a viewer costs the server one prepared answer per poll. The script adds one row per product
and one column per data center of the catalog; a cell that the snapshot does not speak of stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from access.rights import Right
from dashboard.language import LANGUAGES, Words, word_key
from dashboard.pages.desk import MENU
from dashboard.pages.wall_curve import curve
from dashboard.pages.wall_strip import sound_hint, strip
from slo.catalog import Catalog

PATH = "/"
TITLE = word_key("page.title")
RIGHT = Right.SEE
ASSETS = ("theme_", "vendor/", "wall.css", "wall_", "guide.", "guide_")
LATE = ("vendor/",)
"""Fetched once the first figures stand: the plotting bundle is larger than all the rest; only the curve needs it."""
THEME = "dark"
"""What the page wears unless its address says otherwise: a wall hangs in a room that may be dark."""


class Ids:
    """Ids that the script paints; tests hold both sides together."""

    WALL = "wall"
    SIMULATED = "simulated"
    PULSE = "pulse"
    PULSE_TEXT = "pulse-text"
    CLOCK_TIME = "clock-time"
    CLOCK_DATE = "clock-date"
    WAITING = "waiting"
    WAITING_REASON = "waiting-reason"
    BUDGET = "budget"
    TRANSACTIONS = "transactions"
    COST = "cost"
    ATTENTION = "attention"
    ATTENTION_LIST = "attention-list"
    ATTENTION_MORE = "attention-more"
    ATTENTION_SUMMARY = "attention-summary"
    CALM = "calm"
    CALM_TEXT = "calm-text"
    CALM_AGE = "calm-age"
    MATRIX = "matrix"
    MATRIX_HEAD = "matrix-head"
    MATRIX_BODY = "matrix-body"
    FOLD = "fold"
    SOURCES = "sources-list"

    @staticmethod
    def tile(name: str, part: str) -> str:
        """One part (``value``, ``verdict``, ``counts``, ``note``, ``bar``...) of a headline tile."""
        return f"{name}-{part}"


def layout(catalog: Catalog, words: Words, *, demo: bool) -> Component:
    """The skeleton in one language; pure, callable any number of times."""
    return html.Main(
        [
            _top(words, demo=demo),
            strip(words),
            _tiles(words),
            _matrix(words),
            _attention(words),
            curve(words),
            _sources(words),
            _waiting(words),
            sound_hint(words),
        ],
        id=Ids.WALL,
        className="wall is-waiting",
        lang=words.language.tag,
        style={"--rows": str(len(catalog.products)), "--columns": str(len(catalog.data_centers))},
    )


def register_callbacks(app: dash.Dash) -> None:
    """The wall has no callbacks: snapshots never become an input of Dash, whose undo history would keep them all."""


def _said(words: Words, key: str, tag: Callable[..., Component] = html.Span, **props: object) -> Component:
    """An element whose words the script can set again, should layout and page disagree about the language."""
    return tag(words(key), **_attribute("data-word", key), **props)


def _attribute(name: str, value: str) -> dict[str, Any]:
    """An attribute whose name is no Python name, for use as ``**``."""
    return {name: value}


def _top(words: Words, *, demo: bool) -> Component:
    badges = [_said(words, "demo.label", className="badge badge-demo", title=words("demo.hint"))] if demo else []
    return html.Header(
        [
            _said(words, "page.title", html.H1, className="title"),
            *badges,
            html.Span("", id=Ids.SIMULATED, className="badge badge-simulated", hidden=True),
            _chrome(words),
            html.Span(
                [
                    html.Span("", className="beat", **_attribute("aria-hidden", "true")),
                    _said(words, "pulse.waiting", id=Ids.PULSE_TEXT),
                ],
                id=Ids.PULSE,
                className="pulse",
            ),
            html.Div(
                [
                    html.Span("", id=Ids.CLOCK_DATE, className="clock-date"),
                    html.Span("--:--:--", id=Ids.CLOCK_TIME, className="clock-time"),
                ],
                className="clock",
            ),
        ],
        className="top",
    )


def _chrome(words: Words) -> Component:
    other = next(language for language in LANGUAGES.values() if language.id != words.language.id)
    return html.Nav(
        [
            html.Details(
                [
                    html.Summary(words("menu.label")),
                    html.Div(
                        [html.A(words(key), href=f"{to}?lang={words.language.id}") for to, key in MENU if to != PATH]
                    ),
                ],
                className="pages",
            ),
            html.A(
                words("page.other_language"),
                href=f"{PATH}?lang={other.id}",
                title=words("page.other_language_hint"),
                lang=other.tag,
            ),
            html.A(
                words("page.kiosk"), href=f"{PATH}?kiosk=1&lang={words.language.id}", title=words("page.kiosk_hint")
            ),
        ],
        className="chrome",
    )


def _tiles(words: Words) -> Component:
    return html.Section(
        [
            _availability_tile(words, "rolling", "tile.rolling"),
            _availability_tile(words, "today", "tile.today"),
            _tile(words, Ids.BUDGET, "tile.budget", unit=words("budget.seconds"), bar=True),
            _tile(words, Ids.TRANSACTIONS, "tile.transactions", bar=True, extra=("share",), more=("end",)),
            _tile(words, Ids.COST, "tile.cost", before="¥", unit=words("cost.year")),
        ],
        className="tiles",
        **_attribute("aria-label", words("tiles.label")),
    )


def _availability_tile(words: Words, name: str, label: str) -> Component:
    return _tile(words, name, label, unit="%", extra=("verdict",))


def _tile(
    words: Words,
    name: str,
    label: str,
    *,
    before: str = "",
    unit: str = "",
    bar: bool = False,
    extra: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> Component:
    """Label and chips, the figure with its units, an optional bar with a tick, two quiet lines and ``more`` of them."""
    chips = [html.Span("", id=Ids.tile(name, part), className="chip", hidden=True) for part in extra]
    figure: list[Component] = [
        *([html.Span(before, className="unit")] if before else []),
        html.Strong(words("number.none"), id=Ids.tile(name, "value"), className="value"),
        html.Span(unit, id=Ids.tile(name, "unit"), className="unit"),
    ]
    lines: list[Component] = [
        html.Div(words("tile.no_data"), id=Ids.tile(name, "counts"), className="line"),
        html.Div("", id=Ids.tile(name, "note"), className="line quiet"),
        *(html.Div("", id=Ids.tile(name, part), className="line") for part in more),
    ]
    tick = html.I(id=Ids.tile(name, "tick"), className="tick", hidden=True)
    bars = [html.Div([html.Div(id=Ids.tile(name, "bar")), tick], className="bar")] if bar else []
    head = html.Div([_said(words, label, html.H2, className="label"), *chips], className="head")
    return html.Article(
        [head, html.Div(figure, className="figure"), *bars, *lines],
        id=Ids.tile(name, "tile"),
        className=f"tile tile-{name} empty",
    )


def _matrix(words: Words) -> Component:
    """An empty table: the script makes its rows and columns. As components of Dash, whose renderer walks all of them
    for each, 40 products would keep a browser busy for seconds."""
    heads = [
        html.Th(_said(words, "matrix.product"), scope="col", role="columnheader", className="corner"),
        html.Th(_said(words, "matrix.rolling"), scope="col", role="columnheader", className="rolling"),
    ]
    table = html.Table(
        [
            html.Caption(words("matrix.caption"), className="for-readers"),
            html.Thead(html.Tr(heads, id=Ids.MATRIX_HEAD, role="row"), role="rowgroup"),
            html.Tbody([], id=Ids.MATRIX_BODY, role="rowgroup"),
        ],
        role="table",
    )
    fold = html.Div("", id=Ids.FOLD, className="fold", hidden=True)
    return html.Section([table, fold], id=Ids.MATRIX, className="matrix panel")


def _attention(words: Words) -> Component:
    calm = html.Div(
        [
            html.Div("✔\ufe0e", className="calm-mark", **_attribute("aria-hidden", "true")),
            html.Div("", id=Ids.CALM_TEXT, className="calm-text"),
            html.Div("", id=Ids.CALM_AGE, className="calm-age"),
        ],
        id=Ids.CALM,
        className="calm",
        hidden=True,
    )
    return html.Aside(
        [
            html.Div(
                [
                    _said(words, "attention.title", html.H2, className="label"),
                    html.Span("", id=Ids.ATTENTION_MORE, className="quiet"),
                ],
                className="head",
            ),
            html.Div(
                "",
                id=Ids.ATTENTION_SUMMARY,
                className="for-readers",
                role="status",
                **_attribute("aria-live", "polite"),
            ),
            calm,
            html.Ol([], id=Ids.ATTENTION_LIST, className="attention-list"),
        ],
        id=Ids.ATTENTION,
        className="attention panel",
    )


def _sources(words: Words) -> Component:
    return html.Footer(
        [
            _said(words, "sources.title", html.H2, className="label"),
            html.Ul([], id=Ids.SOURCES, className="sources-list"),
        ],
        className="sources panel",
    )


def _waiting(words: Words) -> Component:
    return html.Div(
        [
            _said(words, "waiting.title", html.H2),
            html.P("", id=Ids.WAITING_REASON),
            _said(words, "waiting.check", html.P, className="quiet"),
        ],
        id=Ids.WAITING,
        className="waiting panel",
        role="status",
    )
