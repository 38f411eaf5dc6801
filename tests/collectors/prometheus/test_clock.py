"""The clock of a Prometheus server: asked once a minute, compared in milliseconds, never guessed."""

from __future__ import annotations

import time

import pytest

from collectors.mapping import MetricMap, Role, named_alike
from collectors.prometheus.client import PrometheusClient, Series
from collectors.prometheus.clock import ASK_EVERY_MS, ServerClock
from collectors.prometheus.pages import WHOLE_EVERY_MS, PageBuilder


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Answering(PrometheusClient):
    """Says a time that is ``ahead_ms`` of ours; counts questions."""

    def __init__(self, ahead_ms: int) -> None:
        super().__init__("http://127.0.0.1:1", timeout_s=0.2)
        self.ahead_ms = ahead_ms
        self.asked = 0

    def clock_ms(self) -> int:
        self.asked += 1
        return now_ms() + self.ahead_ms


def test_a_server_is_asked_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """26 s ahead are said once."""
    client, offset_ms = Answering(26_000), 0
    clock = ServerClock("main", client, lambda: now_ms() + offset_ms)
    for _ in range(3):
        clock.look()
    assert client.asked == 1
    assert clock.skew_ms == pytest.approx(26_000, abs=500)
    assert "source main: its clock is 2" in caplog.text
    offset_ms = ASK_EVERY_MS
    clock.look()
    assert client.asked == 2
    client.close()


def test_a_server_that_does_not_answer_has_no_known_skew() -> None:
    """Nothing listens there."""
    client = PrometheusClient("http://127.0.0.1:1", timeout_s=0.2)
    clock = ServerClock("main", client, now_ms)
    clock.skew_ms = 7
    clock.look()
    assert clock.skew_ms is None
    client.close()


def one(code: str, *values: tuple[int, str]) -> Series:
    return Series({"__name__": "x_total", "code": code}, tuple(at for at, _ in values), tuple(v for _, v in values))


def test_once_an_hour_a_page_is_whole() -> None:
    """So that the tally learns what is gone; a cache of names does not grow with names that come and go."""
    builder = PageBuilder("")
    samples = [one("200", (1, "5"), (2, "5"), (WHOLE_EVERY_MS, "6")), one("500", (1, "1"), (2, "1"))]
    pages = list(builder.pages(samples, [1, 2, WHOLE_EVERY_MS]))
    assert [page.complete for page in pages] == [True, False, True]
    assert pages[2].changed == {'x_total{code="200"}': "6"}
    assert builder.series == 3
    for number in range(5000):
        list(builder.pages([one(f"c{number}", (number + 10, "1"))], [number + 10]))
    assert len(builder._texts) <= 1005


def test_a_process_may_tell_its_start_by_another_name() -> None:
    """As the catalog says."""
    start = Series({"__name__": "app_started"}, (1,), ("1795347619.25",))
    (page,) = PageBuilder("", process_start_name="app_started").pages([one("200", (1, "5")), start], [1])
    assert page.process_born_ms == 1_795_347_619_250
    mapping = MetricMap(rules=(named_alike(Role.REQUESTS, "x_total"),), process_start="app_started", mark="", gauges=())
    assert mapping.metrics == ("x_total", "app_started")
