"""Two collectors of one real Prometheus: the one that holds the server's lease reads, whoever ticks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector, wall_ms
from collectors.prometheus.config import Births, PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.errors import LeaseLost
from store.leadership import Leadership, LeaseTiming
from store.memory import MemoryStore
from store.records import Batch, Scope
from tests.collectors.prometheus.real_parts import SCRAPE_MS, Exporter, Key, Prometheus, wait_until

OK: Key = ("weilidai", "apply", "ok")
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
SOURCE = "prom/dc1"
TIMING = LeaseTiming(ttl_ms=300, renew_ms=100)


class WatchedStore(MemoryStore):
    """Remembers under which tokens was committed, and whose commits were refused."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[int | None] = []
        self.refused: list[int | None] = []

    def commit(self, batch: Batch) -> int:
        try:
            version = super().commit(batch)
        except LeaseLost:
            self.refused.append(batch.token)
            raise
        self.tokens.append(batch.token)
        return version


class Side:
    """One collector with its own leadership, ticked by hand."""

    def __init__(self, config: PrometheusConfig, store: MemoryStore, owner: str) -> None:
        self.now_ms = 0
        self.leadership = Leadership(store, ["prom"], owner, TIMING, clock=owner, now_ms=lambda: self.now_ms)
        self.collector = PrometheusCollector(config, store, MetricMap(), OUTCOMES, leadership=self.leadership)

    def tick(self) -> str:
        return self.collector.collect_once()

    def silent_for(self, ms: int) -> None:
        """The clock of this side goes on, and it looks at the leases."""
        for _ in range(ms):
            self.now_ms += 1
            self.leadership.round()


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def sides(store: WatchedStore, prometheus: Prometheus, exporter: Exporter) -> Iterator[tuple[Side, Side]]:
    """Two collectors of one job on one store; the first one holds the lease."""
    config = PrometheusConfig(
        name="prom",
        url=prometheus.url,
        job=exporter.job,
        interval_ms=SCRAPE_MS,
        timeout_s=5,
        lag_ms=200,
        settle_ms=5_000,
        births=Births.CREATED,
        data_centers={exporter.instance: "dc1"},
    )
    pair = Side(config, store, "a"), Side(config, store, "b")
    for side in pair:
        side.leadership.round()
    yield pair
    for side in pair:
        side.collector.stop()


def good(store: MemoryStore) -> int:
    """Good events in the store."""
    with store.reading() as reader:
        return sum(counts.good for counts in reader.totals(Scope.BANK, 0, 2**33).values())


def caught_up(side: Side, store: MemoryStore) -> None:
    """Ticks until a page of later than now is in the store."""
    now_ms = wall_ms()

    def arrived() -> bool:
        side.tick()
        with store.reading() as reader:
            watermarks = [one.watermark_ms or 0 for one in reader.sources() if one.source.id == SOURCE]
        return max(watermarks, default=0) > now_ms

    wait_until(arrived, what="a page of later than now")


def test_counts_pass_from_one_holder_to_the_next(
    sides: tuple[Side, Side], store: WatchedStore, exporter: Exporter
) -> None:
    """The standby asks nothing; the successor reads what the first one did not; the one that slept writes nothing."""
    first, second = sides
    caught_up(first, store)
    baseline = exporter.ledger[OK] - good(store)
    assert second.tick() == "standby: read by a"
    exporter.count(OK, 40)
    caught_up(first, store)
    exporter.count(OK, 2)
    second.silent_for(TIMING.ttl_ms)
    caught_up(second, store)
    assert good(store) == exporter.ledger[OK] - baseline
    before = len(store.tokens)
    exporter.count(OK, 500)
    wait_until(lambda: (first.tick(), bool(store.refused))[1], what="the first one tries to commit")
    assert len(store.tokens) == before
    first.silent_for(1)
    assert first.tick() == "standby: read by b"
    caught_up(second, store)
    assert good(store) == exporter.ledger[OK] - baseline
    assert store.tokens == sorted(store.tokens)
    assert len(set(store.tokens)) == 2
