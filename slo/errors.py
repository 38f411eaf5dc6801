"""What the core refuses, by cause.

SloError
`- BadObjective   a target that is not a percentage in [0, 100)
"""

from __future__ import annotations


class SloError(Exception):
    """Anything the exact core refuses."""


class BadObjective(SloError):
    """A target that cannot be an objective."""

    def __init__(self, text: str) -> None:
        super().__init__(f"objective {text!r} is not a percentage from 0 up to, not including, 100; write 99.999")
