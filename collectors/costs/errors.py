"""What can go wrong with a file of costs, by cause.

CostFileError
|- UnreadableFile   not text, not a table, cut off, or made to hurt
|- NotCosts         a table, but of something else
|- NotRestatable    a file that cannot replace a month
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


class BadInvoice(CostFileError):
    """An invoice that cannot be set beside the ledger."""
