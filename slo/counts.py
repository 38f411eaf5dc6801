"""Counts of events: integers from the sample to the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Events of one unit over one stretch of time.

    ``good + bad`` is the total of the objective; ``ignored`` events are not events of the objective (a client that
    gave up in time); ``transactions`` were begun by a customer or partner and are counted once by idempotency key.
    """

    good: int = 0
    bad: int = 0
    ignored: int = 0
    transactions: int = 0

    @property
    def total(self) -> int:
        """Good plus bad events."""
        return self.good + self.bad

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.good + other.good,
            self.bad + other.bad,
            self.ignored + other.ignored,
            self.transactions + other.transactions,
        )
