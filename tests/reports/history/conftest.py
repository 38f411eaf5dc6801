"""Files of tests/data/history as the importer reads them, long after they were written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from reports.history.model import History, Reading
from reports.history.reading import AUTO, read

FOLDER = Path(__file__).parents[2] / "data" / "history"
NOW_S = 1_767_225_600  # 2026-01-01
UTC = Reading("UTC", NOW_S)


def of_file(name: str, reading: Reading = UTC, kind: str = AUTO) -> History:
    """One of the worked examples."""
    return read((FOLDER / name).read_bytes(), name, kind, reading)


def of_text(text: str, reading: Reading = UTC, kind: str = AUTO, name: str = "history.csv") -> History:
    """A file of this text."""
    return read(text.encode(), name, kind, reading)


def rules(history: History) -> list[tuple[int, str, bool]]:
    """Row, rule and whether it was kept, of every defect."""
    return [(each.row, each.rule, each.kept) for each in history.defects]


def relative(epoch_s: int) -> Reading:
    """A reading whose numbers count from a moment."""
    return Reading("UTC", NOW_S, Fraction(epoch_s))
