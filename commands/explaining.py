"""`check --explain METRIC`: reads the live sources and says what each series of a metric is mapped to and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping

from collectors.errors import CollectorError
from collectors.explaining import explained, near_names, series_on
from collectors.fetch import Fetcher
from collectors.page import series_text
from collectors.prometheus.client import PrometheusClient, selector
from collectors.prometheus.config import PrometheusConfig
from commands.options import Configuration
from commands.prometheus import prometheus_config
from settings import ExpositionSettings

TIMEOUT_S = 10.0
MOST_SHOWN = 12
"""Series of one source that are shown; the rest is counted."""
LOOK_BACK_MS = 300_000


def explain(chosen: Configuration, metric: str) -> int:
    """Prints what every source shows of a metric. 0: some source has it, 1: none has, or none can be read."""
    found = False
    names: set[str] = set()
    for source in chosen.settings.sources:
        try:
            if isinstance(source, ExpositionSettings):
                shown = _on_page(source)
                names |= shown.keys()
                lines = list(_page_lines(chosen, source, shown.get(metric, [])))
            else:
                config = prometheus_config(source)
                names |= set(_names(config))
                lines = list(_server_lines(chosen, config, metric))
        except CollectorError as fault:
            print(f"error: source {source.id}: {fault}", file=sys.stderr)
            continue
        found |= bool(lines)
        _print(source.id, metric, lines)
    if not found and names:
        near = ", ".join(near_names(metric, names)) or "none"
        print(f"error: no source has a metric {metric!r}; names like it: {near}", file=sys.stderr)
    return 0 if found else 1


def _print(source: str, metric: str, explanations: list[tuple[str, list[str]]]) -> None:
    if not explanations:
        return
    print(f"source {source}: {len(explanations)} series of {metric}")
    for series, lines in explanations[:MOST_SHOWN]:
        print(f"  {series}")
        for line in lines:
            print(f"    {line}")
    if len(explanations) > MOST_SHOWN:
        print(f"  ... and {len(explanations) - MOST_SHOWN} more")


def _on_page(source: ExpositionSettings) -> Mapping[str, list[str]]:
    fetcher = Fetcher(source.url, TIMEOUT_S)
    try:
        answer = fetcher.fetch()
    finally:
        fetcher.close()
    return series_on(answer.text, openmetrics=answer.openmetrics)


def _page_lines(
    chosen: Configuration, source: ExpositionSettings, series: list[str]
) -> Iterator[tuple[str, list[str]]]:
    for one in series:
        yield one, list(explained(one, chosen.mapping, chosen.catalog.outcomes, source.data_center))


def server_of(config: PrometheusConfig) -> PrometheusClient:
    """A client of the server that a source reads."""
    return PrometheusClient(
        config.url,
        timeout_s=config.timeout_s,
        headers=config.headers,
        parameters=config.parameters,
        access=config.access,
    )


def _names(config: PrometheusConfig) -> list[str]:
    client = server_of(config)
    try:
        return client.names({"job": config.job})
    finally:
        client.close()


def _server_lines(chosen: Configuration, config: PrometheusConfig, metric: str) -> Iterator[tuple[str, list[str]]]:
    now_ms = time.time_ns() // 1_000_000
    client = server_of(config)
    try:
        found = client.samples(selector([metric], {"job": config.job}), now_ms - LOOK_BACK_MS, now_ms)
    finally:
        client.close()
    for one in found:
        source = config.source(one.labels)
        labels = {name: value for name, value in one.labels.items() if name != "__name__"}
        added = {"job", "instance"}
        text = series_text(metric, labels)
        yield text, list(explained(text, chosen.mapping, chosen.catalog.outcomes, source.data_center, job=added))
