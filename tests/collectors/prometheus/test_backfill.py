"""Long outages, late samples and awkward answers: an API whose every sample the test has written down."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import LATE_SERIES_LAG_MS
from store.memory import MemoryStore
from store.records import Batch, Level, Resume, Scope
from tests.collectors.prometheus.real_parts import wait_until
from tests.collectors.prometheus.written import BEGIN_MS, OUTCOMES, Bench, live


def test_a_long_time_away_is_read_back_second_by_second_in_small_bites(bench: Bench) -> None:
    """Forty minutes, 2,400 scrapes: every one becomes a read, no gap is left, no answer holds more than was allowed."""
    live(bench, 3, "a:1")
    bench.collector().collect_once()
    live(bench, 2400, "a:1")
    late = bench.collector(most_samples=500)
    bench.scraped.answered.clear()
    for _ in range(40):
        late.collect_once()
    assert bench.events() == Counter({"a:1": 2400 * 3})
    assert len(bench.reads("a:1")) == 2401
    assert max(bench.scraped.answered) <= 500
    with bench.store.reading() as reader:
        assert reader.gaps(0, 2**53) == []
        slots = reader.timeline(Level.SLOT, Scope.BANK, 0, 2**33)
    assert {counts.total for _, _, counts in slots} == {3}


def test_an_instance_that_lags_does_not_delay_the_others(bench: Bench) -> None:
    """One tick brings the live one up to now, whatever the other still has to catch up; in the end both are there."""
    live(bench, 3, "a:1", "b:1")
    bench.collector().collect_once()
    live(bench, 1000, "a:1")
    collector = bench.collector()
    while bench.watermark_ms("a:1") < bench.now_ms - 500:  # a tick ends with its second, however slow the machine
        collector.collect_once()
    for second in range(3, 1003):  # the samples of b were stuck on the way
        bench.scraped.scrape(BEGIN_MS + second * 1000 - 500, "b:1", second * 3)
    live(bench, 2, "a:1", "b:1")
    slow = bench.collector(most_samples=20)
    slow.collect_once()
    assert bench.watermark_ms("a:1") == bench.now_ms - 500
    while bench.watermark_ms("b:1") < bench.now_ms - 500:
        slow.collect_once()
    assert bench.events() == Counter({"a:1": 1002 * 3, "b:1": 1002 * 3})


def test_a_server_that_refuses_big_questions_is_asked_smaller_ones(bench: Bench) -> None:
    """Both the list of scrapes and the samples themselves are cut until they pass."""
    live(bench, 3, "a:1")
    bench.collector().collect_once()
    live(bench, 900, "a:1")
    bench.scraped.refuse_above = 100
    late = bench.collector()
    for _ in range(20):
        assert late.collect_once() == ""
    assert bench.events() == Counter({"a:1": 900 * 3})
    assert len(bench.reads("a:1")) == 901


def test_scrapes_that_arrive_late_but_in_time_are_found(bench: Bench) -> None:
    """An empty stretch is looked at again until it has settled."""
    collector = bench.collector()
    live(bench, 3, "a:1")
    collector.collect_once()
    bench.now_ms += 6000
    assert "missing: " in collector.collect_once()
    for second in range(4, 9):
        bench.scraped.scrape(BEGIN_MS + second * 1000 - 500, "a:1", second * 3)
    assert collector.collect_once() == ""
    assert bench.events() == Counter({"a:1": 6 * 3 - 3})
    assert sum(read.collected for read in bench.reads("a:1")) == 6


def test_samples_older_than_the_watermark_change_nothing(bench: Bench) -> None:
    """They are already in the growth that was counted since."""
    live(bench, 3, "a:1")
    bench.collector().collect_once()
    bench.now_ms += 5000
    live(bench, 1, "a:1")
    bench.now_ms += 500
    bench.collector().collect_once()
    before = bench.events()
    for second in range(4, 9):
        bench.scraped.scrape(BEGIN_MS + second * 1000 - 500, "a:1", second * 3)
    bench.collector().collect_once()
    live(bench, 2, "a:1")
    bench.collector().collect_once()
    assert before == Counter({"a:1": 6 * 3})
    assert bench.events() == before + Counter({"a:1": 2 * 3})


def test_a_page_the_server_gave_in_part_is_not_taken(bench: Bench) -> None:
    """The read fails with the server's own warning, and the next whole answer has everything."""
    collector = bench.collector()
    live(bench, 3, "a:1")
    collector.collect_once()
    live(bench, 2, "a:1")
    bench.scraped.extra, bench.scraped.partial_names = {"warnings": ["store 2 is away"]}, "lending_requests_total"
    assert collector.collect_once().endswith("store 2 is away")
    assert bench.reads("a:1")[-1].reason.startswith("partial: 127.0.0.1:")
    bench.scraped.extra = {}
    bench.now_ms += 500
    assert collector.collect_once() == ""
    assert bench.events() == Counter({"a:1": 2 * 3})


def test_a_counter_that_is_not_whole_is_named_and_does_not_stop_the_rest(bench: Bench) -> None:
    """The page is left out as garbage; the one after it holds the same events."""
    collector = bench.collector()
    live(bench, 3, "a:1")
    collector.collect_once()
    live(bench, 1, "a:1")
    for series, values in bench.scraped.samples.items():
        if ("__name__", "lending_requests_total") in series:
            values[max(values)] = "11.5"
    live(bench, 2, "a:1")
    assert collector.collect_once() == ""
    (bad,) = [read for read in bench.reads("a:1") if not read.collected]
    assert bad.reason.startswith("garbage: counter lending_requests_total")
    assert bench.events() == Counter({"a:1": 3 * 3})


def test_failed_scrapes_are_noted_once_across_a_restart_of_the_collector(bench: Bench) -> None:
    """up = 0 after the last page is known to the store: the next collector does not note it again."""
    live(bench, 3, "a:1")
    for second in range(4, 7):
        bench.now_ms += 1000
        bench.scraped.scrape(BEGIN_MS + second * 1000 - 500, "a:1", 0, up=False)
    bench.now_ms += 600
    for _ in range(3):
        bench.collector().collect_once()
    failed = [read.at_ms for read in bench.reads("a:1") if not read.collected]
    assert failed == [BEGIN_MS + second * 1000 - 500 for second in range(4, 7)]


def test_a_source_whose_memory_is_damaged_is_told_and_holds_up_nobody(bench: Bench) -> None:
    """Counting on from a memory that does not fit would guess."""
    live(bench, 3, "a:1", "b:1")
    bench.collector().collect_once()
    stored = bench.store.resume("prom/a:1")
    bench.store.commit(Batch("prom/a:1", stored.version, (), state=b"torn"))
    live(bench, 3, "a:1", "b:1")
    bench.now_ms += 600
    assert bench.collector().collect_once().startswith("prom/a:1: store: ")
    assert bench.events()["b:1"] == 9


class FaultyStore(MemoryStore):
    """Has a defect the first time it is asked where to go on."""

    faults = 1

    def resume(self, source: str) -> Resume:
        if self.faults:
            self.faults -= 1
            raise RuntimeError("a defect")
        return super().resume(source)


def test_a_defect_in_one_tick_does_not_end_the_watch(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged with its trace, and the next tick goes on."""
    bench.store = store = FaultyStore()
    live(bench, 3, "a:1")
    collector = bench.collector()
    collector.start()
    wait_until(lambda: bool(bench.reads("a:1")), seconds=5, what="a read by a later tick")
    collector.stop()
    assert not store.faults
    assert "a tick failed by a defect" in caplog.text


def test_a_server_of_an_unknown_kind_is_read_as_late_as_any_may_need(bench: Bench) -> None:
    """A server that is known to show new series at once is read soon; whoever says otherwise, or nothing, is not."""
    chosen = replace(bench.config, adapts_lag=True)
    collector = PrometheusCollector(chosen, bench.store, MetricMap(), OUTCOMES, clock_ms=lambda: bench.now_ms)
    live(bench, 20, "a:1")
    for status in (503, 401, 302):
        bench.scraped.kind = (status, "away")
        collector.collect_once()
    late_ms = bench.watermark_ms("a:1")
    bench.scraped.kind = (400, "unknown function")
    collector.collect_once()
    collector.stop()
    assert bench.now_ms - late_ms >= LATE_SERIES_LAG_MS
    assert bench.now_ms - bench.watermark_ms("a:1") < 1_000
