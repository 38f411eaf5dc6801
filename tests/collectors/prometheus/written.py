"""An API whose every sample a test has written down, and a bench with a store, a clock and collectors on it."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.records import Read, Scope

BEGIN_MS = 1_795_000_000_000
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD})
SELECTOR = re.compile(r'\{__name__=(~?)"([^"]*)"(.*)\}\[(\d+)ms\]')
MATCHER = re.compile(r',(\w+)="([^"]*)"')


class Scraped:
    """What a Prometheus has stored: samples per series; answers range selectors at an instant, closed on both sides."""

    def __init__(self) -> None:
        self.samples: dict[tuple[tuple[str, str], ...], dict[int, str]] = {}
        self.extra: dict[str, object] = {}
        self.partial_names = ""
        self.answered: list[int] = []
        self.refuse_above = 10**9
        self.clock_ms = 0
        self.kind = (400, "unknown function")

    def scrape(
        self, at_ms: int, instance: str, events: int, born_ms: int = BEGIN_MS - 5_000, *, up: bool = True
    ) -> None:
        """One scrape of one instance, whose only request counter shows so many events."""
        self._put("up", at_ms, instance, str(int(up)))
        if up:
            seconds = f"{born_ms // 1000}.{born_ms % 1000:03d}"
            self._put("process_start_time_seconds", at_ms, instance, seconds)
            self._put("lending_requests_total", at_ms, instance, str(events), product="p", step="s", outcome="ok")

    def bare(self, at_ms: int, instance: str, events: int) -> None:
        """The same of an instance that tells no birth."""
        self._put("up", at_ms, instance, "1")
        self._put("lending_requests_total", at_ms, instance, str(events), product="p", step="s", outcome="ok")

    def believed(self, at_ms: int, instance: str, clock_ms: int) -> None:
        """What the instance believed the time to be."""
        self._put("lending_clock_seconds", at_ms, instance, f"{clock_ms // 1000}.{clock_ms % 1000:03d}")

    def histogram(self, at_ms: int, instance: str, counts: dict[str, int]) -> None:
        """Cumulative buckets of the same scrape."""
        for edge, count in counts.items():
            name = "lending_request_duration_seconds_bucket"
            self._put(name, at_ms, instance, str(count), product="p", step="s", le=edge)

    def _put(self, name: str, at_ms: int, instance: str, value: str, **labels: str) -> None:
        series = {"__name__": name, "instance": instance, "job": "lending", **labels}
        self.samples.setdefault(tuple(sorted(series.items())), {})[at_ms] = value

    def answer(self, query: str, at_ms: int) -> tuple[int, dict[str, object]]:
        """Status and document."""
        if query == "now()":
            return self.kind[0], {"status": "error", "error": self.kind[1]}
        if query == "time()":
            at_ms = self.clock_ms or at_ms
            return 200, {
                "status": "success",
                "data": {"resultType": "scalar", "result": [at_ms / 1000, str(at_ms / 1000)]},
            }
        found = SELECTOR.fullmatch(query)
        if found is None:
            return 400, {"status": "error", "error": f"no raw selector: {query}"}
        names, wanted = found[2].split("|"), dict(MATCHER.findall(found[3]))
        result = []
        for series, values in self.samples.items():
            labels = dict(series)
            if labels["__name__"] not in names or wanted.items() - labels.items():
                continue
            seen = [[ms / 1000, value] for ms, value in sorted(values.items()) if at_ms - int(found[4]) <= ms <= at_ms]
            if seen:
                result.append({"metric": labels, "values": seen})
        samples = sum(len(one["values"]) for one in result)
        self.answered.append(samples)
        if samples > self.refuse_above:
            return 422, {"status": "error", "error": "query processing would load too many samples into memory"}
        extra = self.extra if self.partial_names in names or not self.partial_names else {}
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}, **extra}


class Server(ThreadingHTTPServer):
    """Speaks for a Scraped."""

    daemon_threads = True
    scraped: Scraped


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body leave in one piece: two wait 40 ms for an acknowledgement
    server: Server

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        at_s = float(asked["time"][0]) if "time" in asked else time.time()
        status, document = self.server.scraped.answer(asked["query"][0], round(at_s * 1000))
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Bench:
    """A store, a clock that the test sets, and one collector after the other on them."""

    def __init__(self, url: str, scraped: Scraped) -> None:
        self.scraped = scraped
        self.store = MemoryStore()
        self.now_ms = BEGIN_MS
        self.config = PrometheusConfig(
            "prom", url, "lending", interval_ms=1000, lag_ms=400, settle_ms=10_000, chunk_ms=300_000
        )
        self._collectors: list[PrometheusCollector] = []

    def collector(self, **changes: int) -> PrometheusCollector:
        chosen = replace(self.config, **changes)  # type: ignore[arg-type]
        made = PrometheusCollector(chosen, self.store, MetricMap(), OUTCOMES, clock_ms=lambda: self.now_ms)
        self._collectors.append(made)
        return made

    def stop(self) -> None:
        for collector in self._collectors:
            collector.stop()

    def events(self) -> Counter[str]:
        """Stored events per instance (each is a data center of its own)."""
        with self.store.reading() as reader:
            totals = reader.totals(Scope.CELL, 0, 2**33)
        return Counter({unit.data_center: counts.total for unit, counts in totals.items()})

    def reads(self, instance: str) -> list[Read]:
        with self.store.reading() as reader:
            return reader.reads(f"prom/{instance}", 0, 2**53)

    def watermark_ms(self, instance: str) -> int:
        return self.store.resume(f"prom/{instance}").watermark_ms or 0


def live(bench: Bench, seconds: int, *instances: str) -> None:
    """Scrapes once a second from now on, three more events each time; the clock moves on."""
    for _ in range(seconds):
        bench.now_ms += 1000
        for instance in instances:
            bench.scraped.scrape(bench.now_ms - 500, instance, (bench.now_ms - BEGIN_MS) // 1000 * 3)
