"""Runs probes, each on its own absolute schedule and in its own thread, and stores what they find.

A target that is slow delays no other. Results wait while the store takes none; of very many the oldest are dropped,
and their slices stay MISSING. A run that was slept through is not made up for: it is MISSING too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from collectors.exposition import Clock, SystemClock
from collectors.probes.asking import Answered, Asker
from collectors.probes.outcome import invalid
from collectors.probes.target import Target
from collectors.schedule import first_tick, next_tick
from store.errors import StoreError, UnknownProbe
from store.probes import ProbeResult, ProbeStore

LOG = logging.getLogger(__name__)
MOST_WAITING = 10_000
"""Results that are kept while the store takes none."""
GATHER_S = 0.2
"""Probes of one second run together; so long their results wait for each other, to be one transaction."""


class Prober:
    """Probes many targets from one or several vantage points into one store."""

    def __init__(self, targets: Sequence[Target], store: ProbeStore, *, clock: Clock | None = None) -> None:
        """Raises BadTarget."""
        self._store = store
        self._clock = clock or SystemClock()
        self._targets = tuple(targets)
        self._runners = [Runner(target, self._clock, self._take) for target in targets]
        self._lock = threading.Lock()
        self._waiting: list[ProbeResult] = []
        self._came = threading.Event()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._registered = False
        self._told = ""

    def start(self) -> None:
        """Starts probing until ``stop``."""
        self._stopping.clear()
        self._threads = [
            threading.Thread(target=runner.follow, args=(self._stopping,), name=f"probe {runner.name}", daemon=True)
            for runner in self._runners
        ]
        if self._threads:
            self._threads.append(threading.Thread(target=self._write, name="probe results", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 15.0) -> bool:
        """Ends all threads; what was found is in the store. False when one did not end in time."""
        self._stopping.set()
        self._came.set()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.flush()
        return not any(thread.is_alive() for thread in self._threads)

    def run_once(self) -> list[ProbeResult]:
        """One run of every probe, all at the same time, stored if the store takes it."""
        at_ms = self._clock.wall_ms()
        threads = [threading.Thread(target=runner.run, args=(at_ms,), daemon=True) for runner in self._runners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with self._lock:
            found = sorted(self._waiting, key=lambda result: result.key)
        self.flush()
        return found

    def flush(self) -> None:
        """Stores what waits; what the store refuses goes on waiting."""
        with self._lock:
            results = tuple(self._waiting)
        if not results:
            return
        try:
            self._register()
            self._store.record_probes(results)
        except UnknownProbe:  # the store was replaced behind us
            self._registered = False
            return
        except StoreError as fault:
            self._tell(str(fault))
            return
        with self._lock:
            stored = {id(result) for result in results}
            self._waiting = [result for result in self._waiting if id(result) not in stored]
        self._tell("")

    def _register(self) -> None:
        if self._registered:
            return
        now_ms = self._clock.wall_ms()
        for target in self._targets:
            self._store.register_probe(target.probe, now_ms)
        self._registered = True

    def _take(self, result: ProbeResult) -> None:
        with self._lock:
            self._waiting.append(result)
            if len(self._waiting) > MOST_WAITING:
                del self._waiting[0]
        self._came.set()

    def _write(self) -> None:
        while not self._stopping.is_set():
            self._came.wait()
            self._stopping.wait(GATHER_S)
            self._came.clear()
            self.flush()

    def _tell(self, cause: str) -> None:
        """One line when results begin to wait, and when they no longer do."""
        if cause and not self._told:
            LOG.warning("results of probes wait: %s", cause)
        elif self._told and not cause:
            LOG.info("results of probes are stored again")
        self._told = cause


class Runner:
    """Runs one probe. ``run`` and ``follow`` are for one thread."""

    def __init__(self, target: Target, clock: Clock, take: Callable[[ProbeResult], None]) -> None:
        """Raises BadTarget."""
        self.name = f"{target.probe.id} from {target.probe.vantage}"
        self._probe = target.probe
        self._asker = Asker(target)
        self._clock = clock
        self._take = take
        self._told = ""

    def follow(self, stopping: threading.Event) -> None:
        """Runs on schedule until told to stop."""
        interval_ms = self._probe.interval_ms
        tick = first_tick(self._clock.monotonic_ns(), self._clock.wall_ms(), interval_ms)
        while not stopping.wait(tick.wait_s(self._clock.monotonic_ns())):
            self.run(tick.at_ms)
            tick, _ = next_tick(tick, self._clock.monotonic_ns(), self._clock.wall_ms(), interval_ms)

    def run(self, at_ms: int) -> None:
        """One run for the time ``at_ms``."""
        began_ns = self._clock.monotonic_ns()
        answered = self._answered()
        duration_ms = (self._clock.monotonic_ns() - began_ns) // 1_000_000
        outcome = answered.outcome
        self._tell(outcome.reason)
        self._take(
            ProbeResult(self._probe.key, at_ms, outcome.state, outcome.reason, duration_ms, answered.tls_expires_s)
        )

    def _answered(self) -> Answered:
        try:
            return self._asker.ask()
        except Exception as fault:  # the outermost edge of a thread: a defect must not end the watch unseen
            LOG.exception("probe %s: failed by a defect", self.name)
            return Answered(invalid(f"prober: defect: {type(fault).__name__}: {fault}"))

    def _tell(self, reason: str) -> None:
        """One line when a probe begins to fail, fails differently, or is good again."""
        code = reason.partition(":")[0]
        if code == self._told:
            return
        self._told = code
        if reason:
            LOG.warning("probe %s: %s", self.name, reason)
        else:
            LOG.info("probe %s is good again", self.name)
