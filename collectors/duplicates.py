"""One process that is reached through two sources would be counted twice: the second source is refused.

Two pages are of one process when they tell the same birth and the same series, and when their counts, put in the order
in which they were read, never fall. A second source is refused at the first two of these; should its counts contradict
the third, it is another process after all and is counted from then on. Who counted a process before, this run or an
earlier one, keeps it.

Targets of Prometheus servers come and go under labels, so three things are different (``Place``): numbers of addresses
that differ are different processes (pods that started in the same moment); a target that tells no birth is known by
its label; and when a server shows a label no more, its process passes to the label that it shows instead.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from collectors.errors import DuplicateTarget
from collectors.places import Place
from store.leases import lease_name
from store.port import Store

Identity: TypeAlias = int | str | None
"""Birth of a process in milliseconds, else the text of its label."""
READ_AGAIN_NS = 30_000_000_000
AS_LONG_MS = 60_000
"""Of two pages that counted one process, the one that did so longer by this much keeps it. Of two targets of servers
the one that did so last: what is held back in error can be read again there."""

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
    identity: Identity
    series: Set[str]
    place: Place | None = None
    seen: int = 0
    admitted: bool = False
    waiting: tuple[tuple[str, int], int] = (("", 0), 0)
    """For whom, with how many sights, and since when (monotonic nanoseconds)."""
    sights: deque[Sight] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class Claims:
    """Who counts which process. For many threads."""

    def __init__(self, store: Store, sources: Iterable[str], clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        """``sources``: those that are configured; of a server, its name."""
        self._store = store
        self._sources = frozenset(sources)
        self._clock_ns = clock_ns
        self._stored: Mapping[Identity, Mapping[str, int]] | None = None
        self._stored_ns = 0
        self._lock = threading.Lock()
        self._claims: dict[str, _Claim] = {}
        self._of_one: defaultdict[Identity, dict[str, _Claim]] = defaultdict(dict)
        self._holders: dict[str, str] = {}
        self._successors: dict[tuple[Identity, str], str] = {}
        self._different: set[tuple[Identity, frozenset[str]]] = set()

    def follow(self, sources: Iterable[str]) -> None:
        """From now on these sources are read; what the others counted may be counted through one of them."""
        with self._lock:
            self._sources = frozenset(sources)
            for name in [name for name in self._claims if lease_name(name) not in self._sources]:
                self._drop(name)
            held = self._holders.items()
            self._holders = {one: other for one, other in held if {lease_name(one), lease_name(other)} <= self._sources}

    def forget(self, server: str) -> None:
        """Somebody else reads this server from now on: what its targets showed us is old."""
        with self._lock:
            for name in [name for name in self._claims if lease_name(name) == server]:
                self._drop(name)
            self._stored = None

    def admit(
        self, source: str, born_ms: int | None, series: Set[str] | None, sight: Sight, place: Place | None = None
    ) -> None:
        """Takes note of a page; ``series`` is None when they are those of the page before. ``born_ms`` may be None
        when there is a ``place``.

        Raises DuplicateTarget when another source counts this process. Raises StoreError.
        """
        identity: Identity = born_ms if born_ms is not None or place is None else place.identity()
        with self._lock:
            mine, is_new = self._noted(_Claim(source, identity, series or frozenset(), place), series, sight)
            holder = self._holder(mine, sight) or (self._stored_holder(mine) if is_new else "")
            if holder:
                self._holders[source] = holder
                raise DuplicateTarget(f"the process behind it is counted as source {holder} already; {_mend(mine)}")
            self._holders.pop(source, None)
            mine.admitted = True

    def _noted(self, shown: _Claim, series: Set[str] | None, sight: Sight) -> tuple[_Claim, bool]:
        mine = self._claims.get(shown.source)
        is_other = mine is None or mine.identity != shown.identity
        is_new = is_other or shown.source in self._holders
        if mine is None or is_other:
            self._drop(shown.source)
            mine = self._claims[shown.source] = self._of_one[shown.identity][shown.source] = shown
        elif series is not None:
            mine.series = series
        mine.seen += 1
        mine.sights.append(sight)
        return mine, is_new

    def _drop(self, source: str) -> None:
        before = self._claims.pop(source, None)
        if before is None:
            return
        alike_ones = self._of_one[before.identity]
        del alike_ones[source]
        if not alike_ones:
            del self._of_one[before.identity]

    def _holder(self, mine: _Claim, sight: Sight) -> str:
        """The other source of this run that counts the same process; empty for none."""
        if successor := self._successors.get((mine.identity, mine.source)):
            return successor
        for other in list(self._of_one[mine.identity].values()):
            if other.source == mine.source or other.source in self._holders:
                continue
            if self._is_same(mine, other) and not self._waited_out(mine, other.source, other.seen):
                return other.source
        return self._holder_of_the_life_before(mine, sight)

    def _holder_of_the_life_before(self, mine: _Claim, sight: Sight) -> str:
        twin = self._claims.get(self._holders.get(mine.source, ""))
        if twin is None or twin.identity == mine.identity:
            return ""
        sticky_ns = STICKY_NS if mine.place is None or twin.place is None else mine.place.sticky_ns(twin.place)
        if sight.sent_ns - twin.sights[-1].sent_ns >= sticky_ns:
            return ""
        told = isinstance(twin.identity, int) and isinstance(mine.identity, int)
        return twin.source if not told or str(twin.identity) < str(mine.identity) else ""

    def _is_same(self, mine: _Claim, other: _Claim) -> bool:
        pair = (mine.identity, frozenset((mine.source, other.source)))
        if pair in self._different or not _may_be_one(mine, other) or not alike(mine.series, other.series):
            return False
        if not mine.sights[-1].total and not other.sights[-1].total:
            return False  # two idle processes started together look alike, and there is nothing to count twice
        if contradict(mine.sights, other.sights):
            self._different.add(pair)
            return False
        return True

    def _waited_out(self, mine: _Claim, holder: str, seen: int) -> bool:
        """Whether a server has shown the holder's label no more for so long that its process goes by mine now. Not when
        mine has a memory of that process: what the other counted since would be counted again."""
        if mine.place is None or lease_name(holder) != mine.place.server or mine.admitted:
            return False
        awaited = (holder, seen)
        if mine.waiting[0] != awaited:
            mine.waiting = (awaited, self._clock_ns())
        if self._clock_ns() - mine.waiting[1] < mine.place.hold_ns:
            return False
        self._drop(holder)
        self._successors[mine.identity, holder] = mine.source
        return True

    def _stored_holder(self, mine: _Claim) -> str:
        """The source that counted this process in an earlier run, when this one did not, or not as long."""
        counted = self._counted_before(mine.identity).get(mine.identity, {})
        mine.admitted = mine.admitted or mine.source in counted
        since_ms = counted[mine.source] + (AS_LONG_MS if mine.place is None else 1) if mine.source in counted else 0
        absent = [
            one
            for one, last_ms in sorted(counted.items())
            if last_ms >= since_ms and one not in self._claims and lease_name(one) in self._sources
        ]
        holder = next((one for one in absent if self._is_stored_twin(mine, one)), "")
        return "" if holder and self._waited_out(mine, holder, -1) else holder

    def _is_stored_twin(self, mine: _Claim, one: str) -> bool:
        if mine.place is not None and not mine.place.may_be(replace(mine.place, instance=one.partition("/")[2])):
            return False
        return alike(mine.series, frozenset(self._store.resume(one).series))

    def _counted_before(self, wanted: Identity) -> Mapping[Identity, Mapping[str, int]]:
        """Birth of a process -> the sources that the store had it from -> until when. Read when this run began, and
        again when a process is not among them: another collector may have read it since."""
        known = self._stored
        if known is not None and (wanted in known or self._clock_ns() - self._stored_ns < READ_AGAIN_NS):
            return known
        found: dict[Identity, dict[str, int]] = {}
        with self._store.reading() as reader:
            for status in reader.sources():
                for life in reader.incarnations(status.source.id)[-1:]:
                    found.setdefault(life.born_ms, {})[life.source] = life.last_read_ms
        self._stored, self._stored_ns = found, self._clock_ns()
        return found


def _may_be_one(mine: _Claim, other: _Claim) -> bool:
    return mine.place is None or other.place is None or mine.place.may_be(other.place)


def _mend(mine: _Claim) -> str:
    if mine.place is None:
        return "remove one of them"
    return f"remove one of them: in the configuration of {mine.place.server} or among the targets of its server"


def alike(one: Set[str], other: Set[str]) -> bool:
    """Whether two sets of series may be those of one process, one of them read a moment later."""
    return bool(one) and bool(other) and (one <= other or other <= one)


def contradict(one: Iterable[Sight], other: Iterable[Sight]) -> bool:
    """Whether a later reading of one source shows less than an earlier one of the other."""
    others = tuple(other)
    return any(_fell(a, b) or _fell(b, a) for a in one for b in others)


def _fell(earlier: Sight, later: Sight) -> bool:
    return earlier.answered_ns <= later.sent_ns and earlier.total > later.total
