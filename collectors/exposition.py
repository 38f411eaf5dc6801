"""Reads the ``/metrics`` pages of targets, each in a thread of its own, and stores what they add.

A target that is dead or slow delays no other. Which targets there are, and what their series mean, may change while
they are read: each goes over at its next tick, and no tick is missed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from collectors.clocks import Clock, SystemClock
from collectors.duplicates import Claims
from collectors.mapping import MetricMap
from collectors.schedule import Tick
from collectors.spool import PageSpool
from collectors.watcher import ExpositionSource, Watcher
from slo.outcomes import OutcomeTable
from store.errors import StoreError
from store.leadership import Leadership
from store.port import Store
from store.records import Read, Retention

__all__ = ["ExpositionCollector", "ExpositionSource"]
LOG = logging.getLogger(__name__)
PRUNE_EVERY_S = 60.0
PRUNE_ROWS = 2000
PRUNE_STEPS = 50
LEAVING_S = 1.0
"""So long is an attempt waited for whose source is no longer read; it is held up by its own target alone."""


class ExpositionCollector:
    """Collects from many targets into one store."""

    def __init__(
        self,
        sources: Sequence[ExpositionSource],
        store: Store,
        mapping: MetricMap,
        outcomes: OutcomeTable,
        *,
        retention: Retention | None = None,
        clock: Clock | None = None,
        leadership: Leadership | None = None,
        spool: Path | None = None,
    ) -> None:
        """``retention``: what to prune once a minute; None leaves that to somebody else. ``leadership``: which sources
        may be read, and by which token; None reads all without leases. ``spool``: folder in which pages wait while the
        store takes none. Raises BadTarget."""
        self._spools = _Spools(spool)
        self._store = store
        self._retention = retention
        self._clock = clock or SystemClock()
        self._leadership = leadership
        self._claims = Claims(store, (source.source.id for source in sources))
        self._meaning = (mapping, outcomes)
        self._targets = {source.source.id: source for source in sources}
        self._seats = {name: _Seat(watcher) for name, watcher in self._watchers(self._targets.values()).items()}
        self._stopping = threading.Event()
        self._pruning: threading.Thread | None = None

    def start(self) -> None:
        """Starts looking, once per interval of each source, until ``stop``."""
        self._stopping.clear()
        if self._retention is not None:
            self._pruning = threading.Thread(target=self._prune, name="prune", daemon=True)
            self._pruning.start()
        for seat in self._seats.values():
            seat.start()

    def stop(self, timeout_s: float = 15.0) -> bool:
        """Ends all threads; what was read so far is in the store. False when one did not end in time."""
        self._stopping.set()
        for seat in self._seats.values():
            seat.ask_to_end()
        deadline = time.monotonic() + timeout_s
        ended = [seat.ended(max(0.0, deadline - time.monotonic())) for seat in self._seats.values()]
        if self._pruning is not None:
            self._pruning.join(max(0.0, deadline - time.monotonic()))
            ended.append(not self._pruning.is_alive())
        return all(ended)

    def change(
        self,
        sources: Sequence[ExpositionSource],
        mapping: MetricMap,
        outcomes: OutcomeTable,
        retention: Retention | None = None,
    ) -> None:
        """From their next ticks on reads these targets, in this meaning; those that stay as they are notice nothing.

        Not beside ``start`` or ``stop``. Raises BadTarget, with nothing changed.
        """
        targets = {source.source.id: source for source in sources}
        before, self._meaning, other = self._meaning, (mapping, outcomes), self._meaning != (mapping, outcomes)
        try:
            made = self._watchers(
                target for name, target in targets.items() if other or target != self._targets.get(name)
            )
        except BaseException:
            self._meaning = before
            raise
        gone = [self._seats.pop(name) for name in self._targets.keys() - targets.keys()]
        self._targets, self._retention = targets, retention
        for seat in gone:
            seat.ask_to_end()
        self._claims.follow(targets)
        for name, watcher in made.items():
            self._seat(name, watcher)
        for seat in gone:
            seat.ended(LEAVING_S)

    def collect_once(self) -> dict[str, Read]:
        """One attempt at every source, all at the same time; what became of each, by source."""
        at_ms = self._clock.wall_ms()
        results: dict[str, Read] = {}

        def look(watcher: Watcher) -> None:
            results[watcher.id] = watcher.attempt(at_ms) if watcher.leads() else watcher.standby(at_ms)
            watcher.close()

        threads = [threading.Thread(target=look, args=(seat.watcher,), daemon=True) for seat in self._seats.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def _watchers(self, targets: Iterable[ExpositionSource]) -> dict[str, Watcher]:
        mapping, outcomes = self._meaning
        return {
            target.source.id: Watcher(
                target,
                self._store,
                mapping,
                outcomes,
                self._clock,
                leadership=self._leadership,
                claims=self._claims,
                spool=self._spools.of(target.source.id),
            )
            for target in targets
        }

    def _seat(self, name: str, watcher: Watcher) -> None:
        if name in self._seats:
            self._seats[name].hand_over(watcher)
            return
        self._seats[name] = _Seat(watcher)
        self._seats[name].start()

    def _prune(self) -> None:
        while not self._stopping.wait(PRUNE_EVERY_S):
            retention = self._retention
            if retention is None or (self._leadership is not None and not self._leadership.leads):
                continue
            try:
                self._prune_steps(retention)
            except StoreError as fault:
                LOG.warning("nothing pruned this minute: %s", fault)

    def _prune_steps(self, retention: Retention) -> None:
        """Many short transactions, so that no commit waits long for its turn; then what long questions ask for."""
        now_s = self._clock.wall_ms() // 1000
        for _ in range(PRUNE_STEPS):
            pruned = self._store.prune(retention, now_s, most_rows=PRUNE_ROWS)
            if pruned < PRUNE_ROWS or self._stopping.wait(0.05):
                break
        while self._store.condense(now_s) and not self._stopping.wait(0.05):
            pass


class _Spools:
    """One for each source, whoever watches it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._made: dict[str, PageSpool] = {}

    def of(self, source: str) -> PageSpool | None:
        """Where pages of a source wait; None without a folder."""
        if self._folder is None:
            return None
        if source not in self._made:
            self._made[source] = PageSpool(self._folder, source)
        return self._made[source]


class _Seat:
    """The thread of one source: whoever watches may change between two ticks, the schedule stays."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._heir: Watcher | None = None
        self._turn = threading.Event()
        self._ending = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to look."""
        self._turn.clear()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"collect {self.watcher.id}", daemon=True)
        self._thread.start()

    def hand_over(self, heir: Watcher) -> None:
        """From the next tick on another watcher looks."""
        self._heir = heir
        self._turn.set()

    def ask_to_end(self) -> None:
        """Ends after the attempt in hand."""
        self._ending = True
        self._turn.set()

    def ended(self, within_s: float) -> bool:
        """Whether it has ended, waiting that long for it."""
        if self._thread is not None:
            self._thread.join(within_s)
        return self._thread is None or not self._thread.is_alive()

    def _run(self) -> None:
        tick: Tick | None = None
        while True:
            tick = self.watcher.follow(self._turn, tick)
            self._turn.clear()
            if self._ending:
                self.watcher.close()
                return
            heir, self._heir = self._heir, None
            if heir is None:
                continue
            heir.inherit(self.watcher)
            self.watcher.close()
            tick = tick if heir.interval_ms == self.watcher.interval_ms else None
            self.watcher = heir
