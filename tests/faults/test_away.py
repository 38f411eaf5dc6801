"""A source that is out of reach for six hours and goes on counting: the growth is counted, the time is MISSING."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from collectors.reconcile import reconcile
from collectors.truth import TruthClient
from settings import load_catalog
from slo.windows import HOUR_S
from store.opening import open_store
from store.records import Source
from tests.faults.parts import ROOT, ZONE, Bank, Row, answers, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(120)]
AWAY_S = 6 * HOUR_S
ATTEMPT_EVERY_S = 60


class Clock:
    """The wall clock of this machine, moved back by what is still to be simulated."""

    def __init__(self, behind_s: int) -> None:
        self.behind_s = behind_s

    def monotonic_ns(self) -> int:
        """As it is."""
        return time.monotonic_ns()

    def wall_ms(self) -> int:
        """Earlier than it is."""
        return time.time_ns() // 1_000_000 - self.behind_s * 1000


def test_a_source_that_is_down_for_six_hours(bank: Bank, note: Callable[[Row], None]) -> None:
    """An attempt a minute, all refused; the first page afterwards closes the gap exactly."""
    center, url = bank.centers["dc1"], bank.urls["dc1"]
    center.start()
    until(lambda: answers(f"{url}/healthz"), "the data center answers")
    clock, store = Clock(AWAY_S), open_store(bank.store_file, ZONE, upgrade=True)
    source = Source("dc1", "exposition", "dc1", 1000)
    outcomes = load_catalog(ROOT / "config" / "catalog.yaml").outcomes

    def collector(address: str) -> ExpositionCollector:
        return ExpositionCollector(
            [ExpositionSource(source, f"{address}/metrics")], store, MetricMap(), outcomes, clock=clock
        )

    def attempt(reading: ExpositionCollector) -> bool:
        return reading.collect_once()["dc1"].collected

    before, meanwhile = collector(url), collector("http://127.0.0.1:1")
    assert attempt(before)
    time.sleep(1.5)
    assert attempt(before)
    for _ in range(AWAY_S // ATTEMPT_EVERY_S):
        clock.behind_s -= ATTEMPT_EVERY_S
        assert not attempt(meanwhile)
    time.sleep(5)
    assert attempt(collector(url))
    client = TruthClient("dc1", url)
    found = reconcile(store, {"dc1": client})
    client.close()
    with store.reading() as reader:
        gap = max(reader.gaps(0, 10**15), key=lambda one: one.to_ms - one.from_ms)
        reads = reader.reads("dc1", 0, 10**15)
    store.close()
    events = sum(row.truth for row in found.rows)
    note(Row("source down for six simulated hours", 0, events, found.difference, found.unobserved))
    assert gap.exact
    assert gap.to_ms - gap.from_ms >= AWAY_S * 1000
    assert sum(not read.collected for read in reads) == AWAY_S // ATTEMPT_EVERY_S
