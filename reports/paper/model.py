"""A report as it is laid out: texts are in one language already, figures are final. Renderers add nothing to it.

A cell's value is an integer (a count, seconds, fen), a text, or None for "not known". Decimals are texts that were
truncated where they were made ("99.99899"): nobody rounds them again.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TypeAlias


class Tone(enum.Enum):
    """How something is marked; never by color alone, the words say it too."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"
    MUTED = "muted"


class Kind(enum.Enum):
    """What a column holds: how it is aligned and formatted.

    INTEGER cells are ints; DECIMAL and PERCENT are texts of decimals (PERCENT without its sign); SECONDS are ints;
    INSTANT and DAY are texts as they are to be read.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    SECONDS = "seconds"
    INSTANT = "instant"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table. ``figure``: its id for ``report explain``, empty when it has none."""

    value: int | str | None
    figure: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """``key``: a word of ASCII letters, the same in every language; ``heading``: as people read it."""

    key: str
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length under columns. ``note`` stands below; ``empty`` instead of rows when there are none."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. ``tone``: a marked box unless PLAIN or MUTED."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Fact:
    """One headline figure: its label, the figure, what stands below it, and its id."""

    label: str
    value: str
    note: str = ""
    figure: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Facts:
    """Headline figures side by side."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a line: ``share`` places it (None: a hole, drawn as one), ``text`` says it."""

    label: str
    share: float | None
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trend."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines (or columns, when ``columns``) over the same labels; ``limit``: a rule across, with its word."""

    id: str
    title: str
    lines: tuple[Line, ...]
    unit: str = ""
    limit: float | None = None
    limit_text: str = ""
    columns: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A field: ``weight`` 0 (nothing wrong) to 1 (worst); None: not known, hatched; ``text`` says it."""

    weight: float | None
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows by columns. ``legend``: words from good to bad, then for "not known"."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    legend: tuple[str, ...] = ()
    note: str = ""


Block: TypeAlias = Paragraph | Facts | Table | Trend | HeatMap


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the table of contents and what stands below it. ``new_page``: begins one."""

    id: str
    heading: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report in one language ("zh" or "en").

    ``verdict``: the word on the cover and its tone; ``summary``: one or two sentences, also the body of a mail;
    ``marks``: words that stand on every page ("DEMO", "provisional"); ``data``: what figures are recomputed from, one
    tidy table, in CSV and XLSX only; ``identity``: hash of the snapshot, for the foot of each page; ``made_at``: the
    instant that every format carries as its date (epoch seconds), never the clock's.
    """

    kind: str
    language: str
    title: str
    subtitle: str
    verdict: Fact
    summary: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    data: Table
    identity: str
    made_at: int
    made_text: str
    contents_heading: str
    page_text: str
    marks: tuple[str, ...] = ()
    foot: str = ""
    more_data: tuple[Table, ...] = field(default=())
