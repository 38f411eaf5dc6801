"""Defects of a file: each kind counted, with the first row that has it."""

from __future__ import annotations

from dataclasses import dataclass

MOST_KINDS = 500
"""Beyond so many kinds and columns the rest is counted without its column."""
LONGEST_EXAMPLE = 120


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of defect: its rule (docs/costs.md), in which column, in how many rows, where first (0: the header or
    the file as a whole), and what was found there. ``left_out``: these rows are in no sum."""

    rule: str
    column: str
    rows: int
    row: int
    example: str
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect of one row, or of what many rows share."""

    rule: str
    column: str
    example: str
    left_out: bool = False


class Tally:
    """Counts findings by rule and column."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Defect] = {}

    def add(self, finding: Finding, row: int, rows: int = 1) -> None:
        """Counts a finding of so many rows, the first of which is ``row``."""
        key = (finding.rule, finding.column)
        if key not in self._found and len(self._found) >= MOST_KINDS:
            key = (finding.rule, "")
        known = self._found.get(key)
        if known is None:
            self._found[key] = Defect(*key, rows, row, _shown(finding.example), finding.left_out)
            return
        first = known if known.row <= row else Defect(*key, 0, row, _shown(finding.example), finding.left_out)
        self._found[key] = Defect(*key, known.rows + rows, first.row, first.example, known.left_out or finding.left_out)

    def take(self, other: Tally) -> None:
        """Counts what another one found in other rows of the same file."""
        for each in other.defects():
            self.add(Finding(each.rule, each.column, each.example, each.left_out), each.row, each.rows)

    def defects(self) -> list[Defect]:
        """Everything that was found, in order of rule and column."""
        return [self._found[key] for key in sorted(self._found)]


def _shown(example: str) -> str:
    """One printable line."""
    text = "".join(letter if letter.isprintable() else "?" for letter in example[: LONGEST_EXAMPLE + 1])
    return text if len(text) <= LONGEST_EXAMPLE else text[:LONGEST_EXAMPLE] + "..."
