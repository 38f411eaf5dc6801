"""A real Prometheus whose clock is 26 s off, and a target whose clock is: told, and every event is counted once."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.quality import SKEW, milliseconds_of
from store.records import Scope
from tests.collectors.prometheus.real_parts import SCRAPE_MS, Exporter, Key, Prometheus, wait_until
from tests.collectors.prometheus.written import Bench

OK: Key = ("weilidai", "apply", "ok")
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD})


class Shifting(ThreadingHTTPServer):
    """Speaks for a Prometheus as if its clock were ``shift_s`` ahead: of its answers, and of what it is asked."""

    daemon_threads = True
    url = ""
    shift_s = 0


class Handler(BaseHTTPRequestHandler):
    server: Shifting

    def do_GET(self) -> None:
        """Times go down on their way there, and up on their way back."""
        asked = dict(parse_qsl(urlsplit(self.path).query))
        if "time" in asked:
            asked["time"] = f"{float(asked['time']) - self.server.shift_s:.3f}"
        place = f"{self.server.url}{urlsplit(self.path).path}?{urlencode(asked)}"
        with urllib.request.urlopen(place, timeout=10) as answer:
            document = json.loads(answer.read())
        data = document["data"]
        if data["resultType"] == "scalar":
            data["result"] = [data["result"][0], str(float(data["result"][1]) + self.server.shift_s)]
        else:
            for one in data["result"]:
                one["values"] = [[round(at + self.server.shift_s, 3), value] for at, value in one["values"]]
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def shifting(prometheus: Prometheus) -> Iterator[Shifting]:
    with Shifting(("127.0.0.1", 0), Handler) as made:
        made.url = prometheus.url
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield made
        made.shutdown()


def good(store: MemoryStore) -> int:
    with store.reading() as reader:
        return sum(counts.good for counts in reader.totals(Scope.BANK, 0, 2**33).values())


def pages(store: MemoryStore) -> int:
    """Accepted ones."""
    with store.reading() as reader:
        return sum(one.watermark_ms is not None for one in reader.sources())


def skew_ms(store: MemoryStore) -> int | None:
    """As it was told last."""
    with store.reading() as reader:
        told = [gauge.value for gauge in reader.gauges() if gauge.name == SKEW]
    return milliseconds_of(told[-1]) if told else None


def reasons(store: MemoryStore) -> set[str]:
    """Why reads failed."""
    with store.reading() as reader:
        reads = [read for one in reader.sources() for read in reader.reads(one.source.id, 0, 2**53)]
    return {read.reason for read in reads if not read.collected}


@pytest.mark.parametrize("shift_s", [-26, 3])
def test_a_server_whose_clock_is_wrong_is_told_and_loses_nothing(
    shifting: Shifting, exporter: Exporter, caplog: pytest.LogCaptureFixture, shift_s: int
) -> None:
    """Behind by a month's budget, or ahead: then a page is read when our clock is there."""
    shifting.shift_s = shift_s
    url = f"http://127.0.0.1:{shifting.server_address[1]}"
    config = PrometheusConfig("prom", url, exporter.job, interval_ms=SCRAPE_MS, lag_ms=200, data_center="dc1")
    store = MemoryStore()
    collector = PrometheusCollector(config, store, MetricMap(), OUTCOMES)

    def ticked(true: Callable[[], bool]) -> bool:
        collector.collect_once()
        return true()

    try:
        exporter.count(OK, 5)
        exporter.drained()
        wait_until(lambda: ticked(lambda: pages(store) > 0), what="the first page")
        exporter.drained()
        wait_until(lambda: ticked(lambda: skew_ms(store) is not None), what="the skew")
        exporter.count(OK, 70)
        wait_until(lambda: ticked(lambda: good(store) >= 70), what="all events")
    finally:
        collector.stop()
    assert good(store) in {70, 75}  # the five too, when they came after the first page
    assert skew_ms(store) == pytest.approx(shift_s * 1000, abs=1_500)
    assert any("source prom: its clock is " in each.getMessage() for each in caplog.records)
    if shift_s < 0:
        assert any("has no scrape for 2" in reason and "(its clock is 2" in reason for reason in reasons(store))


def test_a_target_whose_own_clock_is_wrong_is_told(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """By its own metric, when the catalog names one; the server's is right."""
    collector = bench.collector()
    for second in range(1, 4):
        bench.now_ms += 1000
        bench.scraped.clock_ms = bench.now_ms
        bench.scraped.scrape(bench.now_ms - 500, "a:1", second)
        bench.scraped.believed(bench.now_ms - 500, "a:1", bench.now_ms - 500 - 26_000)
        collector.collect_once()
    assert skew_ms(bench.store) == pytest.approx(-26_000, abs=500)
    (line,) = [each.getMessage() for each in caplog.records if "behind ours" in each.getMessage()]
    assert line.startswith("source prom/a:1: its clock is 26.")
    assert bench.events() == {"a:1": 2}
