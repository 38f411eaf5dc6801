"""Failovers of a stretch as the store has its minutes; hours that are over are kept for a while, for all who ask."""

from __future__ import annotations

import threading
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from slo.failover import SHIPPED, Failover, FailoverPolicy, failovers
from slo.windows import HOUR_S, MINUTE_S, Window
from store.coverage import Interval, clipped, length_ms, merged
from store.port import Reader
from store.records import Gap, Level, Scope

Minute: TypeAlias = tuple[int, Mapping[str, int]]
"""Begin, and transactions per data center."""
Hour: TypeAlias = "Mapping[str, array[int]]"
"""Transactions of each minute, per data center."""

LONGEST_S = 35 * 24 * HOUR_S
"""So long minutes are kept."""
AT_ONCE_S = 24 * HOUR_S
"""So much of the end of a stretch is looked through whatever it takes."""
SPENT_SECONDS = 1.5
"""After so long hours that are not known yet wait for the next who asks."""
RECENT_S = 2 * 24 * HOUR_S
KEPT_SECONDS = 600.0
"""A correction of an hour that is over (a backfill) is seen at the latest after so long."""
OLD_KEPT_SECONDS = 6 * 3600.0
"""The same of hours that were over two days before the end of what is asked."""
MOST_HOURS = 36 * 24


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the part that was looked through; ``complete``: that part is all that was asked for."""

    window: Window
    failovers: list[Failover]
    complete: bool


class FailoverBook:
    """For any number of threads. ``monotonic``: clock of what is kept."""

    def __init__(self, policy: FailoverPolicy = SHIPPED, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.policy = policy
        self._monotonic = monotonic
        self._hours: dict[int, tuple[float, Hour]] = {}
        self._lock = threading.Lock()

    def found(self, reader: Reader, window: Window, centers: Sequence[str]) -> Looked:
        """Failovers that reach into a stretch of closed minutes, oldest first; at most ``LONGEST_S`` of its end. Hours
        are read from the newest on: where that takes long, those who ask again see further back."""
        wanted_s = max(window.from_s, window.to_s - LONGEST_S)
        before_s = self.policy.usual_minutes * MINUTE_S  # for what is usual when the stretch begins
        minutes, reached_s = self._minutes(reader, wanted_s - before_s, window.to_s)
        from_s = max(wanted_s, reached_s + before_s)
        every = failovers(minutes, centers, self.policy)
        found = [each for each in every if each.to_s is None or each.to_s > from_s]
        return Looked(Window(from_s, window.to_s), found, from_s == wanted_s)

    def _minutes(self, reader: Reader, from_s: int, to_s: int) -> tuple[list[Minute], int]:
        """Ascending, and from when on they are all there."""
        first_s, last_s = from_s - from_s % HOUR_S, to_s - to_s % HOUR_S
        parts = [_minutes_of(last_s, _read(reader, last_s, to_s))] if to_s > last_s else []
        reached_s = from_s
        deadline = self._monotonic() + SPENT_SECONDS
        with self._lock:
            for hour_s in range(last_s - HOUR_S, first_s - 1, -HOUR_S):
                may_read = hour_s >= to_s - AT_ONCE_S - HOUR_S or self._monotonic() < deadline
                hour = self._hour(reader, hour_s, to_s - hour_s > RECENT_S, may_read)
                if hour is None:
                    reached_s = hour_s + HOUR_S
                    break
                parts.append(_minutes_of(hour_s, hour))
        ascending = (minute for part in reversed(parts) for minute in part)
        return [each for each in ascending if from_s <= each[0] < to_s], reached_s

    def _hour(self, reader: Reader, hour_s: int, old: bool, may_read: bool) -> Hour | None:
        """An hour that is over: as it is kept, else read; None where it is not kept and may not be read."""
        now = self._monotonic()
        known = self._hours.get(hour_s)
        if known is not None and (not may_read or now - known[0] < (OLD_KEPT_SECONDS if old else KEPT_SECONDS)):
            return known[1]
        if not may_read:
            return None
        self._hours.pop(hour_s, None)
        self._hours[hour_s] = now, _read(reader, hour_s, hour_s + HOUR_S)
        while len(self._hours) > MOST_HOURS:
            self._hours.pop(next(iter(self._hours)))
        return self._hours[hour_s][1]


def _read(reader: Reader, from_s: int, to_s: int) -> Hour:
    sums: defaultdict[str, array[int]] = defaultdict(lambda: array("q", bytes(8 * (HOUR_S // MINUTE_S))))
    for minute_s, unit, counts in reader.timeline(Level.MINUTE, Scope.CELL, from_s, to_s):
        sums[unit.data_center][(minute_s - from_s) // MINUTE_S] += counts.transactions
    return dict(sums)


def _minutes_of(hour_s: int, hour: Hour) -> Iterator[Minute]:
    names = list(hour)
    for index, counts in enumerate(zip(*hour.values(), strict=True)):
        yield hour_s + index * MINUTE_S, dict(zip(names, counts, strict=True))


def unwatched_ms(gaps: Sequence[Gap], sources: Sequence[str], from_s: int, to_s: int) -> int:
    """Time of a stretch in which a source of a data center was not read: what it did then may be missing."""
    own = merged(Interval(each.from_ms, each.to_ms) for each in gaps if each.source in sources)
    return length_ms(clipped(own, Interval(from_s * 1000, to_s * 1000)))
