"""What can be wrong with a file of the audit log.

AuditFileError
`- BadLine   a line that is no row
"""

from __future__ import annotations


class AuditFileError(Exception):
    """A file that cannot be read as rows of the audit log."""


class BadLine(AuditFileError):
    """A line that is no row."""

    def __init__(self, place: int, cause: str) -> None:
        super().__init__(f"line {place}: {cause}")
