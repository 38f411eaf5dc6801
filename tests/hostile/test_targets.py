"""Metrics targets that never end, drip, lead in circles or unpack to more than there is: others are read on time."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from slo.outcomes import Kind, OutcomeTable
from store.memory import MemoryStore
from store.records import Read, Source

PATIENCE_S = 60.0
INTERVAL_MS = 500
MOST_GROWTH_BYTES = 200 << 20
SECRET = "only-of-this-test-51423"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
ONCE = b'lending_requests_total{product="p",step="s",outcome="ok"} 1\nprocess_start_time_seconds 1795000000\n'
BOMB = gzip.compress(b"a" * (300 << 20), 1)

Misbehave = Callable[[socket.socket, int, threading.Event], None]


def good(connection: socket.socket, _port: int, _ended: threading.Event) -> None:
    connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(ONCE) + ONCE)


def endless(head: bytes, piece: bytes) -> Misbehave:
    """The same piece for ever, as fast as it is taken."""

    def sending(connection: socket.socket, _port: int, ended: threading.Event) -> None:
        connection.sendall(head)
        while not ended.is_set():
            connection.sendall(piece)

    return sending


def dripping(connection: socket.socket, _port: int, ended: threading.Event) -> None:
    """A byte every now and then: no read of the socket ever waits long."""
    for byte in OK + b"Content-Length: 900000\r\n\r\n" + ONCE * 100:
        connection.sendall(bytes([byte]))
        if ended.wait(0.02):
            return


def circling(connection: socket.socket, port: int, _ended: threading.Event) -> None:
    """Leads to itself, with something in the address that is nobody's business."""
    place = b"http://u:%s@127.0.0.1:%d/metrics?token=%s" % (SECRET.encode(), port, SECRET.encode())
    connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + place + b"\r\n\r\n")


def packed(connection: socket.socket, _port: int, _ended: threading.Event) -> None:
    connection.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


def packed_unasked(connection: socket.socket, _port: int, _ended: threading.Event) -> None:
    """A bomb that does not say that it is packed."""
    connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HOSTILE: dict[str, tuple[Misbehave, tuple[str, ...]]] = {
    "body": (endless(OK + b"\r\n", b"a_total 1\n" * 10_000), ("too_large: ",)),
    "chunks": (endless(CHUNKED, b"1\r\na\r\n" * 10_000), ("too_large: ",)),
    "chunk-line": (endless(CHUNKED + b"1;", b"x" * 60_000), ("garbage: ",)),
    "line": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 60_000), ("garbage: ",)),
    "head": (endless(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n" * 1_000), ("garbage: ",)),
    "continue": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), ("timeout: ",)),
    "drip": (dripping, ("timeout: ",)),
    "circle": (circling, ("http: 302",)),
    "bomb": (packed, ("garbage: ",)),
    "hidden-bomb": (packed_unasked, ("garbage: ",)),
}
"""What each does, and how the reason may begin: which limit is met first depends on the machine."""


class Targets:
    """Listens for each of them on a port of its own."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self._ended = threading.Event()
        self._listeners: list[socket.socket] = []

    def start(self, name: str, answer: Misbehave) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self._listeners.append(listener)
        self.ports[name] = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener, answer), daemon=True).start()

    def stop(self) -> None:
        self._ended.set()
        for listener in self._listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, answer: Misbehave) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self._serve, args=(connection, answer), daemon=True).start()

    def _serve(self, connection: socket.socket, answer: Misbehave) -> None:
        port = connection.getsockname()[1]
        with connection, suppress(OSError):
            while connection.recv(65536):
                answer(connection, port, self._ended)


@pytest.fixture
def targets() -> Iterator[Targets]:
    """One good target and all hostile ones."""
    running = Targets()
    running.start("good", good)
    for name, (answer, _) in HOSTILE.items():
        running.start(name, answer)
    yield running
    running.stop()


def resident_bytes() -> int:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def test_hostile_targets_are_named_and_hold_up_nobody(targets: Targets, caplog: pytest.LogCaptureFixture) -> None:
    """One line each, their reads fail one by one, and the good target's come in between; memory stays."""
    store = MemoryStore()
    outcomes = OutcomeTable("test", {"ok": Kind.GOOD, "system_error": Kind.BAD})
    sources = [
        ExpositionSource(Source(name, "exposition", "dc1", INTERVAL_MS), f"http://127.0.0.1:{port}/metrics")
        for name, port in targets.ports.items()
    ]

    def reads(name: str) -> list[Read]:
        with store.reading() as reader:
            return reader.reads(name, 0, 1 << 62)

    collector = ExpositionCollector(sources, store, MetricMap(), outcomes)
    deadline, before, most = time.monotonic() + PATIENCE_S, resident_bytes(), 0
    with caplog.at_level(logging.INFO):
        collector.start()
        try:
            while sum(read.collected for read in reads("good")) < 4 or min(map(len, map(reads, HOSTILE))) < 4:
                assert time.monotonic() < deadline, {name: len(reads(name)) for name in targets.ports}
                most = max(most, resident_bytes() - before)
                time.sleep(0.05)
        finally:
            collector.stop()
    for name, (_, reasons) in HOSTILE.items():
        assert all(read.reason.startswith((*reasons, "timeout: ", "skipped: ")) for read in reads(name)), reads(name)
        assert f"source {name} cannot be read: " in caplog.text
    assert SECRET not in caplog.text
    assert all(SECRET not in read.reason for read in reads("circle"))
    assert most < MOST_GROWTH_BYTES
