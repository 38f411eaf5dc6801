"""Why something could not be sent. Every text has been through the redactor before it is kept.

OutgoingError
|- BadSecret          a secret cannot be read from where the configuration says
`- SendFault          a message was not taken
   |- TemporaryFault  try again later
   `- PermanentFault  trying again changes nothing
"""

from __future__ import annotations


class OutgoingError(Exception):
    """Base of everything that sending raises on purpose."""


class BadSecret(OutgoingError):
    """A secret cannot be read; names the place, never the value."""

    def __init__(self, origin: str, cause: str) -> None:
        super().__init__(f"secret from {origin}: {cause}")


class SendFault(OutgoingError):
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
