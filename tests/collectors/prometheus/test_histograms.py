"""Buckets of histograms that a Prometheus has scraped become the same counts as those of a page."""

from __future__ import annotations

from store.latency_records import LatencySlice
from store.records import Level
from tests.collectors.prometheus.written import BEGIN_MS, Bench

SECONDS, RESTARTED, EVERY = 240, 150, 37
QUIET_SECONDS = 65


def minutes(bench: Bench) -> list[LatencySlice]:
    """What the store holds."""
    with bench.store.reading() as reader:
        return reader.latency(Level.MINUTE, 0, 2**33, product="p")


def scrape(bench: Bench, second: int, born_ms: int, count: int) -> None:
    """One more second, one more scrape of a counter and of a histogram with as many in each bucket."""
    bench.now_ms += 1000
    at_ms = bench.now_ms - 500
    bench.scraped.scrape(at_ms, "a:1", second, born_ms)
    bench.scraped.histogram(at_ms, "a:1", {"0.1": count, "0.5": 2 * count, "+Inf": 3 * count})


def test_buckets_are_counted_once_through_restarts_of_either_side(bench: Bench) -> None:
    """A new collector every so often goes on from the store; the process is replaced in between; the first page is
    the baseline."""
    born_ms, count, last = BEGIN_MS - 5_000, 0, 0
    for second in range(1, SECONDS + 1):
        if second == RESTARTED:
            born_ms, count, last = bench.now_ms + 400, 0, count
        count += 1
        scrape(bench, second, born_ms, count)
        if second % EVERY == 0:
            bench.collector().collect_once()
    for second in range(QUIET_SECONDS):
        scrape(bench, SECONDS + second, born_ms, count)
    collector = bench.collector()
    collector.collect_once()
    expected = last - EVERY + count
    found = minutes(bench)
    assert [sum(column) for column in zip(*(each.counts for each in found), strict=True)] == [expected] * 3
    assert {each.series.bounds for each in found} == {("0.1", "0.5", "+Inf")}
    assert len({each.at_s for each in found}) == len(found) >= SECONDS // 60
    assert bench.events()["a:1"] > 0


def test_a_server_without_buckets_is_read_as_before(bench: Bench) -> None:
    """Nothing of latency is stored, not even that nobody came."""
    for second in range(1, 130):
        bench.now_ms += 1000
        bench.scraped.scrape(bench.now_ms - 500, "a:1", second)
        if second in {1, 129}:
            bench.collector().collect_once()
    assert minutes(bench) == []
    assert bench.events() == {"a:1": 128}
