"""What can go wrong with a notification, by cause; ``outgoing.errors`` has why a message was not taken.

NotifyError
|- BadChannel         a channel cannot be made from its configuration
`- BadPosted          what was posted as Prometheus alerts is none
"""

from __future__ import annotations

from alerts.errors import AlertError


class NotifyError(AlertError):
    """Base of everything that notification raises on purpose."""


class BadChannel(NotifyError):
    """A channel cannot be made from its configuration."""

    def __init__(self, channel: str, cause: str) -> None:
        super().__init__(f"notify channel {channel!r}: {cause}")


class BadPosted(NotifyError):
    """Posted Prometheus alerts cannot be used; ``defects`` holds one line for each."""

    def __init__(self, defects: tuple[str, ...]) -> None:
        super().__init__("; ".join(defects))
        self.defects = defects
