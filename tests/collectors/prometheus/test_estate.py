"""The reference estate itself, scraped by a real Prometheus, reconciled with its own truth."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector, wall_ms
from collectors.prometheus.config import PrometheusConfig
from collectors.reconcile import reconcile
from collectors.truth import TruthClient
from slo.outcomes import Kind, OutcomeTable
from store.opening import open_store
from store.port import Store
from tests.collectors.prometheus.real_parts import SCRAPE_MS, Prometheus, wait_until

PROJECT = Path(__file__).parents[3]
EVERY_KIND = {"test_the_store_equals_the_truth_through_kills_of_estate_and_collector"}
OUTCOMES = OutcomeTable(
    "1",
    {"ok": Kind.GOOD, "business_reject": Kind.GOOD, "system_error": Kind.BAD, "client_abort": Kind.IGNORED},
)


class DataCenter:
    """One data center of the reference estate with the demand of a whole bank; no books, so no real requests."""

    def __init__(self, job: str, port: int, folder: Path) -> None:
        self.job = job
        self.url = f"http://127.0.0.1:{port}"
        self.instance = f"127.0.0.1:{port}"
        self._arguments = ["--data-center", "dc1", "--port", str(port), "--books-port", "1", "--data", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "app.py", "lending", *self._arguments, "--seed", "7"]
        self._process = subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_until(self._answers, seconds=30, what="the data center answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=60)
            self._process = None

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/truth", timeout=2).json()["sequence"] > 2
        except requests.RequestException:
            return False


@pytest.fixture
def data_center(unused: Iterator[tuple[str, int]], tmp_path: Path) -> Iterator[DataCenter]:
    folder = tmp_path / "estate"
    folder.mkdir()
    made = DataCenter(*next(unused), folder)
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "store.sqlite", "Asia/Shanghai", upgrade=True)
    yield made
    made.close()


def test_the_store_equals_the_truth_through_kills_of_estate_and_collector(
    prometheus: Prometheus, data_center: DataCenter, store: Store
) -> None:
    """Thousands of series of a billion transactions a day: difference 0, and what nobody could see is named."""
    config = PrometheusConfig(
        name="prom",
        url=prometheus.url,
        job=data_center.job,
        interval_ms=SCRAPE_MS,
        lag_ms=prometheus.lag_ms,
        settle_ms=10_000,
        data_centers={data_center.instance: "dc1"},
    )

    def caught_up(collector: PrometheusCollector) -> None:
        now_ms = wall_ms()

        def arrived() -> bool:
            collector.collect_once()
            with store.reading() as reader:
                return any((status.watermark_ms or 0) > now_ms for status in reader.sources())

        wait_until(arrived, seconds=30, what="a page of later than now")

    first = PrometheusCollector(config, store, MetricMap(), OUTCOMES)
    caught_up(first)
    caught_up(first)
    data_center.kill()
    data_center.start()
    first.stop()
    second = PrometheusCollector(config, store, MetricMap(), OUTCOMES)
    caught_up(second)
    second.stop()
    client = TruthClient("dc1", data_center.url)
    found = reconcile(store, {"dc1": client})
    client.close()
    assert found.difference == 0
    assert sum(row.stored for row in found.rows) > 1_000
    assert {row.key.outcome for row in found.rows} >= {"ok", "business_reject", "transactions"}
    with store.reading() as reader:
        assert len(reader.incarnations("prom/dc1")) == 2
