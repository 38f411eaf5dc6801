"""One Prometheus per data center: each with its own watermark, one of them away for a while."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import main
from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.opening import open_store
from store.port import Store
from store.records import Scope
from tests.collectors.prometheus.real_parts import NOBODY, Exporter, Prometheus, free_port, wait_until

OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD})
PRODUCTS = {"dc1": "weilidai", "dc2": "weiyedai"}
CATALOG = Path(__file__).resolve().parents[3] / "config" / "catalog.yaml"
SCRAPE_MS = 1000
"""As short as the configuration file allows."""


class DataCenter:
    """An exporter and a Prometheus of its own that scrapes it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.key = (PRODUCTS[name], "apply", "ok")
        self.exporter = Exporter(free_port(), "lending", [self.key])
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        self.prometheus = Prometheus(folder)
        self.prometheus.watch({"lending": [self.exporter.port]}, SCRAPE_MS)

    def start(self) -> None:
        self.exporter.start()
        self.prometheus.start()

    def stop(self) -> None:
        self.prometheus.stop()
        self.exporter.stop()

    def collector(self, store: Store) -> PrometheusCollector:
        config = PrometheusConfig(
            self.name,
            self.prometheus.url,
            "lending",
            interval_ms=SCRAPE_MS,
            lag_ms=200,
            settle_ms=5_000,
            data_center=self.name,
        )
        return PrometheusCollector(config, store, MetricMap(), OUTCOMES)


@pytest.fixture
def data_centers() -> Iterator[list[DataCenter]]:
    folder = Path(tempfile.mkdtemp(prefix="several-"))
    folder.chmod(0o755)
    made = [DataCenter(name, folder / name) for name in ("dc1", "dc2")]
    try:
        for one in made:
            one.start()
        wait_until(lambda: all(one.exporter.pages > 1 for one in made), what="the first scrapes")
        yield made
    finally:
        for one in made:
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def counts(store: Store) -> dict[str, int]:
    """Good events per data center, by the product that it sells alone."""
    with store.reading() as reader:
        totals = reader.totals(Scope.PRODUCT, 0, 2**33)
    return {name: counts.good for unit, counts in totals.items() for name in PRODUCTS if unit.product == PRODUCTS[name]}


def watermarks(store: Store) -> dict[str, int]:
    with store.reading() as reader:
        return {status.source.data_center: status.watermark_ms or 0 for status in reader.sources()}


def later(store: Store, collectors: list[PrometheusCollector], *names: str) -> None:
    """Ticks until each of these data centers has a page of later than now."""
    now_ms = time.time_ns() // 1_000_000

    def arrived() -> bool:
        for one in collectors:
            one.collect_once()
        return all(watermarks(store).get(name, 0) > now_ms for name in names)

    wait_until(arrived, what="pages of later than now")


def write_settings(path: Path, data_centers: list[DataCenter]) -> None:
    sources = "".join(
        f"  - {{id: {one.name}, kind: prometheus, url: '{one.prometheus.url}', job: lending, "
        f"data_center: {one.name}, scrape_seconds: 1, lag_seconds: 0.2}}\n"
        for one in data_centers
    )
    path.write_text(f"catalog: {CATALOG}\nsources:\n{sources}")


def test_one_server_away_holds_up_nobody_and_loses_nothing(
    data_centers: list[DataCenter], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each keeps its own watermark; what was before the first page of either comes by `backfill`, to the event."""
    first, second = data_centers
    store = open_store(tmp_path / "store.sqlite", "Asia/Shanghai", upgrade=True)
    begin_s = time.time()
    for one in data_centers:
        one.exporter.count(one.key, 50)
        one.exporter.drained()
    collectors = [one.collector(store) for one in data_centers]
    later(store, collectors, "dc1", "dc2")
    second.prometheus.stop()
    stood = watermarks(store)["dc2"]
    for one in data_centers:
        one.exporter.count(one.key, 7)
    later(store, collectors, "dc1")
    assert watermarks(store)["dc2"] == stood
    assert "nobody listens" in collectors[1].collect_once()
    second.prometheus.start()
    later(store, collectors, "dc1", "dc2")
    assert counts(store) == {"dc1": 7, "dc2": 7}
    for collector in collectors:
        collector.stop()
    store.close()
    settings = tmp_path / "settings.yaml"
    write_settings(settings, data_centers)
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin_s - 60))
    words = ["backfill", "--config", str(settings), "--data", str(tmp_path), "--from", since]
    for _ in range(2):  # the second time changes nothing
        assert main(words) == 0
        again = open_store(tmp_path / "store.sqlite", "Asia/Shanghai")
        found = counts(again)
        again.close()
        assert found == {"dc1": 57, "dc2": 57}
    assert "dc1/127.0.0.1:" in capsys.readouterr().out
    assert first.exporter.ledger[first.key] == 57
