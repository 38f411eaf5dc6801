"""What rules cannot be written of.

AlertError
`- RulesError
   |- NotForPrometheus   the catalog says something that PromQL has no words for
   |- NoTier             the scrape interval is too long for every tier
   |- ForeignFile        a file that we did not write stands where one of ours would go
   `- NoPlace            a directory in which nothing can be written
"""

from __future__ import annotations

from pathlib import Path

from alerts.errors import AlertError


class RulesError(AlertError):
    """Anything that keeps rules from being written."""


class NotForPrometheus(RulesError):
    """A mapping that cannot be told in PromQL."""

    def __init__(self, origin: str, what: str, mend: str) -> None:
        super().__init__(f"{origin}: {what} cannot be written as a Prometheus rule; {mend}")


class NoTier(RulesError):
    """No tier has windows that such slow scrapes can fill."""

    def __init__(self, scrape_seconds: int) -> None:
        super().__init__(
            f"--scrape-interval {scrape_seconds}: no tier has windows that are multiples of it and hold two scrapes; "
            "give the interval at which Prometheus really scrapes"
        )


class ForeignFile(RulesError):
    """Somebody else's file would be lost."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: was not written by rules export; move it away or choose another directory with -o")


class NoPlace(RulesError):
    """The directory cannot be made or written."""

    def __init__(self, directory: Path, cause: OSError) -> None:
        reason = cause.strerror.lower() if cause.strerror else str(cause)
        super().__init__(f"{directory}: cannot be written: {reason}; choose another directory with -o")
