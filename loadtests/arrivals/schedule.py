"""A schedule: stretches of time, each with an even rate of arrivals. From it alone follows when each arrival is due.

The n-th arrival (n = 0, 1, ...) is due at the first whole nanosecond at which the integral of the rate over time has
reached n. All in integers and fractions: a plan of a million arrivals has a million, however it is divided.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """An even rate for a while; a rate of 0 is a pause."""

    duration_ns: int
    per_second: Fraction

    @property
    def arrivals(self) -> Fraction:
        """The integral of the rate."""
        return self.per_second * self.duration_ns / SECOND_NS


@dataclass(frozen=True)
class Schedule:
    """Stretches one after the other."""

    stretches: tuple[Stretch, ...]

    @cached_property
    def duration_ns(self) -> int:
        """From the first stretch's begin to the last one's end."""
        return sum(stretch.duration_ns for stretch in self.stretches)

    @cached_property
    def begins_ns(self) -> list[int]:
        """When each stretch begins."""
        return [0, *accumulate(stretch.duration_ns for stretch in self.stretches)][:-1]

    @cached_property
    def reached(self) -> list[Fraction]:
        """The integral at each stretch's begin."""
        return [Fraction(0), *accumulate(stretch.arrivals for stretch in self.stretches)][:-1]

    @cached_property
    def total(self) -> Fraction:
        """The integral over the whole schedule."""
        return sum((stretch.arrivals for stretch in self.stretches), Fraction(0))

    @property
    def arrivals(self) -> int:
        """How many arrivals are due before the end."""
        return math.ceil(self.total)

    def intended_ns(self, number: int) -> int:
        """When arrival ``number`` is due, after the begin. Raises IndexError for one that never is."""
        if not 0 <= number < self.arrivals:
            raise IndexError(number)
        # The last stretch whose begin the count has not passed; pauses and empty stretches begin with the same count.
        index = bisect_right(self.reached, number) - 1
        stretch = self.stretches[index]
        past = (number - self.reached[index]) * SECOND_NS / stretch.per_second
        return self.begins_ns[index] + math.ceil(past)

    def due(self, elapsed_ns: int) -> int:
        """How many arrivals are due up to this moment, the moment itself included."""
        if elapsed_ns < 0:
            return 0
        index = bisect_right(self.begins_ns, elapsed_ns) - 1
        stretch = self.stretches[index]
        within = min(elapsed_ns - self.begins_ns[index], stretch.duration_ns)
        reached = self.reached[index] + stretch.per_second * within / SECOND_NS
        return min(self.arrivals, math.floor(reached) + 1)

    def times_ns(self, first: int = 0, every: int = 1) -> Iterator[int]:
        """``intended_ns`` of arrivals first, first + every, ...: the same, ten times faster."""
        number = first
        for begin_ns, reached, stretch in zip(self.begins_ns, self.reached, self.stretches, strict=True):
            if not stretch.per_second:
                continue
            # (number - reached) * SECOND_NS / per_second over one denominator
            above = SECOND_NS * stretch.per_second.denominator
            below = stretch.per_second.numerator * reached.denominator
            last = math.ceil(reached + stretch.arrivals)
            while number < last:
                yield begin_ns - ((reached.numerator - number * reached.denominator) * above // below)
                number += every
