"""Values of cells as people read them: the same digits in every language."""

from __future__ import annotations

from reports.paper.model import Cell, Kind

NOT_KNOWN = "?"
"""What stands for None: a shape, no word, and never 0."""
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.SECONDS})
"""Kinds that stand at the right edge of their column."""


def shown(cell: Cell, kind: Kind) -> str:
    """12345 as 12,345; 3723 seconds as 1:02:03; a percentage with its sign; None as the sign for "not known"."""
    if cell.value is None:
        return NOT_KNOWN
    if kind is Kind.INTEGER and isinstance(cell.value, int):
        return f"{cell.value:,}"
    if kind is Kind.SECONDS and isinstance(cell.value, int):
        return clock(cell.value)
    if kind is Kind.PERCENT:
        return f"{cell.value}%"
    return str(cell.value)


def clock(seconds: int) -> str:
    """Hours, minutes and seconds; hours do not become days: 90000 is 25:00:00."""
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
