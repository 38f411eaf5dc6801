"""How fast the past of a real Prometheus is read back, beside clients that only read and drop it.

    python -m benchmarks.backfill                 one hour, 2,400 series, 15 s scrape interval (the product's default)
    python -m benchmarks.backfill --hours 168     seven days: 97 million samples
    python -m benchmarks.backfill --ago 60        ends so many hours ago: what is older than 48 hours has no slots
    python -m benchmarks.backfill --scrape 60     the same at 60 s, where four times as many rows are kept of a sample

Makes the blocks with promtool (cut on block boundaries), serves them from a Prometheus, and asks the same server for
the same samples in one run: with urllib, dropping every byte; the same, dropping what orjson made of it; with
prometheus_api_client, dropping the samples that it hands on; and with the backfill into a new SQLite store. Prints
samples per second of each. Half of the series (the good ones) grow at every scrape, the others rarely. Retention is
that of a configuration which says nothing: 48 hours of single scrapes.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple, TypeAlias

import orjson
from prometheus_api_client import PrometheusConnect

from collectors.mapping import MetricMap
from collectors.prometheus.backfill import Backfill, uncollected
from collectors.prometheus.config import MOST_SAMPLES_BACK, PrometheusConfig
from settings import RetentionSettings
from slo.outcomes import Kind, OutcomeTable
from store.opening import open_store
from tests.collectors.prometheus.real_parts import NOBODY, Prometheus

BLOCK_S = 7200
SERVICES, DATA_CENTERS = 200, 6
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
INSTANCE = "bank:1"
Client: TypeAlias = Callable[[str, str, int], None]
"""Asks a server a question as of an instant."""
PAGES_AT_ONCE = 206
"""The clients take as much at once as the backfill does with its default limit: 206 pages of 2,401 series."""


class Past(NamedTuple):
    """What is read back: from, to, and how far its scrapes lie apart, in seconds."""

    from_s: int
    to_s: int
    scrape_s: int

    def blocks(self) -> Iterator[Past]:
        """Block by block: seven days at once would be gigabytes of text."""
        for begin_s in range(self.from_s, self.to_s, BLOCK_S):
            yield self._replace(from_s=begin_s, to_s=min(begin_s + BLOCK_S, self.to_s))

    def questions(self) -> Iterator[tuple[str, int]]:
        """Every sample once: queries and their instants."""
        step_s = PAGES_AT_ONCE * self.scrape_s
        names = "lending_requests_total|process_start_time_seconds"
        for until_s in range(self.from_s + step_s, self.to_s + step_s, step_s):
            yield f'{{__name__=~"{names}",job="lending"}}[{step_s}s]', min(until_s, self.to_s) - 1


def lines(past: Past) -> Iterator[str]:
    """One block in OpenMetrics, series by series."""
    times = range(past.from_s, past.to_s, past.scrape_s)
    yield "# TYPE up gauge\n"
    yield from (f'up{{job="lending",instance="{INSTANCE}"}} 1 {at}\n' for at in times)
    yield "# TYPE process_start_time_seconds gauge\n"
    yield from (f'process_start_time_seconds{{job="lending",instance="{INSTANCE}"}} 1700000000 {at}\n' for at in times)
    yield "# TYPE lending_requests counter\n"
    for service in range(SERVICES):
        for data_center in range(DATA_CENTERS):
            for outcome, every in (("ok", past.scrape_s), ("system_error", 3600 * 6)):
                labels = (
                    f'job="lending",instance="{INSTANCE}",product="service-{service:03}",step="apply",'
                    f'data_center="dc{data_center}",dcn="dc{data_center}-n01",outcome="{outcome}",traffic="customer"'
                )
                yield from (f"lending_requests_total{{{labels}}} {at // every * 7} {at}\n" for at in times)
    yield "# EOF\n"


def make_blocks(folder: Path, past: Past) -> None:
    """Blocks of a Prometheus, in ``folder``."""
    text = folder / "block.txt"
    for block in past.blocks():
        with text.open("w", encoding="utf-8") as file:
            file.writelines(lines(block))
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", str(text), str(folder / "data")]
        subprocess.run(command, check=True, capture_output=True)
    text.unlink()
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(folder)], check=True)


def drop_bytes(url: str, query: str, at_s: int) -> None:
    """Reads an answer and keeps nothing."""
    with asked(url, query, at_s) as answer:
        while answer.read(1 << 20):
            pass


def drop_parsed(url: str, query: str, at_s: int) -> None:
    """The same, not before it is parsed; the garbage collector rests meanwhile, as it does in a backfill."""
    with asked(url, query, at_s) as answer, uncollected():
        orjson.loads(answer.read())


def asked(url: str, query: str, at_s: int) -> HTTPResponse:
    """The server's answer, still to be read."""
    words = urllib.parse.urlencode({"query": query, "time": at_s})
    answer: HTTPResponse = urllib.request.urlopen(f"{url}/api/v1/query?{words}")
    return answer


def library_client(url: str) -> Client:
    """Drops samples as prometheus_api_client hands them on."""
    connect = PrometheusConnect(url=url)

    def drop_samples(_: str, query: str, at_s: int) -> None:
        connect.custom_query(query, params={"time": str(at_s)})

    return drop_samples


def seconds_of(client: Client, url: str, past: Past) -> float:
    """How long a client takes to ask for everything."""
    began = time.perf_counter()
    for query, at_s in past.questions():
        client(url, query, at_s)
    return time.perf_counter() - began


def read_back(url: str, folder: Path, past: Past, now_s: int) -> tuple[int, float, float]:
    """Samples, seconds and CPU seconds of a backfill of everything that is started at ``now_s``."""
    store = open_store(folder / "store.sqlite", "Asia/Shanghai", upgrade=True)
    config = PrometheusConfig(
        "prom", url, "lending", interval_ms=past.scrape_s * 1000, most_samples_back=MOST_SAMPLES_BACK
    )
    retention = RetentionSettings().retention(past.scrape_s)
    backfill = Backfill(config, store, MetricMap(), OUTCOMES, retention, clock_s=lambda: float(now_s))
    began, cpu = time.perf_counter(), time.process_time()
    (outcome,) = backfill.run(past.from_s * 1000, past.to_s * 1000)
    took = time.perf_counter() - began, time.process_time() - cpu
    backfill.close()
    store.close()
    if outcome.trouble:
        raise SystemExit(outcome.trouble)
    return (outcome.samples, *took)


def measured(folder: Path, past: Past, now_s: int) -> tuple[int, float, dict[str, float]]:
    """Samples, CPU seconds of the backfill, and seconds of every client."""
    server = Prometheus(folder)
    server.watch({})
    server.start()
    try:
        clients = {"bare": drop_bytes, "that parses": drop_parsed, "library": library_client(server.url)}
        took = {name: seconds_of(client, server.url, past) for name, client in clients.items()}
        samples, took["backfill"], cpu_s = read_back(server.url, folder, past, now_s)
    finally:
        server.stop()
    return samples, cpu_s, took


def report(past: Past, samples: int, cpu_s: float, took: dict[str, float]) -> None:
    """Prints all rates."""
    ours = took["backfill"]
    print(f"{samples:,} samples, {(past.to_s - past.from_s) // 3600} h at {past.scrape_s} s")
    words = {
        "bare": "every byte read, dropped",
        "that parses": "JSON read with orjson, then dropped",
        "library": "samples of prometheus_api_client, dropped",
        "backfill": f"stored; {samples / cpu_s:,.0f} per CPU second",
    }
    for name, seconds in took.items():
        print(
            f"{name:12} {samples / seconds:12,.0f} samples/s   backfill is {seconds / ours:5.2f} of it   {words[name]}"
        )
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print("bar: half of the bare client: " + ("held" if took["bare"] >= ours / 2 else "missed"))


def main() -> int:
    """Prints every rate; with --bar, 1 when ours is under half of the bare client's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=1)
    parser.add_argument(
        "--ago", type=int, default=0, help="hours before now at which it ends; beyond 48 no slots are kept"
    )
    parser.add_argument("--scrape", type=int, default=15, choices=(15, 60), help="seconds between two scrapes")
    parser.add_argument("--bar", action="store_true", help="exit 1 unless the backfill reaches half of the bare rate")
    given = parser.parse_args()
    now_s = int(time.time()) // BLOCK_S * BLOCK_S
    to_s = now_s - given.ago * 3600 // BLOCK_S * BLOCK_S
    past = Past(to_s - given.hours * 3600, to_s, given.scrape)
    with tempfile.TemporaryDirectory(prefix="backfill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        make_blocks(folder, past)
        samples, cpu_s, took = measured(folder, past, now_s)
    report(past, samples, cpu_s, took)
    return 1 if given.bar and took["bare"] < took["backfill"] / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
