"""Counts of events: integers from the sample to the report."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat


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

    @property
    def contradicts(self) -> bool:
        """Whether a count is less than nothing: parts of it were more than the whole that they were taken from."""
        return self.good < 0 or self.bad < 0

    @property
    def share(self) -> Fraction | None:
        """good / total; None without events, and of counts that contradict each other: it would be over 100 %."""
        return Fraction(self.good, self.total) if self.total > 0 and not self.contradicts else None

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.good + other.good,
            self.bad + other.bad,
            self.ignored + other.ignored,
            self.transactions + other.transactions,
        )


def summed(every: Sequence[Counts]) -> Counts:
    """The sum of any number, made once: a year of a thousand cells has tens of thousands to add."""
    if len(every) == 1:
        return every[0]
    return Counts(
        sum([each.good for each in every]),
        sum([each.bad for each in every]),
        sum([each.ignored for each in every]),
        sum([each.transactions for each in every]),
    )


def counts_of(
    good: Sequence[int], bad: Sequence[int], ignored: Sequence[int], transactions: Sequence[int]
) -> list[Counts]:
    """Counts from columns of equal length. A screen asks for thousands at once, and one by one they take five times
    as long: the initializer of a frozen class is slow, the slots that it fills are not."""
    made: list[Counts] = list(map(object.__new__, repeat(Counts, len(good))))
    columns = {"good": good, "bad": bad, "ignored": ignored, "transactions": transactions}
    for name, column in columns.items():
        deque(map(getattr(Counts, name).__set__, made, column), maxlen=0)
    return made
