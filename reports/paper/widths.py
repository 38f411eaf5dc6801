"""How wide texts are and how the columns of a table share a page, before anything is drawn.

Widths are in em of the font in use. They are estimates on the safe side: what is still too wide breaks inside a word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.paper.cells import NUMBERS, shown
from reports.paper.model import Kind, Table

PORTRAIT_PT, LANDSCAPE_PT = 504.0, 751.0
"""Room for text between the margins of an A4 page."""
PADDING_PT = 7.0
"""Blank beside the text of one cell, both sides together."""
SIZES: tuple[tuple[bool, float], ...] = ((False, 7.6), (False, 6.8), (True, 7.6), (True, 6.8), (True, 6.0))
"""Ways to set a table, the preferred first: across the page or not, and font size in pt."""
SLACK_EM, BOLD = 0.3, 1.07
"""What estimates may be wrong by, and how much wider bold letters are."""
COMFORT_EM, LEAST_EM, MOST_EM = 13.0, 6.0, 34.0
SHORT_EM = 4.2
"""Headings up to here stay on one line."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a column asks for, in em: ``least`` breaks no number, ``comfort`` reads well, ``most`` breaks no line."""

    least: float
    comfort: float
    most: float


@dataclass(frozen=True, slots=True)
class Setting:
    """How a table is set: on a page turned sideways or not, font size in pt, width of each column in percent."""

    wide: bool
    size_pt: float
    percents: tuple[float, ...]


def em(text: str) -> float:
    """Estimated width of a text in em."""
    return sum(map(_char_em, text))


@lru_cache(maxsize=4096)
def _char_em(char: str) -> float:
    if char == " ":
        return 0.25
    if char in "mwMW@%—":
        return 0.9
    if _is_full(char):
        return 1.0
    return 0.68 if char.isupper() else 0.57


@lru_cache(maxsize=4096)
def _is_full(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def word_em(text: str) -> float:
    """Width of the widest part that a line break cannot part: a word, or one Chinese character."""
    return max((_word_em(word) for word in text.split()), default=0.0)


def _word_em(word: str) -> float:
    widest = run = 0.0
    for char in word:
        run = 0.0 if _is_full(char) else run + _char_em(char)
        widest = max(widest, run)
    return max(widest, 1.0)


def needs(table: Table) -> tuple[Need, ...]:
    """What each column asks for."""
    return tuple(_need(table, index) for index in range(len(table.columns)))


def _need(table: Table, index: int) -> Need:
    column = table.columns[index]
    heading = BOLD * max(word_em(column.heading), min(em(column.heading), SHORT_EM))
    texts = [shown(row[index], column.kind) for row in table.rows]
    glyph = 1.3 if any(row[index].tone.value not in ("plain", "muted") for row in table.rows) else 0.0
    longest = max((em(text) for text in texts), default=0.0) + glyph + SLACK_EM
    word = max((word_em(text) for text in texts), default=0.0) + glyph + SLACK_EM
    if column.kind in NUMBERS or column.kind is Kind.DAY:
        return Need(max(longest, heading), max(longest, heading), max(longest, em(column.heading)))
    if column.kind is Kind.INSTANT:
        return Need(max(word, heading), max(longest, heading), max(longest, em(column.heading)))
    most = max(longest, heading, min(em(column.heading), COMFORT_EM))
    least = max(min(word, LEAST_EM), heading)
    return Need(least, max(least, min(most, COMFORT_EM)), max(least, min(most, MOST_EM)))


def setting(table: Table) -> Setting:
    """The first of ``SIZES`` in which every column has comfort; else the first that breaks no number."""
    wanted = needs(table)
    for measure in ("comfort", "least"):
        for wide, size_pt in SIZES:
            room = room_em(wide, size_pt, len(wanted))
            if sum(getattr(need, measure) for need in wanted) <= room:
                return Setting(wide, size_pt, shares(wanted, measure, size_pt, room))
    wide, size_pt = SIZES[-1]
    return Setting(wide, size_pt, shares(wanted, "least", size_pt, room_em(wide, size_pt, len(wanted))))


def least_em(table: Table) -> float:
    """Width in em below which the table scrolls rather than breaks its numbers."""
    return min(90.0, sum(need.comfort for need in needs(table)))


def room_em(wide: bool, size_pt: float, columns: int) -> float:
    """What is left for text in a row of so many cells."""
    return max(1.0, ((LANDSCAPE_PT if wide else PORTRAIT_PT) - PADDING_PT * columns) / size_pt)


def shares(wanted: Sequence[Need], measure: str, size_pt: float, room: float) -> tuple[float, ...]:
    """Percent of the row for each column: what ``measure`` asks, then towards ``most``, then in proportion."""
    base = [getattr(need, measure) for need in wanted]
    spare = max(0.0, room - sum(base))
    wishes = [need.most - given for need, given in zip(wanted, base, strict=True)]
    granted = min(1.0, spare / sum(wishes)) if sum(wishes) > 0 else 0.0
    padding = PADDING_PT / size_pt
    widths = [given + wish * granted + padding for given, wish in zip(base, wishes, strict=True)]
    return tuple(round(100 * width / sum(widths), 3) for width in widths)
