"""How fast the past of a real Prometheus is read back, beside a bare client that only reads and drops it.

    python -m benchmarks.backfill                 one hour, 2,400 series, 60 s scrape interval
    python -m benchmarks.backfill --hours 168     seven days: 24 million samples

Makes the blocks with promtool (cut on block boundaries), serves them from a Prometheus, and asks the same server twice
in one run: with urllib, dropping every byte, and with the backfill into a new SQLite store. Prints samples per second
of both and the ratio. Half of the series (the good ones) grow at every scrape, the others rarely.
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
from collections.abc import Iterator
from pathlib import Path

import orjson

from collectors.mapping import MetricMap
from collectors.prometheus.backfill import Backfill
from collectors.prometheus.config import PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.opening import open_store
from store.records import Retention
from tests.collectors.prometheus.real_parts import NOBODY, Prometheus

SCRAPE_S = 60
BLOCK_S = 7200
SERVICES, DATA_CENTERS = 200, 6
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
INSTANCE = "bank:1"
ONE_QUERY_S = 6120
"""The bare client takes as much at once as the backfill does with its default limit: 102 pages of 2,400 series."""


def lines(from_s: int, to_s: int) -> Iterator[str]:
    """One block in OpenMetrics, series by series."""
    times = range(from_s, to_s, SCRAPE_S)
    yield "# TYPE up gauge\n"
    yield from (f'up{{job="lending",instance="{INSTANCE}"}} 1 {at}\n' for at in times)
    yield "# TYPE process_start_time_seconds gauge\n"
    yield from (f'process_start_time_seconds{{job="lending",instance="{INSTANCE}"}} 1700000000 {at}\n' for at in times)
    yield "# TYPE lending_requests counter\n"
    for service in range(SERVICES):
        for data_center in range(DATA_CENTERS):
            for outcome, every in (("ok", SCRAPE_S), ("system_error", 3600 * 6)):
                labels = (
                    f'job="lending",instance="{INSTANCE}",product="service-{service:03}",step="apply",'
                    f'data_center="dc{data_center}",dcn="dc{data_center}-n01",outcome="{outcome}",traffic="customer"'
                )
                yield from (f"lending_requests_total{{{labels}}} {at // every * 7} {at}\n" for at in times)
    yield "# EOF\n"


def make_blocks(folder: Path, from_s: int, to_s: int) -> None:
    """Seven days would be gigabytes of text: one block after the other."""
    text = folder / "block.txt"
    for begin_s in range(from_s, to_s, BLOCK_S):
        with text.open("w", encoding="utf-8") as file:
            file.writelines(lines(begin_s, min(begin_s + BLOCK_S, to_s)))
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", str(text), str(folder / "data")]
        subprocess.run(command, check=True, capture_output=True)
    text.unlink()
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(folder)], check=True)


def read_and_drop(url: str, from_s: int, to_s: int, *, parse: bool = False) -> float:
    """Seconds that a client takes which asks for everything and keeps nothing; ``parse``: not before it is parsed."""
    began = time.perf_counter()
    for until_s in range(from_s + ONE_QUERY_S, to_s + ONE_QUERY_S, ONE_QUERY_S):
        query = f'{{__name__=~"lending_requests_total|process_start_time_seconds",job="lending"}}[{ONE_QUERY_S}s]'
        words = urllib.parse.urlencode({"query": query, "time": min(until_s, to_s) - 1})
        with urllib.request.urlopen(f"{url}/api/v1/query?{words}") as answer:
            if parse:
                orjson.loads(answer.read())
            while answer.read(1 << 20):
                pass
    return time.perf_counter() - began


def read_back(url: str, folder: Path, from_s: int, to_s: int) -> tuple[int, float, float]:
    """Samples, seconds and CPU seconds of a backfill of everything."""
    store = open_store(folder / "store.sqlite", "Asia/Shanghai", upgrade=True)
    config = PrometheusConfig("prom", url, "lending", interval_ms=SCRAPE_S * 1000)
    backfill = Backfill(config, store, MetricMap(), OUTCOMES, Retention(), clock_s=lambda: float(to_s))
    began, cpu = time.perf_counter(), time.process_time()
    (outcome,) = backfill.run(from_s * 1000, to_s * 1000)
    took = time.perf_counter() - began, time.process_time() - cpu
    backfill.close()
    store.close()
    if outcome.trouble:
        raise SystemExit(outcome.trouble)
    return (outcome.samples, *took)


def main() -> int:
    """Prints both rates; with --bar, 1 when ours is under half of the bare client's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=1)
    parser.add_argument("--bar", action="store_true", help="exit 1 unless the backfill reaches half of the bare rate")
    given = parser.parse_args()
    hours: int = given.hours
    to_s = int(time.time()) // BLOCK_S * BLOCK_S
    from_s = to_s - hours * 3600
    with tempfile.TemporaryDirectory(prefix="backfill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        make_blocks(folder, from_s, to_s)
        server = Prometheus(folder)
        server.watch({})
        server.start()
        try:
            bare_s = read_and_drop(server.url, from_s, to_s)
            parsed_s = read_and_drop(server.url, from_s, to_s, parse=True)
            samples, took_s, cpu_s = read_back(server.url, folder, from_s, to_s)
        finally:
            server.stop()
    bare, ours = samples / bare_s, samples / took_s
    print(f"{samples:,} samples, {hours} h at {SCRAPE_S} s")
    print(f"bare client  {bare:12,.0f} samples/s")
    print(f"that parses  {samples / parsed_s:12,.0f} samples/s   (for comparison: JSON read with orjson, then dropped)")
    print(f"backfill     {ours:12,.0f} samples/s   ({ours / bare:.2f} of it; {samples / cpu_s:,.0f} per CPU second)")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print("bar: half of it: " + ("held" if ours >= bare / 2 else "missed"))
    return 1 if given.bar and ours < bare / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
