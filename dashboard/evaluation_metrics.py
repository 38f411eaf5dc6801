"""Whether the store answers and anybody evaluates alerts, for ``/metrics``.

As the store knows it, so that every process tells, also one that shows only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.evaluating.memory import read
from store.errors import StoreError
from store.port import Store


class EvaluationCollector(Collector):
    """One small question to the store at each scrape. ``now_ms``: the wall clock."""

    def __init__(self, store: Store, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._store = store
        self._now_ms = now_ms

    def describe(self) -> Iterable[Metric]:
        """Names without asking the store: registering must not need one."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Ages are left out while they are not known: nobody ever evaluated, or the store does not answer."""
        try:
            with self._store.reading() as reader:
                kept = read(reader.journal())
        except StoreError:
            yield _gauge("store_answers", "1 while the store answers questions.", 0)
            return
        yield _gauge("store_answers", "1 while the store answers questions.", 1)
        now_ms = self._now_ms()
        if kept.version > 0:
            yield _age("evaluated_age_seconds", "Since alerts were last evaluated, by anybody.", now_ms, kept.saved_ms)
        if kept.evaluated_ms is not None:
            text = "Age of the newest data that alerts were judged by."
            yield _age("evaluated_behind_seconds", text, now_ms, kept.evaluated_ms)


def _age(name: str, text: str, now_ms: int, at_ms: int) -> GaugeMetricFamily:
    return _gauge(name, text, max(0, now_ms - at_ms) / 1000)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"control_center_{name}", text, value=value)
