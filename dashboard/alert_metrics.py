"""Alerting's own metrics, for ``/metrics``: read from the service when they are scraped."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from alerts.service import AlertService


class AlertCollector(Collector):
    """Ticks, what they cost, how far they lag, what failed, and every channel."""

    def __init__(self, service: AlertService) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        """Lag and age are left out before the first tick, and channels where another process notifies."""
        service, work = self._service, self._service.work
        yield _gauge("leads", "1 while this process is the one that evaluates.", float(service.leads))
        yield _counter("transitions", "Changes of alerts' states since start.", work.transitions)
        yield _counter("deliveries", "Deliveries queued since start.", work.deliveries)
        yield _counter("failures", "Ticks that failed.", work.failures)
        yield _counter("folds_again", "Ticks folded anew because somebody acted in the same instant.", work.folds_again)
        yield SummaryMetricFamily(
            "control_center_alert_tick_seconds",
            "Wall-clock time of a tick.",
            count_value=work.ticks,
            sum_value=work.seconds,
        )
        age = service.tick_age_seconds()
        if age is not None:
            yield _gauge("tick_age_seconds", "Since the last tick that went well.", age)
        if work.lag_seconds is not None:
            yield _gauge("lag_seconds", "From the newest judged slot to the clock, at the last tick.", work.lag_seconds)
        yield from self._channels()

    def _channels(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("control_center_notify_waiting", "Deliveries that wait.", labels=["channel"])
        tried = CounterMetricFamily(
            "control_center_notify_messages", "Messages by what became of them.", labels=["channel", "result"]
        )
        for channel in self._service.channels():
            waiting.add_metric([channel.name], channel.waiting)
            tried.add_metric([channel.name, "sent"], channel.work.sent)
            tried.add_metric([channel.name, "failed"], channel.work.failed)
            tried.add_metric([channel.name, "retried"], channel.work.retries)
        yield waiting
        yield tried


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"control_center_alert_{name}", text, value=value)


def _counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"control_center_alert_{name}", text, value=value)
