"""What data centers counted, beside what the client knows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from loadtests.running.service_count import ServiceCounters


class Pages:
    """A data center's page, as it is now."""

    def __init__(self) -> None:
        self.ok = self.abort = 0
        self.url = ""

    @property
    def text(self) -> str:
        labels = 'product="weilidai",step="risk",dcn="d1",outcome="{}",traffic="{}"'
        return (
            f"lending_requests_total{{{labels.format('ok', 'load_test')}}} {self.ok}\n"
            f"lending_requests_total{{{labels.format('client_abort', 'load_test')}}} {self.abort}\n"
            f"lending_requests_total{{{labels.format('client_abort', 'customer')}}} 99\n"
            "process_start_time_seconds 5\n"
        )


@pytest.fixture
def pages() -> Iterator[Pages]:
    """Served until the end of the test."""
    shown = Pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(shown.text.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shown.url = f"http://127.0.0.1:{server.server_address[1]}/metrics"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield shown
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("ok", "abort", "differs"),
    [(10, 0, False), (9, 0, True), (11, 0, True), (10, 2, False), (8, 2, False), (11, 2, True), (7, 2, True)],
)
def test_a_call_that_a_balancer_gave_up_may_be_counted_twice_and_nothing_else(
    pages: Pages, ok: int, abort: int, differs: bool
) -> None:
    """Ten answered calls; an abandoned one is either one of them, answered from the store, or comes on top."""
    counters = ServiceCounters((pages.url,))
    counters.begin()
    pages.ok, pages.abort = ok, abort
    assert counters.end(10, 0).differs is differs
