"""Notices to tell, a door to ring at, and channels that fail on purpose."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from alerts.desk.notice import Cause, Member, Notice, NoticeState
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject
from alerts.notify.delivery import KIND, Delivery, Status
from alerts.notify.ledger import Ledger
from alerts.notify.message import Message, Receipt
from alerts.notify.news import News
from alerts.notify.outlet import Outlet
from alerts.notify.rendering import Renderer
from slo.counts import Counts
from store.journal import Change
from store.port import Store

T0_MS = 1_795_000_000_000
"""2026-11-18 19:06:40 in Shanghai."""
DC3 = Subject(Level.DATA_CENTER, data_center="dc3")
CELL = Subject(Level.CELL, "weilidai", "dc3")


def member(subject: Subject = CELL, rule: str = "cliff", *, over_ms: int | None = None, acked_by: str = "") -> Member:
    """One alert that began at T0."""
    state = AlertState.FIRING if over_ms is None else AlertState.RESOLVED
    evidence = Evidence(long=Counts(4444, 123), budget_spent="0.0213")
    return Member(AlertKey(rule, subject, "weilidai"), state, Severity.CALL, T0_MS, over_ms, evidence, acked_by)


def notice(id: str = "n1", **changes: Any) -> Notice:
    """A page of one data center's failure, unless told otherwise."""
    values: dict[str, Any] = {
        "id": id,
        "group": "data_center:dc3",
        "state": NoticeState.FIRING,
        "cause": Cause.NEW,
        "severity": Severity.CALL,
        "radius": DC3,
        "at_ms": T0_MS + 1_500,
        "since_ms": T0_MS,
        "members": (member(),),
        "firing": 1,
        "total": 1,
    }
    return Notice(**{**values, **changes})


def delivery(id: str = "d1", channel: str = "door", queued_ms: int = T0_MS, **changes: Any) -> Delivery:
    """A queued delivery of a notice; what is no field of a delivery changes the notice."""
    mine = {name: changes.pop(name) for name in tuple(changes) if name in Delivery.__dataclass_fields__}
    told = notice(**{"id": f"notice of {id}", **changes})
    return Delivery(id, channel, News(told), queued_ms, **mine)


@dataclass(frozen=True, slots=True)
class Rung:
    """One request at the door."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Door:
    """A real HTTP server that writes down who rang. ``answers``: status, headers and body per request, the last one
    again and again; ``slow_seconds``: how long it takes to open."""

    url: str = ""
    rung: list[Rung] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=lambda: [(200, {}, b"ok")])
    slow_seconds: float = 0.0

    def wait(self, rings: int, seconds: float = 60.0) -> list[Rung]:
        """What came, once so many came."""
        until(lambda: len(self.rung) >= rings, seconds)
        return list(self.rung)


@contextmanager
def door() -> Iterator[Door]:
    """A door on a free port of loopback."""
    here = Door()

    class Handler(BaseHTTPRequestHandler):
        """Takes everything."""

        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            """Writes down and answers."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            here.rung.append(Rung(self.command, self.path, dict(self.headers), body, time.monotonic()))
            time.sleep(here.slow_seconds)
            status, headers, said = here.answers[0] if len(here.answers) == 1 else here.answers.pop(0)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET = do_HEAD = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    here.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for a condition; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)


@dataclass(slots=True)
class Tray:
    """A channel that keeps messages, after the faults that it was given."""

    faults: list[Exception] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    attempts: int = 0
    hold: threading.Event | None = None
    closed: bool = False

    def send(self, message: Message) -> Receipt:
        """Takes a message or fails as it was told to."""
        self.attempts += 1
        if self.hold is not None:
            self.hold.wait(90)
        if self.faults:
            raise self.faults.pop(0)
        self.messages.append(message)
        return Receipt("taken")

    def close(self) -> None:
        """Notes that it was closed."""
        self.closed = True


def outlet(channel: Any, renderer: Renderer, **changes: Any) -> Outlet:
    """A channel named door."""
    usual = {"name": "door", "kind": "webhook", "channel": channel, "renderer": renderer, "give_up_ms": 10**15}
    return Outlet(**{**usual, **changes})


def write(store: Store, *deliveries: Delivery) -> None:
    """Queues deliveries, all in one change."""
    store.write(Change(documents=tuple(each.document() for each in deliveries)))


def stored(store: Store, id: str) -> Delivery:
    """A delivery as the ledger has it."""
    with store.reading() as reader:
        found = reader.journal().document(KIND, id)
    assert found is not None
    return Delivery.of(found)


def settled(store: Store, id: str) -> bool:
    """Whether nothing is left to do for a delivery."""
    return not stored(store, id).open


def statuses(store: Store) -> list[Status]:
    """Status of every delivery."""
    with store.reading() as reader:
        return [Delivery.of(each).status for each in reader.journal().documents(KIND, most=100_000)]


def ledger(store: Store, owner: str = "me") -> Ledger:
    """The ledger of one process."""
    return Ledger(store, owner)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
