"""``/metrics`` of commands that serve nothing else, on loopback only and only when asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from commands.errors import CommandError

LOOPBACK = "127.0.0.1"


def add_metrics_port(parser: argparse.ArgumentParser) -> None:
    """Adds --metrics-port."""
    parser.add_argument(
        "--metrics-port", type=int, metavar="PORT", help="serve own /metrics on 127.0.0.1 (default: nowhere)"
    )


@contextmanager
def own_metrics(port: int | None, *collectors: Collector) -> Iterator[None]:
    """Serves the process's metrics and those of ``collectors`` meanwhile. Raises CommandError when it cannot listen."""
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for collector in collectors:
        registry.register(collector)
    try:
        server, thread = start_http_server(port, LOOPBACK, registry)
    except (OSError, OverflowError) as error:
        raise CommandError(f"--metrics-port {port}: cannot listen on {LOOPBACK}: {error}; choose another") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LeadsCollector(Collector):
    """Which sources this collector reads: 1, or 0 while it stands by."""

    def __init__(self, leads: Callable[[], Mapping[str, bool]]) -> None:
        self._leads = leads

    def collect(self) -> Iterable[Metric]:
        """One sample per source."""
        family = GaugeMetricFamily(
            "control_center_collect_leads", "1 while this process reads the source.", labels=["source"]
        )
        for source, leads in self._leads().items():
            family.add_metric([source], float(leads))
        yield family
