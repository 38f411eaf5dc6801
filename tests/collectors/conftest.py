"""A small exporter on real sockets that can be killed, restarted, frozen, slowed and garbled."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from slo.outcomes import Kind, OutcomeTable

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def response(body: bytes, status: str = "200 OK", kind: str = OPENMETRICS, *more: str) -> bytes:
    """One whole HTTP answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Exporter:
    """Counts events per series and shows them at ``url``; ``answer`` may be replaced to misbehave."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.born_ms = 1_795_000_000_000
        self.sequence = 0
        self.requests = 0
        self.connections = 0
        self.accept_headers: set[str] = set()
        self.port = 0
        self.answer: Callable[[socket.socket], None] = self.send_page
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/metrics"

    def count(self, outcome: str, events: int = 1, product: str = "p") -> None:
        """Events of one series of this process."""
        series = f'lending_requests_total{{product="{product}",step="s",outcome="{outcome}"}}'
        with self._lock:
            self.counts[series] = self.counts.get(series, 0) + events
            self.sequence += 1

    def page(self) -> str:
        with self._lock:
            lines = [f"{series} {count}" for series, count in self.counts.items()]
            lines.append(f"process_start_time_seconds {self.born_ms / 1000:.3f}")
            lines.append(f"lending_truth_sequence {self.sequence}")
        return "\n".join([*lines, "# EOF", ""])

    def send_page(self, connection: socket.socket) -> None:
        connection.sendall(response(self.page().encode()))

    def send(self, *answers: bytes, pause_s: float = 0.0) -> Callable[[socket.socket], None]:
        """An answer in pieces, with pauses between them."""

        def sending(connection: socket.socket) -> None:
            for piece in answers:
                connection.sendall(piece)
                if self._ended.wait(pause_s):
                    return

        return sending

    def freeze(self, _: socket.socket) -> None:
        """Accepts and never answers."""
        self._ended.wait(30)

    def start(self) -> None:
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def kill(self) -> None:
        """The process is gone: no listener, all connections broken off."""
        self._ended.set()
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.drop_connections()

    def drop_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # already ended by the other side
                    continue

    def restart(self) -> None:
        """A new process: counters begin at 0."""
        with self._lock:
            self.counts = dict.fromkeys(self.counts, 0)
            self.born_ms = max(self.born_ms + 1, time.time_ns() // 1_000_000)
        self.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the listener was closed
                return
            with self._lock:
                self._open.add(connection)
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while request := self._request(connection):
                    self.requests += 1
                    self.accept_headers.update(line for line in request.split("\r\n") if line.startswith("Accept"))
                    self.answer(connection)
            except OSError:  # the reader went away, or we were killed
                pass
            finally:
                with self._lock:
                    self._open.discard(connection)

    def _request(self, connection: socket.socket) -> str:
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            piece = connection.recv(4096)
            if not piece:
                return ""
            received += piece
        return received.decode()


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    """A running exporter with one counter at 0."""
    running = Exporter()
    running.count("ok", 0)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def answered() -> Callable[..., bytes]:
    """Builds one whole HTTP answer: body, status, content type, further header lines."""
    return response


@pytest.fixture
def outcomes() -> OutcomeTable:
    """The outcomes of the definitions."""
    return OutcomeTable(
        "test",
        {
            "ok": Kind.GOOD,
            "business_reject": Kind.GOOD,
            "system_error": Kind.BAD,
            "client_abort": Kind.IGNORED,
        },
    )
