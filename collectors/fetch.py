"""One page over HTTP, whole and in time, or one line that says why not.

The deadline holds for everything together: connecting, the TLS handshake, a server that drips its answer byte by byte.
(Only the resolver of the operating system knows no deadline; it can hold up no target but its own.)
Redirects are refused, and nothing is retried, except at once on a new connection when the server had closed the one
that was kept alive.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from collectors.errors import (
    BadStatus,
    BadTarget,
    GarbagePage,
    PageTooLarge,
    TargetInsecure,
    TargetRefused,
    TargetTimeout,
    TargetUnresolved,
    TargetUnroutable,
)
from outgoing.deadline import DeadlineSocket, DeadlineTlsSocket, left

MOST_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024
_OK = 200
_OPENMETRICS = "application/openmetrics-text"
_TEXT = "text/plain"
_HEADERS = {
    "Accept": f"{_OPENMETRICS};version=1.0.0,{_TEXT};version=0.0.4;q=0.5",
    "Accept-Encoding": "identity",
    "User-Agent": "lending-control-center",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of a page, which of the two formats it claims to be, and the time in its Date header."""

    text: str
    openmetrics: bool
    date_ms: int | None = None


class Fetcher:
    """Asks one target again and again over one kept-alive connection. Not for use by two threads at once."""

    def __init__(self, url: str, timeout_s: float, most_bytes: int = MOST_BYTES) -> None:
        """Raises BadTarget for anything but an http or https address."""
        parts = _parts(url)
        self._host = parts.hostname or ""
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._connection: http.client.HTTPConnection | None = None
        self._context: ssl.SSLContext | None = None

    def fetch(self) -> Answer:
        """The page. Raises one of the causes in ``collectors.errors``; the next call starts afresh then."""
        try:
            return self._answer(time.monotonic() + self._timeout_s)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drops the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _answer(self, deadline: float) -> Answer:
        where = f"{self._host}:{self._port}"
        try:
            return self._page(self._response(deadline))
        except TimeoutError as cause:
            raise TargetTimeout(f"no whole answer within {self._timeout_s:g} s") from cause
        except socket.gaierror as cause:
            raise TargetUnresolved(f"{self._host}: {cause.strerror}") from cause
        except ssl.SSLError as cause:
            raise TargetInsecure(f"{where}: {_tls_cause(cause)}") from cause
        except http.client.RemoteDisconnected as cause:
            raise TargetRefused(f"{where} closed the connection without an answer") from cause
        except http.client.IncompleteRead as cause:
            raise GarbagePage("the page is torn: the connection ended within it") from cause
        except http.client.HTTPException as cause:
            raise GarbagePage(f"the answer is not HTTP: {cause}") from cause
        except ConnectionError as cause:
            raise TargetRefused(f"{where}: {cause.strerror or cause}") from cause
        except OSError as cause:
            raise TargetUnroutable(f"{where}: {cause.strerror or cause}") from cause

    def _response(self, deadline: float) -> http.client.HTTPResponse:
        """The head of the answer; on a connection that was kept alive in vain, from a second try."""
        if self._connection is not None:
            try:
                return self._asked(self._connection, deadline)
            except ConnectionError:  # the server closed it since, which says nothing about the target now
                self.close()
        self._connection = http.client.HTTPConnection(self._host, self._port)
        self._connection.sock = self._connected(deadline)
        return self._asked(self._connection, deadline)

    def _asked(self, connection: http.client.HTTPConnection, deadline: float) -> http.client.HTTPResponse:
        sock = connection.sock
        if not isinstance(sock, DeadlineSocket | DeadlineTlsSocket):  # the server asked to close the connection
            raise ConnectionResetError
        sock.deadline = deadline
        sock.settimeout(left(deadline))
        connection.request("GET", self._path, headers=_HEADERS)
        return connection.getresponse()

    def _connected(self, deadline: float) -> socket.socket:
        """A connection to the first address that answers."""
        found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        for number, (family, kind, protocol, _, address) in enumerate(found, start=1):
            sock = DeadlineSocket(family, kind, protocol)
            try:
                sock.settimeout(left(deadline) / (len(found) - number + 1))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._tls(sock, deadline) if self._secure else sock
            except OSError:
                sock.close()
                if number == len(found):
                    raise
        raise TargetUnresolved(f"{self._host} has no address")

    def _tls(self, sock: socket.socket, deadline: float) -> ssl.SSLSocket:
        if self._context is None:
            self._context = ssl.create_default_context()
            self._context.sslsocket_class = DeadlineTlsSocket
        sock.settimeout(left(deadline))
        return self._context.wrap_socket(sock, server_hostname=self._host)

    def _page(self, response: http.client.HTTPResponse) -> Answer:
        if response.status != _OK:
            raise BadStatus(_status(response))
        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise GarbagePage(f"the answer is encoded as {response.getheader('Content-Encoding')}, which was not asked")
        kind = (response.getheader("Content-Type") or _TEXT).partition(";")[0].strip().lower()
        if kind not in (_OPENMETRICS, _TEXT):
            raise GarbagePage(f"the answer is {kind}, not metrics")
        body = self._body(response)
        try:
            return Answer(body.decode(), kind == _OPENMETRICS, _date_ms(response))
        except UnicodeDecodeError as cause:
            raise GarbagePage(f"the page is not UTF-8 at byte {cause.start}") from cause

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """All bytes of the answer, never more than the cap."""
        if response.length is not None:
            self._cap(response.length)
            return response.read()
        chunks: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK_BYTES):
            size += len(chunk)
            self._cap(size)
            chunks.append(chunk)
        return b"".join(chunks)

    def _cap(self, size: int) -> None:
        if size > self._most_bytes:
            raise PageTooLarge(f"the page has more than {self._most_bytes} bytes")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_one = parts.port != 0
    except ValueError as cause:
        raise BadTarget(f"{url!r} is not an address: {cause}") from cause
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_one:
        raise BadTarget(f"{url!r} is not an address; write http://host:port/metrics")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise BadTarget(f"{url!r} holds characters that an address cannot have")
    return parts


def _date_ms(response: http.client.HTTPResponse) -> int | None:
    """What the server believes the time to be, in whole seconds; None when it does not say."""
    try:
        return round(parsedate_to_datetime(response.getheader("Date") or "").timestamp() * 1000)
    except ValueError:
        return None


def _status(response: http.client.HTTPResponse) -> str:
    text = f"{response.status} {response.reason}"
    place = response.getheader("Location")
    return f"{text}, and redirects are not followed ({_shown(place)})" if place else text


def _shown(place: str) -> str:
    """An address without what may be secret in it: user, password, query."""
    bare = place.partition("?")[0].partition("#")[0]
    scheme, mark, rest = bare.rpartition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else bare


def _tls_cause(cause: ssl.SSLError) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate refused, {cause.verify_message}"
    return cause.reason or str(cause)
