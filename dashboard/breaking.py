"""What may be broken on purpose, in a demo alone: a port that the command that serves a demo fills."""

from __future__ import annotations

from typing import Protocol


class BreakRefused(Exception):
    """Nothing was broken; one line that says why. ``busy``: something is broken already."""

    def __init__(self, text: str, *, busy: bool = False) -> None:
        super().__init__(text)
        self.busy = busy


class Breaker(Protocol):
    """Breaks the reference estate; it mends itself."""

    @property
    def data_centers(self) -> tuple[str, ...]:
        """What can be broken."""

    def kill(self, data_center: str) -> None:
        """Ends the process of a data center at once; the demo starts it again. Raises BreakRefused."""

    def fail(self, data_center: str, product: str, seconds: int) -> None:
        """Makes every request of a product fail there for so long. Raises BreakRefused."""
