"""Prices by the hour of a Prometheus source: what they cost by the day, and what nobody observed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collectors.costs.hourly import HourlyRate
from collectors.costs.metered import MeteredDay, days_of, read_day, rows_of
from collectors.prometheus.client import PrometheusClient
from slo.windows import HOUR_S, Window, day_window
from store.memory import MemoryStore
from tests.collectors.prometheus.written import Handler, Scraped, Server

ZONE = "Asia/Shanghai"
DAY = day_window(date(2026, 9, 1), ZONE)
NODES = HourlyRate(
    "nodes", "prom", "node_total_hourly_cost", "USD", "OpenCost", "Compute", {"cluster": "a"},
    {"service": "instance", "data_center": "zone"},
)  # fmt: skip


@pytest.fixture
def scraped() -> Scraped:
    """What the server has; tests write it down."""
    return Scraped()


@pytest.fixture
def client(scraped: Scraped) -> Iterator[PrometheusClient]:
    """A client of a server that has it."""
    server = Server(("127.0.0.1", 0), Handler)
    server.scraped = scraped
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    made = PrometheusClient(f"http://127.0.0.1:{server.server_address[1]}", timeout_s=5)
    yield made
    made.close()
    server.shutdown()
    server.server_close()


def price(scraped: Scraped, node: str, from_s: int, to_s: int, value: str, *, cluster: str = "a") -> None:
    """A sample a minute of one node, in seconds from midnight."""
    labels = {"__name__": NODES.metric, "instance": node, "cluster": cluster, "zone": "dc1"}
    series = scraped.samples.setdefault(tuple(sorted(labels.items())), {})
    series |= dict.fromkeys(range((DAY.from_s + from_s) * 1000, (DAY.from_s + to_s) * 1000, 60_000), value)


def costs(day: MeteredDay) -> dict[str, str]:
    """Cost by node."""
    return {each.about.service: str((each.amounts.effective or Decimal(0)).normalize()) for each in day.charges}


def test_a_day_costs_its_price_by_the_hour_times_the_hours(scraped: Scraped, client: PrometheusClient) -> None:
    """Samples of the evening before and of the next day are not this day's; another cluster is not asked for."""
    price(scraped, "n1", -HOUR_S, 25 * HOUR_S, "0.125")
    price(scraped, "n2", 6 * HOUR_S, 12 * HOUR_S, "1.00")
    price(scraped, "n2", 12 * HOUR_S, 25 * HOUR_S, "2.5e-1")
    price(scraped, "n3", 0, 25 * HOUR_S, "9", cluster="b")
    found = read_day(client, NODES, DAY, ZONE)
    assert costs(found) == {"n1": "3", "n2": "9"}
    assert (found.cost, found.observed_ms, found.asked_ms, found.refused) == (12, 86_400_000, 86_400_000, 0)
    assert {each.about.data_center for each in found.charges} == {"dc1"}
    assert {each.amounts.billed for each in found.charges} == {Decimal(0)}


def test_what_nobody_observed_is_not_charged(scraped: Scraped, client: PrometheusClient) -> None:
    """A sample speaks for five minutes; NaN and negative prices for no time at all, and end what was before them."""
    price(scraped, "n1", 0, HOUR_S, "12")
    price(scraped, "n1", 2 * HOUR_S, 3 * HOUR_S, "12")
    price(scraped, "n1", 3 * HOUR_S, 4 * HOUR_S, "-1")
    found = read_day(client, NODES, DAY, ZONE)
    assert costs(found) == {"n1": str(12 + Decimal(12 * 240) / HOUR_S + 12)}
    assert found.observed_ms == (HOUR_S + 240 + HOUR_S) * 1000
    assert (found.refused, found.example) == (60, f"'-1' at {(DAY.from_s + 3 * HOUR_S) * 1000} ms is no price")


def test_a_day_counts_once_and_for_as_long_as_it_was_ever_seen(scraped: Scraped, client: PrometheusClient) -> None:
    """Read again while it goes on, when it is over, and after the server has forgotten half of it."""
    store = MemoryStore()
    price(scraped, "n1", 0, 24 * HOUR_S, "1")
    whole = Window(DAY.from_s, DAY.to_s)

    def post(until_s: int) -> tuple[int, int, int, int, str]:
        day = read_day(client, NODES, Window(whole.from_s, until_s), ZONE)
        posted = store.post(*rows_of([day], ZONE))
        with store.reading() as reader:
            (line,) = reader.ledger(DAY.from_s, DAY.to_s)
        return posted.new, posted.unchanged, posted.replaced, posted.older, str(line.total.effective.normalize())

    noon_s = DAY.from_s + 12 * HOUR_S
    assert post(noon_s) == (1, 0, 0, 0, "12")
    assert post(noon_s) == (0, 1, 0, 0, "12")
    assert post(DAY.to_s) == (0, 0, 1, 0, "24")
    (series,) = scraped.samples.values()
    for at_ms in [each for each in series if each < noon_s * 1000]:
        del series[at_ms]
    assert post(DAY.to_s) == (0, 0, 0, 1, "24")


def test_a_question_that_is_too_big_is_halved(scraped: Scraped, client: PrometheusClient) -> None:
    for node in range(10):
        price(scraped, f"n{node}", 0, HOUR_S, "0.1")
    scraped.refuse_above = 100
    assert read_day(client, NODES, Window(DAY.from_s, DAY.from_s + HOUR_S), ZONE).cost == 1
    assert max(each for each in scraped.answered if each <= 100) > 50


def test_days_are_local_and_the_last_one_ends_now() -> None:
    """New York, where clocks go back: 25 hours."""
    first = day_window(date(2026, 11, 1), "America/New_York")
    found = list(days_of(first.from_s + 7, first.to_s + HOUR_S, "America/New_York"))
    assert [day.to_s - day.from_s for day in found] == [25 * HOUR_S, HOUR_S]
    assert found[0].from_s == first.from_s
