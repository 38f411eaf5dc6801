"""What can go wrong with a notification, by cause. Every text has been through the redactor before it is kept.

NotifyError
|- BadSecret          a secret cannot be read from where the configuration says
|- BadChannel         a channel cannot be made from its configuration
|- BadPosted          what was posted as Prometheus alerts is none
`- SendFault          a message was not taken
   |- TemporaryFault  try again later
   `- PermanentFault  trying again changes nothing
"""

from __future__ import annotations

from alerts.errors import AlertError


class NotifyError(AlertError):
    """Base of everything that notification raises on purpose."""


class BadSecret(NotifyError):
    """A secret cannot be read; names the place, never the value."""

    def __init__(self, origin: str, cause: str) -> None:
        super().__init__(f"secret from {origin}: {cause}")


class BadChannel(NotifyError):
    """A channel cannot be made from its configuration."""

    def __init__(self, channel: str, cause: str) -> None:
        super().__init__(f"notify channel {channel!r}: {cause}")


class BadPosted(NotifyError):
    """Posted Prometheus alerts cannot be used; ``defects`` holds one line for each."""

    def __init__(self, defects: tuple[str, ...]) -> None:
        super().__init__("; ".join(defects))
        self.defects = defects


class SendFault(NotifyError):
    """A message was not taken. ``ambiguous``: it may have arrived all the same."""

    def __init__(self, cause: str, *, ambiguous: bool = False) -> None:
        super().__init__(cause)
        self.ambiguous = ambiguous


class TemporaryFault(SendFault):
    """Try again later. ``retry_after_ms``: what the other side asked for, if it did."""

    def __init__(self, cause: str, *, ambiguous: bool = False, retry_after_ms: int | None = None) -> None:
        super().__init__(cause, ambiguous=ambiguous)
        self.retry_after_ms = retry_after_ms


class PermanentFault(SendFault):
    """Trying again changes nothing: the other side refused the message or us."""
