"""What goes wrong with the delivery of reports; ``outgoing.errors`` has why a message was not taken.

DeliveryError
|- BadPeriodName   a text that names no period
|- CannotMake      the report itself cannot be made now
|- BadMade         what was made cannot be sent
`- NotInOutbox     nothing of that name waits or was sent
"""

from __future__ import annotations


class DeliveryError(Exception):
    """Base of everything that the delivery of reports raises on purpose."""


class BadPeriodName(DeliveryError):
    """A text that names no period."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"period {text!r} is none; write a month 2026-10, a quarter 2026-Q3, a year 2026, a week 2026-W44, "
            "a day 2026-10-31 or days 2026-10-30_2026-11-02 (the last one not part of it)"
        )


class CannotMake(DeliveryError):
    """The report cannot be made now; it is tried again. The text is the cause in one line."""


class BadMade(DeliveryError):
    """What was made cannot be sent."""

    def __init__(self, what: str, cause: str) -> None:
        super().__init__(f"{what}: {cause}")


class NotInOutbox(DeliveryError):
    """Nothing of that name waits or was sent."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is in the outbox under no name; report send --list shows what is")
