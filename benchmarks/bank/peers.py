"""The same bank in Prometheus and VictoriaMetrics: cumulative counters at the end of every minute."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from benchmarks.bank.children import answers, child, free_port, owned_folder, unprivileged
from benchmarks.bank.size import DATA_CENTERS, FIRST_S, Size, data_center, happened, service

BLOCK_S = 7200
METRICS = ("good", "bad")
_ANSWER_WITHIN_S = 600


class Refused(RuntimeError):
    """A peer does not answer a question at this size."""


@contextmanager
def prometheus(folder: Path, size: Size) -> Iterator[str]:
    """URL of a Prometheus that holds the bank; its blocks are made when they are not there."""
    place, whole = owned_folder(folder / f"{size.name}.prometheus"), folder / f"{size.name}.prometheus.whole"
    if not whole.exists():
        began = time.monotonic()
        for page in _pages(size, per_second=1, end="# EOF\n", types=True):
            text = place / "page.om"
            text.write_text(page)
            make = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", str(text), str(place / "data")]
            subprocess.run(make, check=True, capture_output=True, cwd="/", **unprivileged())
            text.unlink()
        whole.write_text(f"{time.monotonic() - began:.0f} s\n")
    config = place / "prometheus.yml"
    config.write_text("global: {}\n")
    port = free_port()
    words = {
        "config.file": config,
        "storage.tsdb.path": place / "data",
        "storage.tsdb.retention.time": "10y",
        "web.listen-address": f"127.0.0.1:{port}",
        "query.max-samples": "2000000000",
        "query.timeout": f"{_ANSWER_WITHIN_S}s",
        "log.level": "warn",
    }
    url = f"http://127.0.0.1:{port}"
    command = ["prometheus", *(f"--{name}={value}" for name, value in words.items())]
    with child(command, lambda: answers(url + "/-/ready"), place / "log"):
        yield url


@contextmanager
def victoria_metrics(folder: Path, size: Size) -> Iterator[str]:
    """URL of a VictoriaMetrics that holds the bank; filled when it does not yet."""
    place, whole = owned_folder(folder / f"{size.name}.victoria"), folder / f"{size.name}.victoria.whole"
    port = free_port()
    words = {
        "storageDataPath": place / "data",
        "httpListenAddr": f"127.0.0.1:{port}",
        "retentionPeriod": "120",
        "loggerLevel": "WARN",
        "search.maxQueryDuration": f"{_ANSWER_WITHIN_S}s",
        "search.disableCache": "true",
        "search.maxSamplesPerQuery": "2000000000",
        "search.maxPointsPerTimeseries": "1000000",
    }
    url = f"http://127.0.0.1:{port}"
    command = ["victoria-metrics", *(f"-{name}={value}" for name, value in words.items())]
    with child(command, lambda: answers(url + "/health"), place / "log"):
        if not whole.exists():
            began = time.monotonic()
            for page in _pages(size, per_second=1000, end="", types=False):
                _post(port, page)
            answers(url + "/internal/force_flush")
            whole.write_text(f"{time.monotonic() - began:.0f} s\n")
        yield url


def _post(port: int, page: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_WITHIN_S)
    connection.request("POST", "/api/v1/import/prometheus", page.encode())
    status = connection.getresponse().status
    connection.close()
    if status != http.client.NO_CONTENT:
        raise RuntimeError(f"VictoriaMetrics took no page: status {status}")


def _pages(size: Size, *, per_second: int, end: str, types: bool) -> Iterator[str]:
    """Every sample of the bank, cut where blocks of Prometheus begin; times in seconds or milliseconds."""
    sums = {metric: [0] * size.cells for metric in METRICS}
    names = {
        metric: [
            f'{metric}_total{{service="{service(c // DATA_CENTERS)}",data_center="{data_center(c % DATA_CENTERS)}"}} '
            for c in range(size.cells)
        ]
        for metric in METRICS
    }
    for first, after in pairwise(_cuts(size)):
        lines: dict[str, list[str]] = {metric: [] for metric in METRICS}
        for minute in range(first, after):
            at = f" {(FIRST_S + (minute + 1) * 60) * per_second}"
            for number in range(size.cells):
                for metric, amount in zip(METRICS, happened(minute, number), strict=False):
                    sums[metric][number] += amount
                    lines[metric].append(f"{names[metric][number]}{sums[metric][number]}{at}")
        heads = {metric: f"# TYPE {metric} counter\n" if types else "" for metric in METRICS}
        yield "".join(heads[metric] + "\n".join(lines[metric]) + "\n" for metric in METRICS) + end


def _cuts(size: Size) -> list[int]:
    """Minutes at which a page begins: a sample is at the end of its minute, a block at a multiple of two hours."""
    of_blocks = [minute for minute in range(size.minutes) if (FIRST_S + (minute + 1) * 60) % BLOCK_S == 0]
    return [0, *(minute for minute in of_blocks if minute), size.minutes]


def ask(url: str, query: str, at_s: int, *, from_s: int | None = None, step_s: int = 60) -> int:
    """Asks a query at one instant, or over a range; returns how many values came. Raises Refused."""
    words: dict[str, str | int] = {"query": query, "time": at_s}
    if from_s is not None:
        words = {"query": query, "start": from_s, "end": at_s, "step": step_s}
    path = "/api/v1/query" if from_s is None else "/api/v1/query_range"
    body = urllib.parse.urlencode(words).encode()
    try:
        with urllib.request.urlopen(url + path, data=body, timeout=_ANSWER_WITHIN_S) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(f"status {error.code}: {error.read().decode(errors='replace')[:500]}") from error
    if answer["status"] != "success":
        raise Refused(f"{url} did not answer {query}")
    return sum(len(series.get("values", (1,))) for series in answer["data"]["result"])
