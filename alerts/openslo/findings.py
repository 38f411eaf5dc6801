"""What is wrong, or worth a warning, in OpenSLO files."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class Weight(enum.Enum):
    """Whether a file can be used in spite of a finding."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect or trap. ``line`` counts from 1, 0 where no line can be named; ``field`` is a path such as
    ``spec.objectives[0].target``, empty for the file as a whole; ``message`` says what and how to fix it."""

    file: Path
    line: int
    field: str
    message: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        """``file:line: field: what, how to fix``; warnings say so after the field."""
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        parts = (where, self.field, "warning" if self.weight is Weight.WARNING else "", self.message)
        return ": ".join(part for part in parts if part)


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that make a file unusable."""
    return tuple(finding for finding in findings if finding.weight is Weight.ERROR)


def warnings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that only warn."""
    return tuple(finding for finding in findings if finding.weight is Weight.WARNING)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, then by line."""
    return tuple(sorted(findings, key=lambda each: (str(each.file), each.line, each.field, each.message)))
