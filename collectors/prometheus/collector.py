"""Reads one job of one Prometheus into the store: every scrape of every instance once, late or not.

Each tick asks which scrapes there were since the last one that is dealt with (``up`` tells good from failed ones) and
then reads the raw samples of the good ones, instance by instance. Nothing else is needed to catch up after an outage of
either side: the search goes on from the store's watermark, in bounded stretches, oldest first.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress

from collectors.clocks import skew_note
from collectors.duplicates import Claims
from collectors.errors import CollectorError
from collectors.mapping import MetricMap
from collectors.prometheus.client import selector
from collectors.prometheus.clock import ServerClock
from collectors.prometheus.config import KIND, LATE_SERIES_LAG_MS, PrometheusConfig
from collectors.prometheus.errors import PrometheusError, TooMuch, TooSlow
from collectors.prometheus.pages import Scrapes, scrapes_by_instance
from collectors.prometheus.target import Target
from collectors.schedule import TAKEOVER_LOOK_S, Tick, first_tick, next_tick
from slo.outcomes import OutcomeTable
from store.errors import LeaseLost, StaleWriter, StoreError
from store.leadership import Leadership
from store.port import Store
from store.quality import LARGEST_SKEW_MS
from store.records import Source

LOG = logging.getLogger(__name__)
_AGE = re.compile(r"has no scrape for \d+ s")
"""What grows with each tick is no news."""


def wall_ms() -> int:
    """Milliseconds since the epoch, now."""
    return time.time_ns() // 1_000_000


class PrometheusCollector:
    """Collects one job until stopped; survives outages of Prometheus, of its targets and of the store.

    Two collectors may read the same job into the same store: the slower one of a page resumes, nothing counts twice.
    """

    def __init__(
        self,
        config: PrometheusConfig,
        store: Store,
        mapping: MetricMap,
        outcomes: OutcomeTable,
        *,
        clock_ms: Callable[[], int] = wall_ms,
        leadership: Leadership | None = None,
        claims: Claims | None = None,
    ) -> None:
        """``claims``: who counts which process, of all servers that are read; None takes every target for another one.

        Raises NoAccess."""
        self._claims = claims
        self._config = config
        self._store = store
        self._mapping = mapping
        self._outcomes = outcomes
        self._clock_ms = clock_ms
        self._leadership = leadership
        self._token: int | None = None
        self._sources: dict[str, Source] = {}
        self._targets: dict[str, Target] = {}
        self._recalled = False
        self._answered = False
        self._shows_late: bool | None = None
        self._chunk_ms = config.chunk_ms
        self._stopping = threading.Event()
        # Half an interval of patience: the rest of the tick must still fit in.
        self._client = config.client(patience_s=config.interval_ms / 2000, wait=self._stopping.wait)
        self._clock = ServerClock(config.name, self._client, clock_ms)
        self._thread: threading.Thread | None = None
        self._complaint = ""

    def start(self) -> None:
        """Collects in a thread of its own, every interval."""
        self._thread = threading.Thread(target=self._run, name=f"prometheus {self._config.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the query in hand and gives the connection back."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._client.close()

    def collect_once(self) -> str:
        """One tick: everything that is new up to now. Returns "" or what went wrong, in one line.

        What keeps us from reading is stored as a failed read of every target concerned, and logged once. While
        another collector holds the lease of this server nothing is read, and "standby: ..." says so.
        """
        if standby := self._standby():
            return standby
        to_ms = self._clock_ms() - self._lag_ms()
        trouble = self._tick(to_ms)
        complaint = _AGE.sub("", trouble)
        if trouble and complaint != self._complaint:
            LOG.warning("%s: %s", self._config.name, trouble)
        self._complaint = complaint
        return trouble

    def _lag_ms(self) -> int:
        """How old samples must be; as old as any server may need while nobody knows what this one is."""
        if not self._config.adapts_lag:
            return self._config.lag_ms
        if self._shows_late is None:
            with suppress(PrometheusError):  # the reads themselves say what is wrong
                self._shows_late = self._client.is_victoria_metrics()
        return self._config.lag_ms if self._shows_late is False else LATE_SERIES_LAG_MS

    def _standby(self) -> str:
        """Empty when this collector is the one that reads; a new lease begins from the store."""
        if self._leadership is None:
            return ""
        token = self._leadership.token(self._config.name)
        if token != self._token:
            self._token, self._recalled = token, False
            self._targets.clear()
            if self._claims is not None:
                self._claims.forget(self._config.name)
        if token is not None:
            return ""
        return f"standby: read by {self._leadership.holder(self._config.name) or 'another collector'}"

    def _run(self) -> None:
        interval_ms = self._config.interval_ms
        self._guarded_tick()
        tick = first_tick(time.monotonic_ns(), self._clock_ms(), interval_ms)
        while self._due(tick):
            self._guarded_tick()
            tick, _ = next_tick(tick, time.monotonic_ns(), self._clock_ms(), interval_ms)

    def _due(self, tick: Tick) -> bool:
        """Waits for a tick; a standby that takes over meanwhile looks at once. False when told to stop."""
        while self._leadership is not None and self._leadership.token(self._config.name) is None:
            if self._stopping.wait(min(TAKEOVER_LOOK_S, tick.wait_s(time.monotonic_ns()))):
                return False
            if not tick.wait_s(time.monotonic_ns()):
                return True
            if self._leadership.token(self._config.name) is not None:
                self._guarded_tick()
        return not self._stopping.wait(tick.wait_s(time.monotonic_ns()))

    def _guarded_tick(self) -> None:
        try:
            self.collect_once()
        except Exception:  # the outermost edge of a thread: a defect must not end the watch unseen
            LOG.exception("%s: a tick failed by a defect", self._config.name)
            self._targets.clear()

    def _tick(self, to_ms: int) -> str:
        try:
            self._recall()
            troubles = self._resume()
            self._answered = False
            self._look(to_ms, troubles)
            if self._answered:
                self._clock.look()
            return self._noted(troubles, to_ms)
        except LeaseLost:
            self._targets.clear()
            if self._leadership is not None:
                self._leadership.refused()
            return ""
        except StoreError as fault:
            self._targets.clear()  # what was not committed is forgotten: the next tick resumes
            return f"store: {fault}"

    def _recall(self) -> None:
        """Learns which targets an earlier life of this collector has registered."""
        if self._recalled:
            return
        with self._store.reading() as reader:
            known = [one.source for one in reader.sources() if one.source.kind == KIND]
        mine = [source for source in known if source.id.startswith(f"{self._config.name}/")]
        self._sources |= {source.id: source for source in mine}
        self._recalled = True

    def _resume(self) -> dict[str, str]:
        """Brings every target to where the store is. Returns source -> trouble for those whose memory is damaged."""
        troubles: dict[str, str] = {}
        for source in self._sources.values():
            if source.id in self._targets:
                continue
            try:
                self._targets[source.id] = Target(
                    source,
                    self._config,
                    self._store,
                    self._mapping,
                    self._outcomes,
                    token=self._token,
                    claims=self._claims,
                )
            except CollectorError as fault:
                troubles[source.id] = str(fault)
        return troubles

    def _look(self, to_ms: int, troubles: dict[str, str]) -> None:
        """Reads what is new, first of the targets that are up to date, then of those that lag; adds source -> trouble.

        Those that lag get what is left of the interval, so that a long backfill delays nobody else.
        """
        deadline_s = time.monotonic() + self._config.interval_ms / 1000
        recent_ms = to_ms - self._config.settle_ms - self._config.interval_ms
        lagging = {source for source, one in self._targets.items() if (one.scanned_ms or to_ms) < recent_ms}
        self._search(recent_ms, to_ms, deadline_s, troubles, lagging)
        if not lagging - troubles.keys():
            return
        oldest_ms = min(self._targets[source].scanned_ms or recent_ms for source in lagging)
        self._search(oldest_ms, to_ms, deadline_s, troubles, self._targets.keys() - lagging)

    def _search(
        self, from_ms: int, to_ms: int, deadline_s: float, troubles: dict[str, str], others: AbstractSet[str]
    ) -> None:
        """Goes through ``(from_ms, to_ms]`` stretch by stretch, for every target but the ``others``."""
        unfinished = set(others)
        looked = False
        while from_ms < to_ms and (self._may_go_on(deadline_s) or not looked):
            looked = True
            until_ms = min(to_ms, from_ms + self._chunk_ms)
            try:
                found = self._scrapes(from_ms, until_ms)
            except PrometheusError as fault:
                if self._shortened(fault, until_ms - from_ms):
                    continue
                troubles |= dict.fromkeys(self._targets.keys(), str(fault)) or {"": str(fault)}
                return
            self._answered = True
            self._chunk_ms = min(self._config.chunk_ms, self._chunk_ms * 2)
            troubles |= self._resume()
            settled_ms = min(until_ms, to_ms - self._config.settle_ms)
            unfinished |= self._spread(found, settled_ms, deadline_s, troubles, unfinished)
            from_ms = until_ms
        if from_ms >= to_ms:
            self._note_silence(to_ms, unfinished, troubles)

    def _may_go_on(self, deadline_s: float) -> bool:
        return time.monotonic() < deadline_s and not self._stopping.is_set()

    def _shortened(self, fault: PrometheusError, span_ms: int) -> bool:
        """Asks for less from now on when it was too much or too slow; whether to try again at once."""
        if not isinstance(fault, (TooMuch, TooSlow)):
            return False
        self._chunk_ms = max(self._config.interval_ms, span_ms // 2)
        return isinstance(fault, TooMuch) and self._chunk_ms < span_ms

    def _scrapes(self, from_ms: int, until_ms: int) -> dict[str, Scrapes]:
        """Scrapes per source in ``(from_ms, until_ms]``; sources that are new are registered."""
        up = self._client.samples(selector(["up"], {"job": self._config.job}), from_ms, until_ms)
        found: dict[str, Scrapes] = {}
        for scrapes in scrapes_by_instance(up).values():
            source = self._config.source(scrapes.labels)
            if source.id not in self._sources:
                self._store.register(source, self._clock_ms())
                self._sources[source.id] = source
            found[source.id] = scrapes
        return found

    def _spread(
        self,
        found: Mapping[str, Scrapes],
        settled_ms: int,
        deadline_s: float,
        troubles: dict[str, str],
        unfinished: AbstractSet[str],
    ) -> set[str]:
        """Gives each target its scrapes. One in trouble, or out of time, stays where it is and holds up nobody."""
        out_of_time: set[str] = set()
        for source, target in list(self._targets.items()):
            if source in troubles or source in unfinished:
                continue
            try:
                if not self._follow(target, found.get(source), deadline_s):
                    out_of_time.add(source)
                    continue
                target.pass_over(settled_ms)
            except CollectorError as fault:
                troubles[source] = str(fault)
            except StaleWriter as fault:
                LOG.info("%s", fault)
                del self._targets[source]  # another collector was faster: the next tick goes on from where it is
        return out_of_time

    def _follow(self, target: Target, scrapes: Scrapes | None, deadline_s: float) -> bool:
        """Whether the target has taken all of its scrapes."""
        if scrapes is None:
            return True
        if target.scanned_ms is None:
            target.begin(scrapes)
        target.skew_ms = self._clock.skew_ms
        new = scrapes.after(target.scanned_ms or 0)
        return target.follow(self._client, new, lambda: self._may_go_on(deadline_s))

    def _note_silence(self, to_ms: int, unfinished: AbstractSet[str], troubles: dict[str, str]) -> None:
        if not self._sources:
            troubles[""] = f"missing: {self._client.server} has no target of job {self._config.job!r}"
        for source, target in self._targets.items():
            if source not in unfinished and source not in troubles and (silence := self._silence(target, to_ms)):
                troubles[source] = silence

    def _silence(self, target: Target, to_ms: int) -> str:
        if target.last_scrape_ms is None:
            return ""
        silent_ms = to_ms - target.last_scrape_ms
        if 2 * silent_ms <= 3 * self._config.interval_ms:
            return ""
        skew_ms = self._clock.skew_ms or 0
        why = f" ({skew_note(skew_ms)})" if abs(skew_ms) > LARGEST_SKEW_MS else ""
        return f"missing: {self._client.server} has no scrape for {silent_ms // 1000} s{why}"

    def _noted(self, troubles: Mapping[str, str], at_ms: int) -> str:
        """Stores what kept us from looking, as failed reads. Returns the first trouble."""
        for source, reason in troubles.items():
            target = self._targets.get(source)
            if target is None:
                continue
            try:
                target.fail([at_ms], reason)
            except StaleWriter:
                del self._targets[source]
        return next((f"{source}: {reason}" if source else reason for source, reason in troubles.items()), "")
