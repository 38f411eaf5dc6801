"""From a real exporter through a real Prometheus into a store: counts against the exporter's own ledger."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from collectors.mapping import Limits, MetricMap, Role, named_alike
from collectors.prometheus.collector import PrometheusCollector, wall_ms
from collectors.prometheus.config import Births, PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.errors import StoreUnavailable
from store.memory import MemoryStore
from store.records import Batch, Gap, Read, Scope, SourceStatus
from tests.collectors.prometheus.real_parts import SCRAPE_MS, Exporter, Key, Prometheus, wait_until

OK: Key = ("weilidai", "apply", "ok")
ERROR: Key = ("weilidai", "apply", "system_error")
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "business_reject": Kind.GOOD, "system_error": Kind.BAD})
EVERY_KIND = {
    "test_a_target_that_is_away_is_read_as_failed_and_its_lost_events_are_a_gap",
    "test_after_an_outage_of_the_collector_every_scrape_is_read_back",
}
"""VictoriaMetrics differs where series end and in when it shows samples; what is new it shows ten seconds late."""


def config(prometheus: Prometheus, exporter: Exporter) -> PrometheusConfig:
    """The exporter's job, its instance being the whole of dc1."""
    return PrometheusConfig(
        name="prom",
        url=prometheus.url,
        job=exporter.job,
        interval_ms=SCRAPE_MS,
        timeout_s=5,
        lag_ms=prometheus.lag_ms,
        settle_ms=5_000,
        births=Births.CREATED,
        data_centers={exporter.instance: "dc1"},
    )


class Watch:
    """A collector on a store, ticked by hand, and what the store then holds of the one source."""

    def __init__(self, chosen: PrometheusConfig, store: MemoryStore | None = None) -> None:
        self.config = chosen
        self.store = store or MemoryStore()
        self.collector = self.another()

    def another(self) -> PrometheusCollector:
        """A collector that knows only what the store knows."""
        return PrometheusCollector(self.config, self.store, MetricMap(limits=Limits(100_000, 100_000)), OUTCOMES)

    def replace_collector(self) -> None:
        self.collector.stop()
        self.collector = self.another()

    def tick(self) -> str:
        return self.collector.collect_once()

    def catch_up(self, seconds: float = 60) -> None:
        """Ticks until a page that was scraped after now is in the store."""
        now_ms = wall_ms()

        def arrived() -> bool:
            self.tick()
            return (self.status().watermark_ms or 0) > now_ms

        wait_until(arrived, seconds=seconds, what="a page of later than now")

    def status(self) -> SourceStatus:
        with self.store.reading() as reader:
            for status in reader.sources():
                if status.source.id == "prom/dc1":
                    return status
        self.store.register(self.config.source({"instance": next(iter(self.config.data_centers))}), 0)
        return self.status()

    def counts(self) -> Counter[Key]:
        """Stored events per product, step and outcome."""
        with self.store.reading() as reader:
            totals = reader.totals(Scope.STEP, 0, 2**33)
        assert {unit.data_center for unit in totals} <= {"dc1"}
        return Counter(
            {(unit.product, unit.step, unit.outcome): c.good + c.bad + c.ignored for unit, c in totals.items()}
        )

    def transactions(self) -> int:
        with self.store.reading() as reader:
            return sum(counts.transactions for counts in reader.totals(Scope.BANK, 0, 2**33).values())

    def reads(self) -> list[Read]:
        with self.store.reading() as reader:
            return reader.reads("prom/dc1", 0, 2**53)

    def ticked_failures(self, after_ms: int) -> list[Read]:
        """One more tick, then every scrape after an instant that Prometheus itself could not do."""
        self.tick()
        return [r for r in self.reads() if r.reason == "refused: target down (up = 0)" and r.at_ms > after_ms]

    def gaps(self) -> list[Gap]:
        with self.store.reading() as reader:
            return reader.gaps(0, 2**53)


def test_counts_are_exact_through_restarts_new_series_and_what_was_there_before(
    prometheus: Prometheus, exporter: Exporter
) -> None:
    """The baseline is not counted; growth, a series born later and a new process are, to the event."""
    exporter.count(OK, 1_000)
    exporter.drained()
    watch = Watch(config(prometheus, exporter))
    watch.catch_up()
    assert not watch.counts()
    for n in range(3):
        exporter.count(OK, 17 + n)
        exporter.count(ERROR, 1)
        exporter.drained()
        watch.tick()
    exporter.count(("weilidai", "apply", "business_reject"), 4)
    exporter.drained()
    exporter.stop()
    exporter.start()
    exporter.count(OK, 2_000)  # beyond the old value at once: only the birth tells that it is a new counter
    exporter.count(ERROR, 3)  # the very value that the old process ended with
    watch.catch_up()
    watch.collector.stop()
    expected = exporter.ledger - Counter({OK: 1_000})
    assert watch.counts() == expected
    assert watch.transactions() == expected[OK]
    assert sum(read.resets for read in watch.reads()) >= 2
    assert {gap.reason for gap in watch.gaps() if gap.exact} <= {"no scrape"}  # a busy server may be late for one


def test_a_target_that_is_away_is_read_as_failed_and_its_lost_events_are_a_gap(
    prometheus: Prometheus, exporter: Exporter
) -> None:
    """Failed scrapes become failed reads with their own times; what died unseen is not guessed."""
    watch = Watch(config(prometheus, exporter))
    watch.catch_up()
    exporter.count(OK, 5)
    watch.catch_up()
    exporter.stop()
    stopped_ms = wall_ms()
    exporter.count(OK, 70)  # nobody ever shows these
    wait_until(lambda: len(watch.ticked_failures(stopped_ms)) >= 3, what="three failed scrapes")
    exporter.start()
    exporter.count(OK, 9)
    watch.catch_up()
    watch.collector.stop()
    assert watch.counts() == exporter.served == Counter({OK: 14})
    failed = watch.ticked_failures(stopped_ms)
    assert len({read.at_ms for read in failed}) == len(failed)
    gap = watch.gaps()[-1]
    assert (gap.exact, gap.reason) == (False, "process restarted; target down")
    assert gap.from_ms < min(read.at_ms for read in failed) <= max(read.at_ms for read in failed) < gap.to_ms


def test_after_an_outage_of_the_collector_every_scrape_is_read_back(prometheus: Prometheus, exporter: Exporter) -> None:
    """Scrape by scrape, across a restart of the target: nothing of the time away is a gap of the collector."""
    watch = Watch(config(prometheus, exporter))
    watch.catch_up()
    watch.collector.stop()
    for n in range(4):
        exporter.count(OK, 10 + n)
        exporter.drained()
    exporter.stop()
    exporter.start()
    exporter.count(OK, 60)
    exporter.drained()
    watch.replace_collector()
    watch.catch_up()
    watch.collector.stop()
    assert watch.counts() == exporter.ledger == Counter({OK: 106})
    times = [read.at_ms for read in watch.reads() if read.collected]
    assert len(times) >= 10
    assert sum(later - earlier > 1.5 * SCRAPE_MS for earlier, later in pairwise(times)) <= 1
    with watch.store.reading() as reader:
        (first, second) = reader.incarnations("prom/dc1")
    assert (first.first_mark, second.first_mark, second.last_mark) == (0, None, 5)
    assert second.born_ms == exporter.born_ms


def test_growth_across_an_outage_of_prometheus_is_exact(prometheus: Prometheus, exporter: Exporter) -> None:
    """While it is away every tick is a failed read that says so; its first page afterwards has all that happened."""
    watch = Watch(config(prometheus, exporter))
    watch.catch_up()
    exporter.count(OK, 5)
    watch.catch_up()
    prometheus.stop(signal.SIGKILL)
    try:
        exporter.count(OK, 11)
        exporter.count(ERROR, 2)
        for _ in range(2):
            assert "nobody listens" in watch.tick()
            time.sleep(SCRAPE_MS / 1000)
    finally:
        prometheus.start()
    watch.tick()
    watch.catch_up()
    watch.collector.stop()
    assert watch.counts() == exporter.ledger
    reasons = {read.reason.partition(":")[0] for read in watch.reads() if not read.collected}
    assert reasons == {"refused", "missing"}
    gap = watch.gaps()[-1]
    assert (gap.exact, gap.reason) == (True, "no scrape")


def test_two_collectors_on_one_store_count_nothing_twice(prometheus: Prometheus, exporter: Exporter) -> None:
    """Whoever comes second finds the other's version, forgets its own and goes on from there."""
    watch = Watch(config(prometheus, exporter))
    other = watch.another()
    for n in range(2):
        exporter.count(OK, 3 + n)
        watch.tick()
        other.collect_once()
        exporter.drained()
        other.collect_once()
    watch.catch_up()
    baseline = exporter.ledger[OK] - watch.counts()[OK]
    for n in range(3):
        exporter.count(OK, 100 + n)
        wait_until(lambda: not other.collect_once() and not watch.tick(), what="both are well")
        exporter.drained()
    watch.catch_up()
    other.stop()
    watch.collector.stop()
    assert watch.counts()[OK] == exporter.ledger[OK] - baseline
    assert baseline <= 3  # only what the very first page already held
    times = [read.at_ms for read in watch.reads() if read.collected]
    assert len(times) == len(set(times))


class LockedStore(MemoryStore):
    """Refuses commits while a test says so."""

    locked = False

    def commit(self, batch: Batch) -> int:
        if self.locked:
            raise StoreUnavailable("here", "database is locked")
        return super().commit(batch)


def test_a_store_that_refuses_for_a_while_loses_nothing(prometheus: Prometheus, exporter: Exporter) -> None:
    """One line, no half-taken page, and everything is there once it takes again."""
    store = LockedStore()
    watch = Watch(config(prometheus, exporter), store)
    watch.catch_up()
    exporter.count(OK, 5)
    store.locked = True
    exporter.drained()
    wait_until(lambda: watch.tick() == "store: store here: database is locked", what="the refusal")
    exporter.count(OK, 6)
    exporter.drained()
    store.locked = False
    watch.catch_up()
    watch.collector.stop()
    assert watch.counts() == exporter.ledger
    assert all(gap.exact for gap in watch.gaps())


def test_a_long_backfill_is_cut_until_the_server_gives_it(prometheus: Prometheus, idle_exporter: Exporter) -> None:
    """4,003 samples a page and 20,000 a query: asked for everything at once, answered in pieces of pages."""
    for n in range(1998):
        idle_exporter.count((f"p{n % 40}", f"step-{n // 40}", "ok"), 0)
    idle_exporter.start()
    wait_until(lambda: idle_exporter.pages > 0, what="the first scrape")
    watch = Watch(replace(config(prometheus, idle_exporter), most_samples=1_000_000))
    watch.catch_up()
    for _ in range(4):
        idle_exporter.count(("p7", "step-0", "ok"), 3)
        idle_exporter.drained()
    watch.replace_collector()
    watch.catch_up()
    watch.collector.stop()
    assert watch.counts() == Counter({("p7", "step-0", "ok"): 12})
    assert len([read for read in watch.reads() if read.collected]) >= 8
    assert all(gap.exact for gap in watch.gaps())


def test_a_job_without_targets_is_told(prometheus: Prometheus, exporter: Exporter) -> None:
    """A job name that nobody scrapes is not taken for a quiet job."""
    watch = Watch(replace(config(prometheus, exporter), job="nobody"))
    assert watch.tick() == f"missing: 127.0.0.1:{prometheus.port} has no target of job 'nobody'"
    watch.collector.stop()
    with watch.store.reading() as reader:
        assert reader.sources() == []


def test_a_scrape_without_our_metrics_is_garbage_not_silence(prometheus: Prometheus, exporter: Exporter) -> None:
    """A metric map that fits nothing is told at once."""
    watch = Watch(config(prometheus, exporter))
    strange = MetricMap(rules=(named_alike(Role.REQUESTS, "a"),), mark="e", process_start="f", gauges=())
    collector = PrometheusCollector(watch.config, watch.store, strange, OUTCOMES)
    line = "garbage: up is 1, but the scrape holds no metric of the map"
    wait_until(lambda: collector.collect_once() is None or line in {r.reason for r in watch.reads()}, what=line)
    collector.stop()
    watch.collector.stop()
    assert not any(read.collected for read in watch.reads())


def test_the_thread_collects_by_itself_until_it_is_stopped(prometheus: Prometheus, exporter: Exporter) -> None:
    """Started once, it needs no tick of ours; stopped, it stays so."""
    watch = Watch(config(prometheus, exporter))
    watch.collector.start()
    wait_until(lambda: (watch.status().watermark_ms or 0) > 0, what="the baseline")
    exporter.count(OK, 12)
    wait_until(lambda: watch.counts() == Counter({OK: 12}), what="the count")
    watch.collector.stop()
    before = watch.status().watermark_ms
    time.sleep(2 * SCRAPE_MS / 1000)
    assert watch.status().watermark_ms == before


@pytest.mark.parametrize(
    ("data_centers", "labels", "source"),
    [
        ({"a:1": "dc1"}, {"instance": "a:1"}, ("prom/dc1", "dc1")),
        ({"a:1": "dc1", "a:2": "dc1"}, {"instance": "a:1"}, ("prom/a:1", "dc1")),
        ({}, {"instance": "a:1", "data_center": "dc7"}, ("prom/a:1", "dc7")),
        ({}, {"instance": "a:1"}, ("prom/a:1", "a:1")),
    ],
)
def test_a_source_is_named_by_the_configuration_alone(
    data_centers: dict[str, str], labels: dict[str, str], source: tuple[str, str]
) -> None:
    """Never by who happens to be up, so that it is the same source tomorrow."""
    chosen = PrometheusConfig("prom", "http://127.0.0.1:1", "lending", data_centers=data_centers).source(labels)
    assert (chosen.id, chosen.data_center) == source
