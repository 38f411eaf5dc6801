"""What a backtest refuses.

AlertError
`- BacktestError
   |- BadEvents     a file of events that cannot be read as one, by line and field
   `- NothingToSay  no event or no tier to judge by
"""

from __future__ import annotations

from alerts.errors import AlertError


class BacktestError(AlertError):
    """Anything that keeps a backtest from an answer."""


class BadEvents(BacktestError):
    """One defect of a file of events. ``line`` counts from 1, 0 for the file as a whole."""

    def __init__(self, file: str, line: int, field: str, message: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {field}: {message}" if field else f"{where}: {message}")


class NothingToSay(BacktestError):
    """There is nothing to judge, or nothing to judge by."""
