"""One process that is reached through two sources would be counted twice: the second source is refused.

Two pages are of one process when they tell the same birth and the same series, and when their counts, put in the order
in which they were read, never fall. A second source is refused at the first two of these; should its counts contradict
the third, it is another process after all and is counted from then on. Who counted a process before, this run or an
earlier one, keeps it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from collectors.errors import DuplicateTarget
from store.port import Store

STICKY_NS = 10_000_000_000
"""For so long a source that was a duplicate stays one although the process was replaced: the other will see it too."""
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """One reading: when it was asked for and answered (monotonic nanoseconds), and the sum of all counters on it."""

    sent_ns: int
    answered_ns: int
    total: int


@dataclass(slots=True)
class _Claim:
    """What one source showed lately of one process."""

    source: str
    born_ms: int
    series: Set[str]
    sights: deque[Sight] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class Claims:
    """Who counts which process. For many threads."""

    def __init__(self, store: Store, sources: Iterable[str]) -> None:
        self._store = store
        self._sources = frozenset(sources)
        self._stored: Mapping[int, Set[str]] | None = None
        self._lock = threading.Lock()
        self._claims: dict[str, _Claim] = {}
        self._holders: dict[str, str] = {}
        self._different: set[tuple[int, frozenset[str]]] = set()

    def follow(self, sources: Iterable[str]) -> None:
        """From now on these sources are read; what the others counted may be counted through one of them."""
        with self._lock:
            self._sources = frozenset(sources)
            for name in self._claims.keys() - self._sources:
                del self._claims[name]
            self._holders = {one: other for one, other in self._holders.items() if {one, other} <= self._sources}

    def admit(self, source: str, born_ms: int, series: Set[str] | None, sight: Sight) -> None:
        """Takes note of a page; ``series`` is None when they are those of the page before.

        Raises DuplicateTarget when another source counts this process. Raises StoreError.
        """
        with self._lock:
            mine, is_new = self._noted(source, born_ms, series, sight)
            holder = self._holder(mine, sight) or (self._stored_holder(mine) if is_new else "")
            if holder:
                self._holders[source] = holder
                raise DuplicateTarget(
                    f"the process behind it is counted as source {holder} already; remove one of them"
                )
            self._holders.pop(source, None)

    def _noted(self, source: str, born_ms: int, series: Set[str] | None, sight: Sight) -> tuple[_Claim, bool]:
        mine = self._claims.get(source)
        is_new = mine is None or mine.born_ms != born_ms or source in self._holders
        if mine is None or mine.born_ms != born_ms:
            mine = self._claims[source] = _Claim(source, born_ms, series or frozenset())
        elif series is not None:
            mine.series = series
        mine.sights.append(sight)
        return mine, is_new

    def _holder(self, mine: _Claim, sight: Sight) -> str:
        """The other source of this run that counts the same process; empty for none."""
        for other in self._claims.values():
            if other.source == mine.source or other.source in self._holders:
                continue
            if other.born_ms == mine.born_ms and self._is_same(mine, other):
                return other.source
        twin = self._claims.get(self._holders.get(mine.source, ""))
        if twin is not None and twin.born_ms != mine.born_ms and sight.sent_ns - twin.sights[-1].sent_ns < STICKY_NS:
            return twin.source if twin.born_ms < mine.born_ms else ""
        return ""

    def _is_same(self, mine: _Claim, other: _Claim) -> bool:
        pair = (mine.born_ms, frozenset((mine.source, other.source)))
        if pair in self._different or not alike(mine.series, other.series):
            return False
        if not mine.sights[-1].total and not other.sights[-1].total:
            return False  # two idle processes started together look alike, and there is nothing to count twice
        if contradict(mine.sights, other.sights):
            self._different.add(pair)
            return False
        return True

    def _stored_holder(self, mine: _Claim) -> str:
        """The source that counted this process in an earlier run, when this one did not."""
        counted = self._counted_before().get(mine.born_ms, frozenset())
        if mine.source in counted:
            return ""
        absent = [source for source in sorted(counted) if source in self._sources and source not in self._claims]
        return next((one for one in absent if alike(mine.series, frozenset(self._store.resume(one).series))), "")

    def _counted_before(self) -> Mapping[int, Set[str]]:
        """Birth of a process -> the sources that the store had it from when this run began."""
        if self._stored is None:
            found: dict[int, set[str]] = {}
            with self._store.reading() as reader:
                for status in reader.sources():
                    for life in reader.incarnations(status.source.id)[-1:]:
                        found.setdefault(life.born_ms, set()).add(life.source)
            self._stored = found
        return self._stored


def alike(one: Set[str], other: Set[str]) -> bool:
    """Whether two sets of series may be those of one process, one of them read a moment later."""
    return bool(one) and bool(other) and (one <= other or other <= one)


def contradict(one: Iterable[Sight], other: Iterable[Sight]) -> bool:
    """Whether a later reading of one source shows less than an earlier one of the other."""
    others = tuple(other)
    return any(_fell(a, b) or _fell(b, a) for a in one for b in others)


def _fell(earlier: Sight, later: Sight) -> bool:
    return earlier.answered_ns <= later.sent_ns and earlier.total > later.total
