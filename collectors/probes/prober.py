"""Runs probes, each on its own absolute schedule and in its own thread, and stores what they find.

A target that is slow delays no other. Results wait while the store takes none; of very many the oldest are dropped,
and their slices stay MISSING. A run that was slept through is not made up for: it is MISSING too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from collectors.clocks import Clock, SystemClock
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
        self._runners = [Runner(target, self._clock, self._take) for target in targets]
        self._lock = threading.Lock()
        self._waiting: list[ProbeResult] = []
        self._came = threading.Event()
        self._stopping = threading.Event()
        self._writing: threading.Thread | None = None
        self._registered = False
        self._told = ""

    def start(self) -> None:
        """Starts probing until ``stop``."""
        self._stopping.clear()
        self._start_writing()
        for runner in self._runners:
            runner.start()

    def change(self, targets: Sequence[Target]) -> None:
        """From now on probes these; one that stays as it is keeps its schedule. Raises BadTarget, nothing changed."""
        kept = {runner.target: runner for runner in self._runners}
        runners = [kept.get(target) or Runner(target, self._clock, self._take) for target in targets]
        gone = [runner for target, runner in kept.items() if target not in targets]
        self._runners, self._registered = runners, False
        for runner in gone:
            runner.ask_to_end()
        self._start_writing()
        for runner in runners:
            if runner.target not in kept:
                runner.start()

    def stop(self, timeout_s: float = 15.0) -> bool:
        """Ends all threads; what was found is in the store. False when one did not end in time."""
        self._stopping.set()
        self._came.set()
        for runner in self._runners:
            runner.ask_to_end()
        deadline = time.monotonic() + timeout_s
        ended = [runner.ended(max(0.0, deadline - time.monotonic())) for runner in self._runners]
        if self._writing is not None:
            self._writing.join(max(0.0, deadline - time.monotonic()))
            ended.append(not self._writing.is_alive())
            self._writing = None
        self.flush()
        return all(ended)

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
            self._drop_unknown()
            return
        except StoreError as fault:
            self._tell(str(fault))
            return
        with self._lock:
            stored = {id(result) for result in results}
            self._waiting = [result for result in self._waiting if id(result) not in stored]
        self._tell("")

    def _start_writing(self) -> None:
        if self._runners and self._writing is None:
            self._writing = threading.Thread(target=self._write, name="probe results", daemon=True)
            self._writing.start()

    def _register(self) -> None:
        if self._registered:
            return
        now_ms = self._clock.wall_ms()
        for runner in self._runners:
            self._store.register_probe(runner.target.probe, now_ms)
        self._registered = True

    def _drop_unknown(self) -> None:
        """Results of a probe that is no longer configured and that this store never heard of."""
        known = {runner.target.probe.key for runner in self._runners}
        with self._lock:
            self._waiting = [result for result in self._waiting if result.key in known]

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
    """Runs one probe, in a thread of its own once started. ``run`` is for one thread."""

    def __init__(self, target: Target, clock: Clock, take: Callable[[ProbeResult], None]) -> None:
        """Raises BadTarget."""
        self.target = target
        self.name = f"{target.probe.id} from {target.probe.vantage}"
        self._probe = target.probe
        self._asker = Asker(target)
        self._clock = clock
        self._take = take
        self._told = ""
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Runs on schedule until told to end."""
        self._ending.clear()
        self._thread = threading.Thread(target=self._follow, name=f"probe {self.name}", daemon=True)
        self._thread.start()

    def ask_to_end(self) -> None:
        """Ends after the run in hand."""
        self._ending.set()

    def ended(self, within_s: float) -> bool:
        """Whether it has ended, waiting that long for it."""
        if self._thread is not None:
            self._thread.join(within_s)
        return self._thread is None or not self._thread.is_alive()

    def _follow(self) -> None:
        interval_ms = self._probe.interval_ms
        tick = first_tick(self._clock.monotonic_ns(), self._clock.wall_ms(), interval_ms)
        while not self._ending.wait(tick.wait_s(self._clock.monotonic_ns())):
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
