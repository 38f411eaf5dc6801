"""Serves the dashboard with waitress, on loopback unless somebody authenticates viewers, until told to stop."""

from __future__ import annotations

import ipaddress
import logging
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from dashboard.errors import AddressUnusable, OpenToTheNetwork
from dashboard.patience import LOOK_SECONDS, Limits, PatientServer
from dashboard.wire import MOST_HEAD_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 8
BACKLOG = 1024
DRAIN_LOOK_SECONDS = 0.05
MOST_CONNECTIONS = 4000
SPARE_FILES = 128
"""Files that are kept for everything but viewers."""
LOOP_SECONDS = 0.25
STOP_SECONDS = 1.0
DRAIN_SECONDS = 2.0
"""So long may answers that are under way still take once it was asked to stop."""
USUAL = Limits()


class Front:
    """What is served, replaceable between two requests: those under way end in what they began in."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        return self.app(environ, start_response)


def serve(
    app: WSGIApplication,
    host: str,
    port: int,
    stop: threading.Event,
    *,
    authenticated: bool = False,
    trusted_proxy: str | None = None,
    on_bound: Callable[[str], None] = lambda url: None,
    limits: Limits = USUAL,
) -> None:
    """Serves until ``stop`` is set; from the main thread SIGTERM and SIGINT set it. Port 0 takes any free one;
    ``on_bound`` is told the URL. ``trusted_proxy``: address of the one proxy that says who asks (X-Forwarded-For).
    ``limits``: of patience with slow senders and readers, and of bodies.

    Raises OpenToTheNetwork for a host other than loopback unless the app asks viewers who they are
    (``authenticated``), AddressUnusable when the address cannot be listened on.
    """
    if not authenticated and not is_loopback(host):
        raise OpenToTheNetwork(host)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else a line for each request that waits: a full disk
    sockets: dict[int, wasyncore.dispatcher] = {}
    settings = _settings(trusted_proxy, limits.patience.idle_s)
    server = PatientServer(app, _bound(host, port), sockets, settings, limits)
    try:
        with stopping_on_signals(stop):
            on_bound(_url(host, server.effective_port))
            while not stop.is_set():
                wasyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=sockets, count=1)
            _drain(server, sockets)
    finally:
        server.task_dispatcher.shutdown(timeout=STOP_SECONDS)
        wasyncore.close_all(sockets, ignore_all=True)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host; names other than localhost are not trusted to stay here."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set the event while inside; outside the main thread, where none arrive, nothing is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(trusted_proxy: str | None, idle_s: int) -> Adjustments:
    """What waitress is told of connections."""
    return Adjustments(
        threads=THREADS,
        connection_limit=_connection_limit(),
        backlog=BACKLOG,
        channel_timeout=idle_s,
        cleanup_interval=LOOK_SECONDS,
        max_request_header_size=MOST_HEAD_BYTES,
        asyncore_use_poll=True,
        ident=None,
        clear_untrusted_proxy_headers=True,
        trusted_proxy=trusted_proxy,
        trusted_proxy_headers={"x-forwarded-for"} if trusted_proxy else set(),
    )


def _drain(server: TcpWSGIServer, sockets: dict[int, wasyncore.dispatcher]) -> None:
    """Takes no more connections, and sends what was asked for already."""
    wasyncore.dispatcher.close(server)  # the listening socket alone: its trigger still wakes this loop
    deadline = time.monotonic() + DRAIN_SECONDS
    while any(map(_is_answering, list(sockets.values()))) and time.monotonic() < deadline:
        wasyncore.loop(timeout=DRAIN_LOOK_SECONDS, use_poll=True, map=sockets, count=1)


def _is_answering(part: wasyncore.dispatcher) -> bool:
    return isinstance(part, HTTPChannel) and bool(part.requests or part.total_outbufs_len)


def _bound(host: str, port: int) -> socket.socket:
    """A bound socket; bound here, because waitress leaves threads behind when it cannot bind."""
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise AddressUnusable(host, port, error.strerror or str(error)) from error


def _connection_limit() -> int:
    """As many connections as open files allow, after asking for more of those."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft < wanted and (hard == resource.RLIM_INFINITY or hard > soft):
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(MOST_CONNECTIONS, soft - SPARE_FILES))


def _url(host: str, port: int) -> str:
    """The URL to open."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
