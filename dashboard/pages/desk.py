"""What every screen beside the wall has: its head with the way to the others, the sign that alerting lives, and room
for what its script builds. Static: scripts fill the fixed ids (``assets/desk_*.js``)."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.language import LANGUAGES, Words, word_key

MENU = (
    ("/", word_key("menu.wall")),
    ("/availability", word_key("menu.availability")),
    ("/data-centers", word_key("menu.data_centers")),
    ("/alerts", word_key("menu.alerts")),
    ("/incidents", word_key("menu.incidents")),
    ("/slo", word_key("menu.slo")),
    ("/load-runs", word_key("menu.load_runs")),
    ("/peaks", word_key("menu.peaks")),
    ("/capacity", word_key("menu.capacity")),
    ("/costs", word_key("menu.costs")),
    ("/reports", word_key("menu.reports")),
    ("/data-quality", word_key("menu.data_quality")),
    ("/settings", word_key("menu.settings")),
    ("/audit", word_key("menu.audit")),
)
"""Address and name of every screen, in menu order."""

GO_KEYS = {
    "/": "w",
    "/availability": "v",
    "/data-centers": "d",
    "/data-quality": "q",
    "/alerts": "a",
    "/incidents": "i",
    "/slo": "o",
    "/load-runs": "l",
    "/peaks": "p",
    "/costs": "c",
    "/reports": "r",
    "/settings": "s",
    "/audit": "u",
}
"""The key that opens a screen of the menu after ``g``."""

SHARED_ASSETS = ("theme_", "wall.", "desk.", "wall_1_", "wall_2_", "desk_", "chart_", "guide.", "guide_")


class DeskIds:
    """Ids of the frame that scripts paint."""

    SCREEN = "screen"
    CLOCK_TIME = "clock-time"
    CLOCK_ZONE = "clock-zone"
    ENGINE = "engine"
    ENGINE_TEXT = "engine-text"
    ENGINE_ALARM = "engine-alarm"
    ENGINE_ALARM_WORDS = "engine-alarm-words"
    ENGINE_ALARM_AGE = "engine-alarm-age"
    ENGINE_ALARM_REASON = "engine-alarm-reason"
    SKIP = "skip"
    THEME = "theme"
    SEARCH = "search-open"
    CONTENT = "content"
    SPOKEN = "spoken"


def screen(name: str, path: str, title: str, words: Words, *, demo: bool) -> Component:
    """The whole skeleton of one screen; ``path`` marks its place in the menu."""
    return html.Main(
        [
            html.A(words("page.skip"), href="#" + DeskIds.CONTENT, id=DeskIds.SKIP, className="skip"),
            _head(path, title, words, demo=demo),
            _alarm(words),
            html.Div([], id=DeskIds.SPOKEN, className="for-readers", role="status", **_plain("aria-live", "polite")),
            html.Div(words("page.loading"), id=DeskIds.CONTENT, className="content is-loading", tabIndex=-1),
        ],
        id=DeskIds.SCREEN,
        className=f"desk desk-{name}",
        lang=words.language.tag,
    )


def _current(here: bool) -> dict[str, Any]:
    return _plain("aria-current", "page") if here else {}


def _plain(name: str, value: str) -> dict[str, Any]:
    """An attribute whose name is no Python name, for use as ``**``."""
    return {name: value}


def _head(path: str, title: str, words: Words, *, demo: bool) -> Component:
    other = next(language for language in LANGUAGES.values() if language.id != words.language.id)
    badges = [html.Span(words("demo.label"), className="badge badge-demo", title=words("demo.hint"))] if demo else []
    engine = html.Span(
        [
            html.Span("", className="beat", **_plain("aria-hidden", "true")),
            html.Span(words("engine.waiting"), id=DeskIds.ENGINE_TEXT),
        ],
        id=DeskIds.ENGINE,
        className="pulse",
    )
    clock = html.Div(
        [
            html.Button(words("clock.zone"), id=DeskIds.CLOCK_ZONE, className="clock-date", type="button"),
            html.Span("--:--:--", id=DeskIds.CLOCK_TIME, className="clock-time"),
        ],
        className="clock",
    )
    tongue = html.A(words("page.other_language"), href=f"?lang={other.id}", lang=other.tag, className="tongue")
    menu = html.Nav(
        [_link(to, words(key), words, here=to == path) for to, key in MENU],
        className="menu",
        **_plain("aria-label", words("menu.label")),
    )
    switches = html.Div([*_switches(words), tongue], className="switches")
    return html.Header([html.H1(title, className="title"), *badges, engine, switches, clock, menu], className="top")


def _link(to: str, name: str, words: Words, *, here: bool) -> Component:
    key = _plain("data-go", GO_KEYS[to]) if to in GO_KEYS else {}
    return html.A(name, href=f"{to}?lang={words.language.id}", **_current(here), **key)


def _switches(words: Words) -> tuple[Component, Component]:
    """Search and theme: painted and wired by ``assets/desk_4_head.js``."""
    return (
        html.Button(words("search.open"), id=DeskIds.SEARCH, className="switch", type="button"),
        html.Button(words("theme.label"), id=DeskIds.THEME, className="switch", type="button"),
    )


def _alarm(words: Words) -> Component:
    return html.Section(
        [
            html.Span("▲", className="alarm-mark", **_plain("aria-hidden", "true")),
            html.Strong(words("engine.dead"), id=DeskIds.ENGINE_ALARM_WORDS, className="alarm-words"),
            html.Span("", id=DeskIds.ENGINE_ALARM_AGE, className="alarm-age"),
            html.Span("", id=DeskIds.ENGINE_ALARM_REASON, className="alarm-reason"),
        ],
        id=DeskIds.ENGINE_ALARM,
        className="engine-alarm",
        role="alert",
        hidden=True,
    )
