"""What the other side said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report that was taken. ``reached``: recipients that took it; ``later``: why others put us off, empty when none
    did; ``refused``: who never will, and why."""

    text: str
    reached: tuple[str, ...] = ()
    later: str = ""
    refused: str = ""
