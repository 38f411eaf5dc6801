"""One request of a probe, the whole way anew: name, connection, TLS, answer. A kept connection would hide what a new
customer meets, and would never see a new certificate."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from collectors.probes.outcome import GOOD, Outcome, bad, invalid, of_fault, of_status
from collectors.probes.target import Address, Target, address_of
from outgoing.deadline import DeadlineSocket, DeadlineTlsSocket, left

MOST_BYTES = 256 * 1024
"""So much of an answer is read; a text that begins later is not found."""
_HEADERS = {"User-Agent": "lending-control-center-probe", "Accept-Encoding": "identity", "Connection": "close"}
_OK = 200
_FIRST_PROXY_FAULT = 500
_Found: TypeAlias = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one request. ``tls_expires_s``: end of the certificate that was shown and accepted."""

    outcome: Outcome
    tls_expires_s: int | None = None


class _Settled(Exception):
    """What was found before an answer was."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Asker:
    """Asks one target. Not for use by two threads at once."""

    def __init__(self, target: Target) -> None:
        """Raises BadTarget for an address, or a proxy, that is none."""
        self._target = target
        self._address = address_of(target.url)
        self._proxy = address_of(target.vantage.proxy) if target.vantage.proxy else None
        self._context: ssl.SSLContext | None = None
        self._tls_expires_s: int | None = None

    def ask(self) -> Answered:
        """One request within the limit; whatever happens is an outcome."""
        self._tls_expires_s = None
        return Answered(self._outcome(time.monotonic() + self._target.limit_ms / 1000), self._tls_expires_s)

    def _outcome(self, deadline: float) -> Outcome:
        try:
            return self._answer(deadline)
        except _Settled as settled:
            return settled.outcome
        except TimeoutError:
            return bad(f"timeout: no whole answer within {self._target.limit_ms} ms")
        except (OSError, http.client.HTTPException) as fault:
            return of_fault(fault)

    def _answer(self, deadline: float) -> Outcome:
        sock = self._reached(deadline)
        with sock:
            connection = http.client.HTTPConnection(self._address.host, self._address.port)
            connection.sock = sock
            # A server may have its say and hang up before the whole question is there: what it said counts.
            with suppress(ConnectionError, ssl.SSLEOFError):
                connection.request("GET", self._path(), headers=_HEADERS)
            with connection.getresponse() as response:
                found = of_status(response.status, self._target.expect_status, response.getheader("Location", ""))
                body = response.read(MOST_BYTES)
                torn = bool(response.length) and len(body) < MOST_BYTES
                left(deadline)
        if found is GOOD and torn:
            return bad("garbage: the connection ended within the answer")
        if found is GOOD and self._target.expect_text.encode() not in body:
            return bad(f"body: {self._target.expect_text!r} is not in the answer")
        return found

    def _path(self) -> str:
        if self._proxy is not None and not self._address.secure:
            return f"http://{self._address.authority}{self._address.path}"
        return self._address.path

    def _reached(self, deadline: float) -> socket.socket:
        """A connection that ends at the target, with TLS where asked for."""
        sock = self._connected(self._proxy or self._address, deadline)
        try:
            if not self._address.secure:
                return sock
            if self._proxy is not None:
                self._tunnel(sock)
            return self._shaken(sock, deadline)
        except BaseException:
            sock.close()
            raise

    def _connected(self, address: Address, deadline: float) -> DeadlineSocket:
        found = self._resolved(address, deadline)
        for number, (family, kind, protocol, _, place) in enumerate(found, start=1):
            sock = DeadlineSocket(family, kind, protocol)
            try:
                self._connect(sock, place, left(deadline) / (len(found) - number + 1))
            except OSError as fault:
                sock.close()
                if number == len(found):
                    raise self._unreached(fault) from fault
            except _Settled:
                sock.close()
                raise
            else:
                sock.deadline = deadline
                sock.settimeout(left(deadline))
                return sock
        raise _Settled(invalid(f"dns: {address.host} has no address"))

    def _connect(self, sock: DeadlineSocket, place: Any, seconds: float) -> None:
        if self._target.vantage.source_address:
            try:
                sock.bind((self._target.vantage.source_address, 0))
            except OSError as fault:  # also a family that this address is not of
                own = self._target.vantage.source_address
                raise _Settled(invalid(f"prober: cannot ask from {own}: {fault.strerror or fault}")) from fault
        sock.settimeout(seconds)
        sock.connect(place)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _unreached(self, fault: OSError) -> Exception:
        """A proxy that cannot be reached says nothing about the target."""
        if self._proxy is None:
            return fault
        return _Settled(invalid(f"prober: proxy {self._proxy.authority}: {fault.strerror or 'no answer in time'}"))

    def _resolved(self, address: Address, deadline: float) -> _Found:
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as fault:
            cause = fault.strerror if isinstance(fault, OSError) else str(fault)
            raise _Settled(invalid(f"dns: {address.host}: {cause}")) from fault
        if time.monotonic() >= deadline:  # only the resolver was at work until here, and it knows no deadline
            raise _Settled(invalid(f"dns: {address.host}: not resolved within {self._target.limit_ms} ms"))
        return found

    def _tunnel(self, sock: socket.socket) -> None:
        authority = self._address.authority
        sock.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        response = http.client.HTTPResponse(sock, method="CONNECT")
        response.begin()
        if response.status == _OK:
            return
        said = f"the proxy answers {response.status} {response.reason}"
        raise _Settled(bad(f"refused: {said}") if response.status >= _FIRST_PROXY_FAULT else invalid(f"prober: {said}"))

    def _shaken(self, sock: DeadlineSocket, deadline: float) -> ssl.SSLSocket:
        if self._context is None:
            self._context = self._trusting()
        sock.settimeout(left(deadline))
        secure = self._context.wrap_socket(sock, server_hostname=self._address.host)
        if isinstance(secure, DeadlineTlsSocket):
            secure.deadline = deadline
        self._tls_expires_s = _expires_s(secure)
        return secure

    def _trusting(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self._target.ca_file or None)
        except (OSError, ssl.SSLError) as fault:
            cause = fault.strerror or fault
            raise _Settled(invalid(f"prober: ca_file {self._target.ca_file}: {cause}")) from fault
        context.sslsocket_class = DeadlineTlsSocket
        return context


def _expires_s(secure: ssl.SSLSocket) -> int | None:
    shown = secure.getpeercert()
    ends = shown.get("notAfter") if shown else None
    return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None
