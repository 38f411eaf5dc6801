"""What can go wrong with alerts: one class per cause; the message says what, where and how to mend it.

AlertError
`- BadEngineState    a stored state of the engine that cannot be read
"""

from __future__ import annotations


class AlertError(Exception):
    """Base of everything that this package raises on purpose."""


class BadEngineState(AlertError):
    """A stored state of the engine that cannot be read."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"stored state of the alert engine cannot be read ({cause}); delete it to begin anew")
