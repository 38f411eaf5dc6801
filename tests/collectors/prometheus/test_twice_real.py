"""One exporter seen through two jobs, two labels, and a real Prometheus that federates another one: counted once."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from collectors.duplicates import Claims
from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.records import Scope
from tests.collectors.prometheus.real_parts import NOBODY, SCRAPE_MS, Exporter, Key, Prometheus, free_port, wait_until

OK: Key = ("weilidai", "apply", "ok")
OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD})
SOURCES = {"job": "lending", "again": "again", "named": "named", "above": "lending"}
"""Source -> the job that it reads; ``above`` at the server that federates."""
FEDERATION = """\
global: {{scrape_interval: {ms}ms, scrape_timeout: {ms}ms}}
scrape_configs:
  - job_name: federate
    honor_labels: true
    metrics_path: /federate
    params: {{'match[]': ['{{job="lending"}}']}}
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
"""


def server(folder: Path, parts: ExitStack) -> Prometheus:
    """One that is not started yet; ended with the others."""
    folder.mkdir(mode=0o755)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    made = Prometheus(folder)
    parts.callback(made.stop, signal.SIGKILL)
    return made


@pytest.fixture
def urls(exporter_alone: Exporter) -> Iterator[dict[str, str]]:
    """Address of the server of each source."""
    with ExitStack() as parts:
        folder = Path(tempfile.mkdtemp(prefix="twice-"))
        folder.chmod(0o755)
        parts.callback(shutil.rmtree, folder, ignore_errors=True)
        below, above = server(folder / "below", parts), server(folder / "above", parts)
        port = exporter_alone.port
        below.watch({"lending": [port], "again": [port]})
        written = (below.folder / "prometheus.yml").read_text()
        named = f"  - job_name: named\n    static_configs:\n      - targets: ['localhost:{port}']\n"
        (below.folder / "prometheus.yml").write_text(written + named)
        (above.folder / "prometheus.yml").write_text(FEDERATION.format(ms=SCRAPE_MS, port=below.port))
        below.start()
        above.start()
        wait_until(lambda: exporter_alone.pages > 3, what="the first scrapes")
        yield dict.fromkeys(("job", "again", "named"), below.url) | {"above": above.url}


@pytest.fixture
def exporter_alone() -> Iterator[Exporter]:
    """What all of them see."""
    made = Exporter(free_port(), "lending", [OK])
    made.start()
    yield made
    made.stop()


def test_counted_once_whatever_it_is_called(urls: dict[str, str], exporter_alone: Exporter) -> None:
    """To the event, and every other way says which one counts it; a restart of all collectors changes nothing."""
    store = MemoryStore()
    claims = Claims(store, SOURCES)
    collectors = {name: collector(name, url, store, claims) for name, url in urls.items()}
    exporter_alone.count(OK, 50)
    until_all_looked(store, collectors)
    baseline = exporter_alone.ledger[OK] - good(store)
    for _ in range(3):
        exporter_alone.count(OK, 100)
        until_all_looked(store, collectors)
    assert good(store) == exporter_alone.ledger[OK] - baseline
    claims = Claims(store, SOURCES)
    again = {name: collector(name, urls[name], store, claims) for name in reversed(urls)}
    exporter_alone.count(OK, 100)
    until_all_looked(store, again)
    assert good(store) == exporter_alone.ledger[OK] - baseline
    assert 300 <= good(store) <= 450
    with store.reading() as reader:
        newest = {one.source.id: one.last_read for one in reader.sources()}
    held_back = [read.reason for read in newest.values() if read is not None and not read.collected]
    assert len(newest) == 4
    assert len(held_back) == 3
    assert all(reason.startswith("duplicate: the process behind it is counted as source ") for reason in held_back)
    for each in (*collectors.values(), *again.values()):
        each.stop()


def collector(name: str, url: str, store: MemoryStore, claims: Claims) -> PrometheusCollector:
    config = PrometheusConfig(
        name, url, SOURCES[name], interval_ms=SCRAPE_MS, lag_ms=200, settle_ms=5_000, data_center="dc1"
    )
    return PrometheusCollector(config, store, MetricMap(), OUTCOMES, claims=claims)


def good(store: MemoryStore) -> int:
    with store.reading() as reader:
        return sum(counts.good for counts in reader.totals(Scope.BANK, 0, 2**33).values())


def until_all_looked(store: MemoryStore, collectors: dict[str, PrometheusCollector]) -> None:
    """Ticks until every source has read, or refused, a page of later than now."""
    now_ms = time.time_ns() // 1_000_000

    def looked() -> bool:
        for each in collectors.values():
            each.collect_once()
        with store.reading() as reader:
            newest = [one.last_read.at_ms for one in reader.sources() if one.last_read is not None]
        return len([at_ms for at_ms in newest if at_ms > now_ms + 1_000]) == len(collectors)

    wait_until(looked, what="a look of each source at a page of later than now")
