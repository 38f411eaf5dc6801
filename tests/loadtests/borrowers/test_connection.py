"""The light connection against real sockets that answer in pieces, close, or say nothing. It lives in a child: this
process must not meet gevent."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from loadtests.borrowers.journey import NoAnswer

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nIdempotent-Replay: true\r\n\r\n{}"
_CHILD = """
import json, sys
from loadtests.borrowers.connection import Connection
from loadtests.borrowers.journey import NoAnswer
from loadtests.borrowers.plan import ClientPolicy
policy = ClientPolicy(deadline_ms=2000, attempts=1, attempt_timeout_ms=500, backoff_ms=1)
connection = None
for line in sys.stdin:
    url, method, path, headers, body = json.loads(line)
    if url:
        connection = Connection(url, policy)
    try:
        reply = connection.call(method, path, headers, None if body is None else body.encode())
        answer = [reply.status, reply.body.decode(), reply.replayed]
    except NoAnswer as error:
        answer = str(error)
    print(json.dumps(answer), flush=True)
"""


class Caller:
    """A connection in a child."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self.url: str | None = None

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> Any:
        """Status, body and whether it was replayed, on a new connection after ``url`` was set. Raises NoAnswer."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps([self.url, method, path, headers or {}, body]) + "\n")
        self._child.stdin.flush()
        self.url = None
        answer = json.loads(self._child.stdout.readline())
        if isinstance(answer, str):
            raise NoAnswer(answer)
        return tuple(answer)

    def post(self) -> Any:
        """One draw-down."""
        return self.call("POST", "/v1/weilidai/apply", {"Idempotency-Key": "k"}, "{}")


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    """Ended with the module."""
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", _CHILD]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield Caller(child)
        finally:
            child.kill()


@contextmanager
def _served(caller: Caller, *answers: list[bytes]) -> Iterator[tuple[list[bytes], list[int]]]:
    """A server: one connection after the other, each answers its list request by request, then ends."""
    heard: list[bytes] = []
    connections: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            for pieces in answers:
                connection, _ = listener.accept()
                connections.append(1)
                with connection:
                    for piece in pieces:
                        heard.append(connection.recv(65_536))
                        for one in piece.split(b"|"):
                            connection.sendall(one)

        thread = threading.Thread(target=serve)
        thread.start()
        caller.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield heard, connections
        thread.join(10)


def test_an_answer_is_read_whole_and_its_connection_used_again(caller: Caller) -> None:
    with _served(caller, [_OK, _OK.replace(b"true", b"false")]) as (heard, connections):
        assert caller.post() == (200, "{}", True)
        assert caller.post() == (200, "{}", False)
    assert len(connections) == 1
    assert heard[0].startswith(b"POST /v1/weilidai/apply HTTP/1.1\r\nHost: 127.0.0.1:")
    assert heard[0].endswith(b"Idempotency-Key: k\r\nContent-Length: 2\r\n\r\n{}")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Le|ngth: 2\r\n\r\n{|}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{|\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n|HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
    ],
    ids=["in pieces", "chunked", "announced", "until the end"],
)
def test_answers_in_every_framing_are_read(caller: Caller, answer: bytes) -> None:
    with _served(caller, [answer]):
        assert caller.post() == (200, "{}", False)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"])
def test_a_connection_that_ends_early_is_no_answer_and_nothing_is_sent_again(
    caller: Caller, method: str, cut: bytes
) -> None:
    """Locust's own client would send a GET up to twelve times more and report a success."""
    with _served(caller, [cut], [_OK]) as (heard, _):
        with pytest.raises(NoAnswer):
            caller.call(method, "/v1/ledgers")
        assert len(heard) == 1
        assert caller.call(method, "/v1/ledgers")[0] == 200


def test_a_connection_that_the_server_closed_after_an_answer_is_made_anew(caller: Caller) -> None:
    with _served(caller, [_OK], [_OK]) as (heard, connections):
        caller.post()
        time.sleep(0.2)  # until the end of the first connection has arrived
        caller.post()
    assert len(heard) == len(connections) == 2


@pytest.mark.parametrize(("listening", "cause"), [(True, "TimeoutError"), (False, "ConnectionRefusedError")])
def test_silence_and_refusal_are_named(caller: Caller, listening: bool, cause: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        caller.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if not listening:
            listener.close()
        with pytest.raises(NoAnswer, match=cause):
            caller.post()


def test_a_path_cannot_smuggle_a_second_request(caller: Caller) -> None:
    with _served(caller, [_OK]) as (heard, _):
        caller.call("GET", "/v1/loans/a b\r\nX: y")
    assert heard[0].startswith(b"GET /v1/loans/a%20b%0D%0AX%3A%20y HTTP/1.1\r\n")
