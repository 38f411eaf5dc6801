"""A borrower's connection on plain HTTP: geventhttpclient's parser on a socket of gevent, and nothing in between.

Locust's fast client spends two thirds of a request's CPU on cookies, redirects, events and copies of headers that
borrowers do not need; what is saved is load that one core can send. Nothing is ever sent twice, and sockets are watched
with poll, which knows no greatest number of them.
"""

from __future__ import annotations

import select
import socket
from urllib.parse import quote, urlsplit

import gevent.socket
from gevent.monkey import get_original
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError, HTTPResponse

from loadtests.borrowers.journey import NoAnswer, Reply
from loadtests.borrowers.plan import ClientPolicy

_BLOCK_BYTES = 16 << 10
_HTTP_PORT = 80
_poll = get_original("select", "poll")


class Connection:
    """A session (journey.py): one connection, kept open between calls, made anew when the other side closed it."""

    def __init__(self, host: str, policy: ClientPolicy) -> None:
        """``host``: http://name[:port][/prefix]."""
        place = urlsplit(host)
        self._address = (place.hostname or "", place.port or _HTTP_PORT)
        self._prefix = place.path.rstrip("/")
        self._line_end = f" HTTP/1.1\r\nHost: {place.netloc.rpartition('@')[2]}\r\n"
        self._timeout_s = policy.attempt_timeout_ms / 1000
        self._socket: gevent.socket.socket | None = None

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        """One HTTP call. Raises NoAnswer."""
        sent = self._request(method, path, headers, body)
        try:
            response = self._exchanged(sent, method)
        except (OSError, HTTPParseError) as error:
            self.close()
            raise NoAnswer(type(error).__name__) from None
        if response.should_close():
            self.close()
        return Reply(response.status_code, bytes(response._body_buffer), response.get("idempotent-replay") == "true")

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        clean = path.isascii() and path.isprintable() and " " not in path
        lines = [method, " ", self._prefix, path if clean else quote(path), self._line_end]
        lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
        if body is None:
            return ("".join(lines) + "\r\n").encode("latin-1")
        return f"{''.join(lines)}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body

    def _exchanged(self, sent: bytes, method: str) -> HTTPResponse:
        """Sends and reads the whole answer. Raises OSError or HTTPParseError."""
        connection = self._socket
        if connection is None or not _quiet(connection):
            connection = self._connected()
        connection.sendall(sent)
        response = HTTPResponse(method)
        while not response.message_complete or response.status_code < 200:  # noqa: PLR2004 - 1xx announces an answer
            data = connection.recv(_BLOCK_BYTES)
            response.feed(data)
            if not data and not response.message_complete:
                raise HTTPConnectionClosed
        return response

    def _connected(self) -> gevent.socket.socket:
        self.close()
        connection = gevent.socket.create_connection(self._address, self._timeout_s)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        return connection

    def close(self) -> None:
        """Closes it; the next call opens it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _quiet(connection: gevent.socket.socket) -> bool:
    """Whether nothing came since the last answer: no end, no reset, nothing that nobody asked for."""
    watch = _poll()
    watch.register(connection.fileno(), select.POLLIN)
    return not watch.poll(0)
