"""The first sheet: title, verdict, headline figures, which sheets follow, and the running text of the sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from reports.paper.cell_styles import Styles
from reports.paper.model import Fact, Facts, Paper, Paragraph, Section, Tone
from reports.paper.sheets import Sheet
from reports.paper.table_sheet import text_xml

WIDTHS = (30, 26, 84, 40)
"""Of labels, figures, running text, and ids of figures; in characters."""
_LABEL, _FIGURE, _TEXT, _ID = "ABCD"
_TITLE_POINTS, _HEADING_POINTS, _VERDICT_POINTS = 20, 13, 16


class _Text(NamedTuple):
    """A text in a column. ``properties``: of XlsxWriter, beside those of its tone."""

    column: str
    text: str
    tone: Tone = Tone.PLAIN
    properties: tuple[tuple[str, Any], ...] = ()


_Line = tuple[_Text, ...]
_WRAP = (("text_wrap", True),)
_BOLD = (("bold", True),)


def cover_lines(paper: Paper, planned: tuple[Sheet, ...]) -> list[_Line]:
    """What stands on the cover, line by line."""
    top: list[_Line] = [(_Text(_LABEL, paper.title, properties=(*_BOLD, ("font_size", _TITLE_POINTS))),)]
    top += [(_Text(_LABEL, text, properties=_BOLD),) for text in (paper.subtitle, *paper.marks) if text]
    verdict = _fact(paper.verdict, (*_BOLD, ("font_size", _VERDICT_POINTS)))
    summary = [(_Text(_TEXT, text, properties=_WRAP),) for text in (paper.summary,) if text]
    facts = [_fact(fact) for fact in paper.facts]
    contents = [
        _heading(paper.contents_heading),
        *((_Text(_LABEL, each.name), _Text(_TEXT, each.table.title)) for each in planned),
    ]
    said = [line for section in paper.sections for line in _section(section)]
    foot = [(_Text(_LABEL, text, Tone.MUTED),) for text in (paper.made_text, paper.foot, paper.identity) if text]
    return [*top, (), verdict, *summary, (), *facts, (), *contents, (), *said, *foot]


def cover_xml(lines: list[_Line], styles: Styles) -> Iterator[str]:
    """The lines as rows of a sheet."""
    for number, line in enumerate(lines, start=1):
        cells = (text_xml(f"{each.column}{number}", _style(each, styles), each.text) for each in line)
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _style(text: _Text, styles: Styles) -> int:
    return styles.toned(text.tone, num_format="@", **dict(text.properties))


def _section(section: Section) -> Iterator[_Line]:
    said = [block for block in section.blocks if isinstance(block, Paragraph | Facts)]
    if not said:
        return
    yield _heading(section.heading)
    for block in said:
        if isinstance(block, Paragraph):
            yield (_Text(_TEXT, block.text, block.tone, _WRAP),)
        else:
            yield from (_fact(fact) for fact in block.facts)
    yield ()


def _heading(text: str) -> _Line:
    return (_Text(_LABEL, text, properties=(*_BOLD, ("font_size", _HEADING_POINTS))),)


def _fact(fact: Fact, properties: tuple[tuple[str, Any], ...] = _BOLD) -> _Line:
    label, value = _Text(_LABEL, fact.label, properties=_WRAP), _Text(_FIGURE, fact.value, fact.tone, properties)
    return label, value, _Text(_TEXT, fact.note, properties=_WRAP), _Text(_ID, fact.figure, Tone.MUTED)
