"""The strip below the wall's title: is something wrong, what, since when, who has it, who is told next; and the hint
of a wall that may not sound. Painted by ``assets/wall_4_strip.js`` and ``assets/wall_5_sound.js``."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.language import Words, word_key

STRIP = "strip"
ANNOUNCED = "strip-announced"
SOUND_HINT = "sound-hint"


def strip(words: Words) -> Component:
    """One line that never changes its height: a calm wall and an alarm keep everything else where it is."""
    facts = (
        ("since", word_key("strip.since")),
        ("owner", word_key("strip.owner")),
        ("next", word_key("strip.next")),
    )
    sign = html.Div(
        [
            html.Span("?", id=part("sign"), className="mark", **_attribute("aria-hidden", "true")),
            html.Strong(words("state.unknown"), id=part("word")),
        ],
        className="strip-sign",
    )
    what = html.Div(
        [
            html.Div("", id=part("label"), className="strip-label"),
            html.Div("", id=part("what"), className="strip-value"),
        ],
        className="strip-fact strip-what",
    )
    more = html.Span("", id=part("more"), className="strip-more", hidden=True)
    return html.Section(
        [sign, what, *(_fact(name, key, words) for name, key in facts), more, _announced()],
        id=STRIP,
        className="strip panel level-none",
        **_attribute("aria-label", words("strip.title")),
    )


def sound_hint(words: Words) -> Component:
    """Shown while the browser keeps a wall with ``?sound=1`` silent."""
    return html.Button(words("sound.blocked"), id=SOUND_HINT, className="sound-hint", type="button", hidden=True)


def part(name: str) -> str:
    """Id of one part of the strip."""
    return f"{STRIP}-{name}"


def _fact(name: str, key: str, words: Words) -> Component:
    return html.Div(
        [
            html.Div(words(key), className="strip-label", **_attribute("data-word", key)),
            html.Div("", id=part(name), className="strip-value"),
        ],
        id=part(f"{name}-fact"),
        className="strip-fact",
        hidden=True,
    )


def _announced() -> Component:
    """What a screen reader is told: of new alarms and of their end, never of ticks."""
    return html.Div("", id=ANNOUNCED, className="for-readers", role="status", **_attribute("aria-live", "polite"))


def _attribute(name: str, value: str) -> dict[str, Any]:
    return {name: value}
