"""What the desk refuses: one line that says what, where and how to mend it.

DeskError
|- MatcherRefused      a matcher that cannot be read, or could run for ever
|- SilenceRefused      a silence that must not be
|- MaintenanceRefused  a window that must not be
`- ActionRefused       an acknowledgement or note that fits nothing
"""

from __future__ import annotations

from alerts.errors import AlertError


class DeskError(AlertError):
    """Anything that the desk refuses."""


class MatcherRefused(DeskError):
    """A matcher that cannot be read, or could run for ever."""

    def __init__(self, matcher: str, cause: str) -> None:
        super().__init__(f"matcher {matcher!r}: {cause}")


class SilenceRefused(DeskError):
    """A silence that must not be."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"silence: {cause}")


class MaintenanceRefused(DeskError):
    """A maintenance window that must not be."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"maintenance: {cause}")


class ActionRefused(DeskError):
    """An acknowledgement or a note that fits nothing."""

    def __init__(self, subject: str, cause: str) -> None:
        super().__init__(f"alert {subject!r}: {cause}")
