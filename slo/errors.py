"""What the core refuses, by cause.

SloError
|- BadObjective      a target that is not a percentage in [0, 100)
|- NegativeCounter   a cumulative counter below 0
|- BadPeriod         a month, quarter, year or number of months that no calendar has
`- UnknownZone       a time zone that this machine has no rules for
"""

from __future__ import annotations


class SloError(Exception):
    """Anything the exact core refuses."""


class BadObjective(SloError):
    """A target that cannot be an objective."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"objective {text!r} is not a percentage from 0 up to, not including, 100"
            " with at most 18 decimals; write 99.999"
        )


class NegativeCounter(SloError):
    """A cumulative counter that counted below nothing: the exporter is wrong, no increase can be taken."""

    def __init__(self, value: int, at_ms: int) -> None:
        super().__init__(f"counter value {value} at {at_ms} ms is negative; a cumulative counter starts at 0")


class BadPeriod(SloError):
    """A calendar period that does not exist."""

    def __init__(self, what: str, found: int, least: int, most: int) -> None:
        super().__init__(f"{what} {found} is not between {least} and {most}")


class UnknownZone(SloError):
    """A time zone without rules."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"time zone {zone!r} is not known here; write Asia/Shanghai, or install the tzdata package")
