"""What can go wrong with a file of costs, by cause.

CostFileError
|- UnreadableFile   not text, not a table, cut off, or made to hurt
|- NotCosts         a table, but of something else
|- NotRestatable    a file that cannot replace a month
|- OtherNames       a file whose charges the ledger knows by other names
`- BadInvoice       an invoice that cannot be set beside the ledger
"""

from __future__ import annotations

from pathlib import Path


class CostFileError(Exception):
    """A file from which nothing is taken; the text names file, place and remedy in one line."""


class UnreadableFile(CostFileError):
    """Not text, not a table, cut off, or made to hurt."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path}: {cause}")


class NotCosts(CostFileError):
    """A table, but of something else."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path}: {cause}")


class NotRestatable(CostFileError):
    """A file that cannot replace what the ledger has of its months."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path}: --replace-month: {cause}; nothing was posted")


class OtherNames(CostFileError):
    """A file whose charges the ledger knows by other names: posted, they would count twice."""

    def __init__(self, path: Path, cause: str) -> None:
        remedy = "mend the ids, name the true one (--charge-id), or import the whole bill with --replace-month"
        super().__init__(f"{path}: {cause}; nothing was posted: {remedy}")


class BadInvoice(CostFileError):
    """An invoice that cannot be set beside the ledger."""
