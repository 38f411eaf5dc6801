"""How cells of a workbook look: fills by tone, number formats by kind. Styles are made once, in the order of use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from reports.paper.cells import NUMBERS
from reports.paper.looks import LOOKS
from reports.paper.model import Kind, Tone


class CellStyle(NamedTuple):
    """How a cell is shown. ``places``: decimals of a number, None for a text; ``kind``: of its column."""

    kind: Kind
    places: int | None
    tone: Tone


StyleOf = Callable[[CellStyle], int]
"""Number of a style in its workbook."""

_FONT = {"font_name": "Noto Sans CJK SC", "font_size": 10, "valign": "top"}
_DIAGONAL = 14
"""Excel's pattern that marks what is not known without color."""


class Styles:
    """Styles of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._numbers: dict[CellStyle, int] = {}

    def number(self, **properties: Any) -> int:
        """By which the rows' XML names a style of XlsxWriter's properties over the common font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **properties})
        return int(self._formats[key]._get_xf_index())

    def toned(self, tone: Tone, **properties: Any) -> int:
        """A style with the ink and the ground of a tone."""
        return self.number(**{**_ground(tone), **properties})

    def head(self) -> int:
        """Of headings of columns."""
        return self.number(bold=True, text_wrap=True, bg_color="#12414F", font_color="#FFFFFF")

    def of(self, style: CellStyle) -> int:
        """Of a cell of a table."""
        number = self._numbers.get(style)
        if number is None:
            number = self._numbers[style] = self.toned(style.tone, **_shape(style))
        return number


def _ground(tone: Tone) -> dict[str, Any]:
    if tone is Tone.PLAIN:
        return {}
    look = LOOKS[tone]
    if tone is Tone.UNKNOWN:
        return {"pattern": _DIAGONAL, "bg_color": "#FFFFFF", "fg_color": look.ink}
    return {"font_color": look.ink} | ({} if tone is Tone.MUTED else {"bg_color": look.fill})


def _shape(style: CellStyle) -> dict[str, Any]:
    percent = '"%"' if style.kind is Kind.PERCENT else ""
    if style.places is None:
        align = "right" if style.kind in NUMBERS else "left"
        return {"align": align, "num_format": f"@{percent}", "text_wrap": style.kind is Kind.TEXT}
    whole = "#,##0" if style.kind in (Kind.INTEGER, Kind.SECONDS) else "0"
    return {"num_format": whole + ("." + "0" * style.places if style.places else "") + percent}
