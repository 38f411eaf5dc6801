"""A real VictoriaMetrics shows new series some ten seconds late: it is waited for, and no event missed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.mapping import MetricMap
from collectors.prometheus.collector import PrometheusCollector
from collectors.prometheus.config import Births, PrometheusConfig
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.records import Scope
from tests.collectors.prometheus.real_parts import NOBODY, SCRAPE_MS, Exporter, VictoriaMetrics, free_port, wait_until

OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
SERIES = 6


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    made = Exporter(free_port(), "lending", [("weilidai", "apply", "ok")])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def victoria(exporter: Exporter) -> Iterator[VictoriaMetrics]:
    """It scrapes the exporter four times a second."""
    folder = Path(tempfile.mkdtemp(prefix="victoria-"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    made = VictoriaMetrics(folder)
    made.watch({"lending": [exporter.port]})
    try:
        made.start()
        wait_until(lambda: exporter.pages > 0, what="the first scrape")
        yield made
    finally:
        made.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def test_series_that_appear_while_it_is_read_are_counted_from_their_first_event(
    victoria: VictoriaMetrics, exporter: Exporter
) -> None:
    """One after the other, each with events from the moment of its birth: all are there in the end."""
    config = PrometheusConfig(
        "prom",
        victoria.url,
        "lending",
        interval_ms=SCRAPE_MS,
        adapts_lag=True,
        births=Births.CREATED,
        data_center="dc1",
    )
    store = MemoryStore()
    collector = PrometheusCollector(config, store, MetricMap(), OUTCOMES)

    def newest_ms() -> int:
        collector.collect_once()
        with store.reading() as reader:
            return max((one.watermark_ms or 0 for one in reader.sources()), default=0)

    try:
        wait_until(lambda: newest_ms() > 0, what="the baseline")
        for number in range(SERIES):
            exporter.count(("weilidai", f"step-{number}", "ok"), 10 + number)
            exporter.drained()
            newest_ms()
        end_ms = time.time_ns() // 1_000_000
        wait_until(lambda: newest_ms() > end_ms, what="a page of later than now")
    finally:
        collector.stop()
    with store.reading() as reader:
        counted = {unit.step: counts.good for unit, counts in reader.totals(Scope.STEP, 0, 2**33).items()}
    assert counted == {f"step-{number}": 10 + number for number in range(SERIES)}
