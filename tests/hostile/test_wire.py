"""The served port against whoever speaks HTTP slowly, endlessly or in two ways: one 4xx line, and the end."""

from __future__ import annotations

import http.client
import logging
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit

import flask
import pytest

from dashboard.patience import Limits, Patience
from dashboard.wire import Bodies
from tests.dashboard.serving import serving

PATIENCE_S = 30.0
LARGE = 4 << 20
QUICK = Patience(head_s=1.0, answer_s=1.0, idle_s=60, bytes_per_s=100_000)
ASK = b"POST /word HTTP/1.1\r\nHost: here\r\n"


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, int]]:
    """A server with little patience: ``/`` says a word, ``/word`` the length of what was posted, ``/much`` 24 MB."""
    app = flask.Flask("word")

    def count() -> str:
        return str(len(flask.request.get_data()))

    app.add_url_rule("/", "here", lambda: "here")
    app.add_url_rule("/word", "word", count, methods=["POST"])
    app.add_url_rule("/large", "large", count, methods=["POST"])
    app.add_url_rule("/much", "much", lambda: flask.Response(b"x" * 1_000_000 for _ in range(24)))
    with serving(app, limits=Limits(QUICK, Bodies({"/large": LARGE}, most_at_once=2))) as url:
        parts = urlsplit(url)
        yield parts.hostname or "", parts.port or 0


def opened(place: tuple[str, int], sent: bytes = b"") -> socket.socket:
    """A connection on which something was sent."""
    connection = socket.create_connection(place, PATIENCE_S)
    with suppress(ConnectionError):  # answered and closed before it had read everything
        connection.sendall(sent)
    return connection


def all_of(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    found = b""
    with suppress(ConnectionResetError):  # closed while something of ours was still on its way
        while piece := connection.recv(65536):
            found += piece
    return found


def said(place: tuple[str, int], sent: bytes) -> tuple[int, str]:
    """Status and text of the last answer to raw bytes; the server closes afterwards."""
    with opened(place, sent) as connection:
        answer = all_of(connection)
    assert answer.startswith(b"HTTP/1."), answer[:100]
    assert len(re.findall(rb"HTTP/1\.[01] \d{3}", answer)) == 1, answer[:300]
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2].decode()


DOUBTFUL = {
    "both lengths": ASK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + ASK,
    "two lengths": ASK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "the same length twice": ASK + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": ASK + b"Content-Length: 4, 4\r\n\r\nabcd",
    "a length with a sign": ASK + b"Content-Length: +4\r\n\r\nabcd",
    "a length below nothing": ASK + b"Content-Length: -4\r\n\r\nabcd",
    "a length of thousands of digits": ASK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabcd",
    "a folded field": ASK + b"X-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a folded length": ASK + b"Content-Length:\r\n 4\r\n\r\nabcd",
    "a space before the colon": ASK + b"Content-Length : 4\r\n\r\nabcd",
    "a bare line feed": ASK + b"X-A: 1\nTransfer-Encoding: chunked\r\n\r\n",
    "chunked twice": ASK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and something": ASK + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "an encoding nobody knows": ASK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST /word HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk size that is none": ASK + b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
    "a chunk without an end": ASK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcdef\r\n0\r\n\r\n",
    "an endless chunk line": ASK + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 5000,
    "endless trailers": ASK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-A: 1\r\n" * 3000,
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "another version": b"GET / HTTP/1.7\r\nHost: a\r\n\r\n",
    "an address that is none": b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a nul": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: \0\r\n\r\n",
    "raw bytes in the address": b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "a request of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "64 KB of one field": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 65_536 + b"\r\n\r\n",
    "thousands of fields": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 3_000 + b"\r\n",
    "thousands of parameters": b"GET /?" + b"a=1&" * 3_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a body beyond every route": ASK + b"Content-Length: 1000000\r\n\r\n",
    "chunks beyond every route": ASK + b"Transfer-Encoding: chunked\r\n\r\n40000\r\n" + b"x" * 0x40000 + b"\r\n",
}  # fmt: skip


@pytest.mark.parametrize("shape", DOUBTFUL)
def test_what_servers_could_read_differently_is_refused_and_closed(
    place: tuple[str, int], shape: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One answer for one request: nothing that was smuggled behind it is looked at. No stack trace in the log."""
    with caplog.at_level(logging.INFO):
        status, text = said(place, DOUBTFUL[shape])
    assert 400 <= status < 500, text
    assert "Traceback" not in text
    assert [record for record in caplog.records if record.exc_info or "Traceback" in record.getMessage()] == []
    assert caplog.text.count("uncaptured") == 0


PLAIN = {
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "an empty line before": b"\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a whole address": b"GET http://here/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "chunks": ASK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n4;x=1\r\nabcd\r\n0\r\nX: 1\r\n\r\n",
    "a field as often as one likes": b"GET / HTTP/1.0\r\nAccept: a\r\nAccept: b\r\n\r\n",
}


@pytest.mark.parametrize("shape", PLAIN)
def test_plain_requests_pass(place: tuple[str, int], shape: str) -> None:
    assert said(place, PLAIN[shape])[0] == 200


def test_a_hundred_that_drip_are_closed_while_viewers_are_served(
    place: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    """Heads and bodies, a byte at a time; 408 once their time is over, although they never fall silent."""
    heads = [opened(place, b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ") for _ in range(50)]
    bodies = [opened(place, ASK + b"Content-Length: 9000\r\n\r\n") for _ in range(50)]
    slow, served = set(heads + bodies), 0
    viewer = http.client.HTTPConnection(*place, timeout=PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    answers: list[bytes] = []
    while slow:
        assert time.monotonic() < deadline, f"{len(slow)} are still open"
        viewer.request("GET", "/")
        served += viewer.getresponse().read() == b"here"
        ended, _, _ = select.select(slow, [], [], 0.02)
        for connection in ended:
            answers.append(all_of(connection))
            connection.close()
            slow.remove(connection)
        for connection in slow:
            try:
                connection.send(b"a")
            except OSError:
                continue  # closed just now; select says so
    viewer.close()
    assert served > 0
    assert "queue" not in caplog.text  # nobody fills a disk with lines of ours
    assert sum(answer.startswith(b"HTTP/1.0 408 ") for answer in answers) > 50  # a reset may swallow a line


def test_who_takes_no_answer_holds_no_thread(place: tuple[str, int]) -> None:
    """More of them than there are threads, each with more to come than is kept for it."""
    with ExitStack() as greedy:
        for _ in range(10):
            greedy.enter_context(opened(place, b"GET /much HTTP/1.1\r\nHost: here\r\n\r\n"))
        viewer = greedy.enter_context(closing(http.client.HTTPConnection(*place, timeout=PATIENCE_S)))
        viewer.request("GET", "/")
        assert viewer.getresponse().read() == b"here"


def test_large_bodies_are_taken_on_their_route_and_a_few_at_a_time(place: tuple[str, int]) -> None:
    """They lie on the disk before anybody was asked who sends them."""
    head = b"POST /large HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
    begun = [opened(place, head % LARGE + b"x" * 1000) for _ in range(2)]
    status = 0
    deadline = time.monotonic() + PATIENCE_S
    while status != 503:  # until both have been read
        assert time.monotonic() < deadline
        status, _ = said(place, head % LARGE)
    for connection in begun:
        connection.close()
    answered = ""
    while answered != str(LARGE):
        assert time.monotonic() < deadline
        viewer = http.client.HTTPConnection(*place, timeout=PATIENCE_S)
        viewer.request("POST", "/large", b"x" * LARGE)
        answered = viewer.getresponse().read().decode()
        viewer.close()
    assert said(place, head % (LARGE + 2))[0] == 413
