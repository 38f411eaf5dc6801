"""A data center that is told to leave shows everything on one last page and ends by itself."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lending import leaving


def requests_of(page: dict[str, str]) -> int:
    """Events on a page."""
    return sum(int(value) for series, value in page.items() if series.startswith("lending_requests_total"))


def left(dc2: Any) -> bool:
    """Whether it takes no more requests."""
    return bool(dc2.request("bank_app/login", str(time.monotonic_ns())).status == 503)


def test_the_last_page_shows_all_that_the_truth_will_ever_hold(city: Any) -> None:
    """Requests are refused and counted nowhere, demand has ended, and whoever reads the page ends the process."""
    city.start_books()
    dc2 = city.start("dc2", scale=10**9)
    assert dc2.request("bank_app/login", "one").status == 200
    dc2.signal(signal.SIGUSR1)
    deadline = time.monotonic() + 3
    while not left(dc2) and time.monotonic() < deadline:
        time.sleep(0.01)
    answer = dc2.request("bank_app/login", "two")
    assert answer.json == {"error": "this data center is ending and takes no more requests"}
    page = dc2.page()
    assert dc2.process.wait(3.5) == 0
    again = city.start("dc2")
    truth = again.get("/truth").json
    assert requests_of(page) == sum(row["events"] for row in truth["counts"]) > 0


def test_a_request_under_way_is_on_the_last_page(city: Any) -> None:
    """A page read before it is answered is not the last one."""
    city.start_books()
    dc2 = city.start("dc2")
    dc2.post("/faults", {"kind": "latency", "latency_ms": 2_000, "product": "bank_app", "seconds": 5})
    with ThreadPoolExecutor(1) as others:
        slow = others.submit(dc2.request, "bank_app/login", "slow")
        time.sleep(0.2)
        dc2.signal(signal.SIGUSR1)
        time.sleep(0.1)
        assert requests_of(dc2.page()) == 0
        assert slow.result(60).status == 200
    assert requests_of(dc2.page()) == 1
    assert dc2.process.wait(3.5) == 0


def test_nobody_has_to_read_the_last_page(city: Any) -> None:
    """Alone it ends a little later, with success, however often it was asked."""
    dc2 = city.start("dc2")
    began = time.monotonic()
    for _ in range(3):
        dc2.signal(signal.SIGUSR1)
    assert dc2.process.wait(leaving.LAST_PAGE_WITHIN_S + 60) == 0
    assert time.monotonic() - began > leaving.LAST_PAGE_WITHIN_S - 0.5
