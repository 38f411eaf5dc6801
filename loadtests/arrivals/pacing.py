"""Who sends which arrival, and when: a plan divided among workers so that none is lost and none sent twice.

Every worker follows the whole plan and sends each arrival whose number leaves its own index when divided by the number
of workers. With drawn arrivals all of them draw the same ones, from the same seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from loadtests.arrivals.schedule import SECOND_NS, Schedule


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule, and whether its arrivals are drawn: at its rates, independent of each other (a Poisson process),
    instead of evenly spaced."""

    schedule: Schedule
    drawn: bool = False
    seed: int = 0

    def times_ns(self, worker: int = 0, workers: int = 1) -> Iterator[int]:
        """When this worker's arrivals are due after the begin, ascending. ``0 <= worker < workers``."""
        if not self.drawn:
            return self.schedule.times_ns(worker, workers)
        return islice(_drawn(self.schedule, self.seed), worker, None, workers)


class Pacer:
    """Tells one worker what is next. Not to be shared."""

    def __init__(self, plan: Plan, worker: int = 0, workers: int = 1) -> None:
        self._times_ns = plan.times_ns(worker, workers)
        self.next_ns: int | None = next(self._times_ns, None)

    def wait_ns(self, elapsed_ns: int) -> int | None:
        """How long until the next arrival is due, 0 when it is; None when there is none left."""
        return None if self.next_ns is None else max(0, self.next_ns - elapsed_ns)

    def take(self) -> int:
        """The moment of the next arrival, which is thereby sent. Raises IndexError when there is none left."""
        taken_ns = self.next_ns
        if taken_ns is None:
            raise IndexError
        self.next_ns = next(self._times_ns, None)
        return taken_ns


class Due:
    """How much of the whole plan is due, asked at moments that only grow."""

    def __init__(self, plan: Plan) -> None:
        self._times_ns = plan.times_ns()
        self._next_ns = next(self._times_ns, None)
        self.count = 0

    def until(self, elapsed_ns: int) -> int:
        """How many arrivals were due up to this moment."""
        while self._next_ns is not None and self._next_ns <= elapsed_ns:
            self.count += 1
            self._next_ns = next(self._times_ns, None)
        return self.count


def _drawn(schedule: Schedule, seed: int) -> Iterator[int]:
    """A Poisson process of rate 1 in the schedule's own measure of time (its integral), mapped back to nanoseconds."""
    draw = random.Random(seed)  # noqa: S311 - arrivals are drawn, not secret
    position = draw.expovariate(1)
    for begin_ns, reached, stretch in zip(schedule.begins_ns, schedule.reached, schedule.stretches, strict=True):
        first, rate = float(reached), float(stretch.per_second)
        end = float(reached + stretch.arrivals)
        while position < end:
            past_ns = math.floor((position - first) * SECOND_NS / rate)
            yield begin_ns + min(past_ns, stretch.duration_ns - 1)
            position += draw.expovariate(1)
