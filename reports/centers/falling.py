"""Failovers of a stretch as the store has its minutes; hours that are over are kept for a while, for all who ask."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeAlias

from slo.failover import SHIPPED, Failover, FailoverPolicy, failovers
from slo.windows import HOUR_S, MINUTE_S, Window
from store.coverage import Interval, clipped, length_ms, merged
from store.port import Reader
from store.records import Gap, Level, Scope

Minutes: TypeAlias = dict[int, dict[str, int]]
"""Transactions per data center, by begin of the minute."""

LONGEST_S = 24 * HOUR_S
KEPT_SECONDS = 600.0
"""A correction of an hour that is over (a backfill) is seen at the latest after so long."""
MOST_HOURS = 96


class FailoverBook:
    """For any number of threads. ``monotonic``: clock of what is kept."""

    def __init__(self, policy: FailoverPolicy = SHIPPED, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self._monotonic = monotonic
        self._hours: dict[int, tuple[float, Minutes]] = {}
        self._lock = threading.Lock()

    def found(self, reader: Reader, window: Window, centers: Sequence[str]) -> list[Failover]:
        """Failovers that reach into a stretch of closed minutes, oldest first; at most ``LONGEST_S`` of its end."""
        from_s = max(window.from_s, window.to_s - LONGEST_S)
        begin_s = from_s - self.policy.usual_minutes * MINUTE_S  # for what is usual when the stretch begins
        every = failovers(sorted(self._minutes(reader, begin_s, window.to_s).items()), centers, self.policy)
        return [each for each in every if each.to_s is None or each.to_s > from_s]

    def _minutes(self, reader: Reader, from_s: int, to_s: int) -> Minutes:
        first_s, last_s = from_s - from_s % HOUR_S, to_s - to_s % HOUR_S
        found: Minutes = {}
        with self._lock:
            for hour_s in range(first_s, last_s, HOUR_S):
                found.update(self._hour(reader, hour_s))
        if to_s > last_s:
            found.update(_read(reader, last_s, to_s))
        return {minute_s: counts for minute_s, counts in found.items() if from_s <= minute_s < to_s}

    def _hour(self, reader: Reader, hour_s: int) -> Minutes:
        now = self._monotonic()
        known = self._hours.get(hour_s)
        if known is not None and now - known[0] < KEPT_SECONDS:
            return known[1]
        self._hours.pop(hour_s, None)
        self._hours[hour_s] = now, _read(reader, hour_s, hour_s + HOUR_S)
        while len(self._hours) > MOST_HOURS:
            self._hours.pop(next(iter(self._hours)))
        return self._hours[hour_s][1]


def _read(reader: Reader, from_s: int, to_s: int) -> Minutes:
    sums: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for minute_s, unit, counts in reader.timeline(Level.MINUTE, Scope.CELL, from_s, to_s):
        sums[minute_s][unit.data_center] += counts.transactions
    return {minute_s: dict(counts) for minute_s, counts in sums.items()}


def unwatched_ms(gaps: Sequence[Gap], sources: Sequence[str], from_s: int, to_s: int) -> int:
    """Time of a stretch in which a source of a data center was not read: what it did then may be missing."""
    own = merged(Interval(each.from_ms, each.to_ms) for each in gaps if each.source in sources)
    return length_ms(clipped(own, Interval(from_s * 1000, to_s * 1000)))
