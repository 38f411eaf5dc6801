"""The client that asks a data center for its truth, against a real HTTP server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from collectors.truth import Life, TruthClient, TruthCount, TruthGone, TruthTransactions, TruthUnavailable

DOCUMENT = {
    "data_center": "dc1",
    "sequence": 9,
    "incarnations": [{"born_ms": 10, "first_sequence": 1, "last_sequence": 9, "alive": True}],
    "counts": [
        {"product": "p", "step": "s", "dcn": "n", "outcome": "ok", "traffic": "customer", "events": 2**60},
    ],
    "transactions": [{"product": "p", "dcn": "n", "traffic": "customer", "transactions": 3}],
}


class FakeTruth(ThreadingHTTPServer):
    """Answers every request with what the test put there."""

    daemon_threads = True
    status = 200
    text = json.dumps(DOCUMENT)
    paths: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: FakeTruth

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def fake() -> Iterator[FakeTruth]:
    server = FakeTruth(("127.0.0.1", 0), Handler)
    server.paths = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_truth_is_read_as_it_was_written(fake: FakeTruth) -> None:
    """Integers of any size, lives and transactions; a span is asked for by its marks."""
    client = TruthClient("dc1", f"{fake.url}/")
    truth = client.between(3, 9)
    client.everything()
    client.close()
    assert truth.lives == (Life(10, 1, 9, alive=True),)
    assert truth.counts == (TruthCount("p", "s", "n", "ok", "customer", 2**60),)
    assert truth.transactions == (TruthTransactions("p", "n", "customer", 3),)
    assert fake.paths == ["/truth?after=3&through=9", "/truth"]


def test_detail_that_is_gone_is_named_with_its_records(fake: FakeTruth) -> None:
    """410 is an answer, not a failure to answer."""
    fake.status = 410
    with pytest.raises(TruthGone, match="records 4 to 9 is no longer kept"):
        TruthClient("dc1", fake.url).between(3, 9)


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (503, "", "http: status 503"),
        (302, "", "http: status 302"),
        (200, "<html>", "garbage: "),
        (200, "[]", "garbage: "),
        (200, '{"data_center": "dc1"}', "garbage: "),
    ],
)
def test_an_answer_that_is_no_truth_gives_one_line(fake: FakeTruth, status: int, text: str, words: str) -> None:
    """It names the data center and what came instead."""
    fake.status, fake.text = status, text
    with pytest.raises(TruthUnavailable, match=f"^truth of dc1: {words}"):
        TruthClient("dc1", fake.url).everything()


def test_a_truth_that_does_not_answer_is_asked_again_for_a_while_then_named() -> None:
    """A data center that restarts is worth a few seconds, not for ever."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(TruthUnavailable, match=f"^truth of dc1: refused: no answer from {url}/truth$"):
            TruthClient("dc1", url, patience_s=0.5).everything()
    assert 0.5 <= time.monotonic() - began < 30


def test_a_truth_that_comes_back_is_heard() -> None:
    """The server begins to listen while the client already asks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    late: list[FakeTruth] = []
    timer = threading.Timer(0.4, lambda: late.append(started(port)))
    timer.start()
    try:
        assert TruthClient("dc1", f"http://127.0.0.1:{port}").everything().sequence == 9
    finally:
        timer.join()
        late[0].shutdown()
        late[0].server_close()


def started(port: int) -> FakeTruth:
    server = FakeTruth(("127.0.0.1", port), Handler)
    server.paths = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server
