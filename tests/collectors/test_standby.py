"""Two whole collectors of one exporter on one store: one reads, the other stands by."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collectors.clocks import Clock, SystemClock
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from slo.counts import Counts
from slo.outcomes import OutcomeTable
from store.leadership import Leadership, LeaseTiming
from store.memory import MemoryStore
from store.records import Scope, Source, Unit

HERE = "here"
TTL_MS = 3_000
QUICK = LeaseTiming(ttl_ms=900, renew_ms=100)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class Side:
    """One collector process in small: leadership and collector of one exporter."""

    def __init__(
        self,
        url: str,
        store: MemoryStore,
        outcomes: OutcomeTable,
        owner: str,
        clock: Clock | None = None,
        *,
        interval_ms: int = 100,
    ) -> None:
        self.leadership = Leadership(store, ["dc1"], owner, QUICK)
        source = ExpositionSource(Source("dc1", "exposition", "dc1", interval_ms), url)
        self.collector = ExpositionCollector(
            [source], store, MetricMap(), outcomes, clock=clock, leadership=self.leadership
        )

    def start(self) -> None:
        self.leadership.start()
        self.collector.start()

    def stop(self) -> None:
        self.collector.stop()
        self.leadership.stop()


@pytest.fixture
def sides(store: MemoryStore, exporter: Any, outcomes: OutcomeTable) -> Iterator[tuple[Side, Side]]:
    """Two collectors of one exporter on one store."""
    url: str = exporter.url
    pair = Side(url, store, outcomes, "a"), Side(url, store, outcomes, "b")
    yield pair
    for side in pair:
        side.stop()


def good(store: MemoryStore) -> int:
    """Every good event in the store."""
    with store.reading() as reader:
        return reader.totals(Scope.BANK, 0, 4_000_000_000).get(Unit(Scope.BANK), Counts()).good


def versions(store: MemoryStore) -> int:
    """How often the source was committed to."""
    with store.reading() as reader:
        return sum(status.version for status in reader.sources())


def until(condition: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
    """Polls until it is so."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_two_collectors_from_the_start_count_once(store: MemoryStore, sides: tuple[Side, Side], exporter: Any) -> None:
    """The second one does not even look."""
    one, two = sides
    one.start()
    two.start()
    until(lambda: versions(store) >= 2, "baseline")
    exporter.count("ok", 1_000)
    until(lambda: good(store) == 1_000, "counted")
    requests, before = exporter.requests, versions(store)
    time.sleep(0.5)
    assert good(store) == 1_000
    assert exporter.requests - requests <= versions(store) - before + 2


def test_what_happens_between_two_holders_is_counted_once(
    store: MemoryStore, sides: tuple[Side, Side], exporter: Any
) -> None:
    """The successor goes on from the stored memory."""
    one, two = sides
    one.start()
    two.start()
    until(lambda: versions(store) >= 2, "baseline")
    one.stop()
    exporter.count("ok", 70)
    until(lambda: good(store) == 70, "the successor counted it")
    assert two.leadership.leads


class SkewedClock(SystemClock):
    """The clocks of a machine whose wall clock is wrong."""

    def __init__(self, skew_ms: int) -> None:
        self._skew_ms = skew_ms

    def wall_ms(self) -> int:
        return super().wall_ms() + self._skew_ms


@pytest.mark.parametrize("skew_ms", [-3_600_000, 3_600_000])
def test_a_standby_whose_wall_clock_is_an_hour_off_waits_like_any_other(
    store: MemoryStore, exporter: Any, outcomes: OutcomeTable, skew_ms: int
) -> None:
    """While the holder lives it never reads; afterwards nothing is lost or counted twice."""
    one = Side(exporter.url, store, outcomes, "a")
    two = Side(exporter.url, store, outcomes, "b", SkewedClock(skew_ms))
    try:
        one.start()
        two.start()
        until(lambda: versions(store) >= 2, "baseline")
        exporter.count("ok", 1_000)
        until(lambda: good(store) == 1_000, "counted")
        time.sleep(2 * QUICK.ttl_ms / 1000)
        assert one.leadership.leads
        assert not two.leadership.leads
        one.stop()
        exporter.count("ok", 70)
        until(lambda: good(store) == 1_070, "the successor counted the rest")
    finally:
        one.stop()
        two.stop()


def test_a_successor_that_comes_late_does_not_wait_for_its_tick(
    store: MemoryStore, exporter: Any, outcomes: OutcomeTable
) -> None:
    """The last page is two intervals of five minutes old: it is read at once, not at the next whole five minutes."""
    one = Side(exporter.url, store, outcomes, "a", interval_ms=300_000)
    two = Side(exporter.url, store, outcomes, "b", SkewedClock(600_000), interval_ms=300_000)
    one.leadership.round()
    assert one.collector.collect_once()["dc1"].collected
    exporter.count("ok", 70)
    try:
        two.start()
        until(lambda: good(store) == 70, "read at once")
    finally:
        two.stop()


def test_a_single_attempt_of_a_standby_says_who_reads(
    store: MemoryStore, exporter: Any, outcomes: OutcomeTable
) -> None:
    """``collect --once`` beside a running collector reads nothing."""
    one, two = Side(exporter.url, store, outcomes, "a"), Side(exporter.url, store, outcomes, "b")
    one.leadership.round()
    two.leadership.round()
    read = two.collector.collect_once()["dc1"]
    assert (read.collected, read.reason) == (False, "standby: read by a")
    assert versions(store) == 0


def test_a_holder_that_wakes_up_late_writes_nothing(
    store: MemoryStore, sides: tuple[Side, Side], exporter: Any
) -> None:
    """Stopped between page and commit while another took over: its commit is refused, and it goes on as standby."""
    one, two = sides
    one.start()
    until(lambda: versions(store) >= 2, "baseline")
    frozen, thawed = threading.Event(), threading.Event()
    commit, renew = store.commit, store.renew
    mine = one.leadership.token("dc1")

    def pausing(batch: Any) -> int:
        if batch.token == mine:
            frozen.set()
            thawed.wait(90)
        return commit(batch)

    def paused(held: Any, beat: Any) -> Any:
        if any(lease.token == mine for lease in held.values()):
            thawed.wait(90)
        return renew(held, beat)

    store.renew = paused
    store.commit = pausing
    assert frozen.wait(60)
    exporter.count("ok", 500)
    two.start()
    until(lambda: good(store) == 500, "the standby took over and counted")
    thawed.set()
    until(lambda: one.leadership.holder("dc1") == "b", "the old holder stands by")
    time.sleep(0.3)
    assert good(store) == 500
    assert one.leadership.token("dc1") is None
    assert two.leadership.token("dc1") == store.leases()["dc1"].token
