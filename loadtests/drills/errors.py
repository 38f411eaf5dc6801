"""What a drill refuses, by cause.

DrillError
|- PartMissing   a part of the estate or the balancer did not start
`- NoSuchDrill   nobody knows a fault of that name
"""

from __future__ import annotations

from collections.abc import Iterable


class DrillError(Exception):
    """Anything that keeps a drill from being run, in one line."""


class PartMissing(DrillError):
    """A part did not start."""

    def __init__(self, part: str, words: str) -> None:
        super().__init__(f"{part} did not start: {' '.join(words.split())[-300:] or 'it said nothing'}")


class NoSuchDrill(DrillError):
    """There is no such drill."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no drill {name!r}; known: {', '.join(known)}")
