"""Pages out of a real Prometheus that scrapes a real exporter."""

from __future__ import annotations

import time

from collectors.page import Page
from collectors.prometheus.client import PrometheusClient, selector
from collectors.prometheus.pages import PageBuilder, scrapes_by_instance
from tests.collectors.prometheus.real_parts import Exporter, Prometheus, wait_until

NAMES = [
    "lending_requests_total",
    "lending_requests_created",
    "lending_transactions_total",
    "process_start_time_seconds",
    "lending_truth_sequence",
]


def recent_pages(client: PrometheusClient, exporter: Exporter) -> list[Page]:
    """Every page of the last two seconds as Prometheus shows it at this very instant."""
    now_ms = int(time.time() * 1000)
    matchers = {"job": exporter.job, "instance": exporter.instance}
    up = scrapes_by_instance(client.samples(selector(["up"], matchers), now_ms - 2000, now_ms))
    if not up:
        return []
    samples = client.samples(selector(NAMES, matchers), now_ms - 2000, now_ms)
    return list(PageBuilder("lending_truth_sequence").pages(samples, up[exporter.instance].good_ms))


def test_a_page_is_whole_even_when_it_is_asked_for_while_it_is_written(
    prometheus: Prometheus, idle_exporter: Exporter
) -> None:
    """400 series and their births, polled without pause and without lag: never a page with some of them missing."""
    for n in range(398):
        idle_exporter.count((f"p{n}", "apply", "ok"), 0)
    idle_exporter.start()
    wait_until(lambda: idle_exporter.pages > 0, what="the first scrape")
    client = PrometheusClient(prometheus.url, timeout_s=5)
    seen: list[Page] = []
    began = time.monotonic()
    while time.monotonic() < began + 3 or (len({page.at_ms for page in seen}) < 4 and time.monotonic() < began + 60):
        seen += recent_pages(client, idle_exporter)
    client.close()
    assert len({page.at_ms for page in seen}) >= 4
    assert {page.samples for page in seen} == {2 * 400 + 3}
    assert {page.process_born_ms for page in seen} == {idle_exporter.born_ms}


def test_births_and_counts_come_through_to_the_millisecond_and_the_event(
    prometheus: Prometheus, exporter: Exporter
) -> None:
    """What the exporter wrote is what the pages say, also beyond six digits."""
    exporter.count(("weilidai", "apply", "ok"), 123_456_789)
    client = PrometheusClient(prometheus.url, timeout_s=5)
    text = (
        'lending_requests_total{data_center="dc1",dcn="dc1-n01",outcome="ok",product="weilidai",step="apply",'
        'traffic="customer"}'
    )
    shown: dict[str, str] = {}

    def arrived() -> bool:
        for page in recent_pages(client, exporter):
            shown.update(page.changed)
        return shown.get(text) == "123456789"

    wait_until(arrived, what="the count on a page")
    found: list[Page] = []
    wait_until(lambda: bool(found.extend(recent_pages(client, exporter)) or found), what="a page")
    first = found[0]
    client.close()
    assert first.born[text] == exporter.born_ms
    assert first.process_born_ms == exporter.born_ms
