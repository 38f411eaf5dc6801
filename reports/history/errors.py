"""What is refused about imported history.

HistoryError
|- UnreadableHistory   a file of which nothing can be kept; says why and what to do
`- BadValue            one cell; becomes a defect of its row
"""

from __future__ import annotations


class HistoryError(Exception):
    """Anything that is refused about imported history."""


class UnreadableHistory(HistoryError):
    """A file that is not what it should be, as a whole."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")


class BadValue(HistoryError):
    """A cell that cannot be believed. ``rule``: short stable name of what is wrong."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(text)
        self.rule = rule
