"""Requests within a time that holds for all of an exchange. The library's own timeout begins anew with every byte, so
that a server that drips its head holds whoever asks for hours."""

from __future__ import annotations

import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs

from outgoing.deadline import DeadlineSocket, DeadlineTlsSocket


class WithinAdapter(HTTPAdapter):
    """Mount it for ``http://`` and ``https://``. ``seconds``: from the first byte that is sent to the last that is
    read, and for connecting as long again; behind it requests fail as after their own timeout. Nothing is retried."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Connections of this adapter know its time."""
        super().init_poolmanager(*args, **kwargs)
        known = {"seconds": self._seconds}
        plain = type("Plain", (_Plain,), known)
        secure = type("Secure", (_Secure,), known)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


class _Plain(HTTPConnection):
    seconds: float

    def _new_conn(self) -> DeadlineSocket:
        return _timed(super()._new_conn().detach(), self.seconds)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _renew(self.sock, self.seconds)
        super().request(*args, **kwargs)


class _Secure(HTTPSConnection):
    seconds: float

    def _new_conn(self) -> DeadlineSocket:
        return _timed(super()._new_conn().detach(), self.seconds)

    def connect(self) -> None:
        """The handshake has the time of a timeout as a whole already; what is read afterwards ends here."""
        self.ssl_context = self.ssl_context or create_urllib3_context(cert_reqs=resolve_cert_reqs(self.cert_reqs))
        self.ssl_context.sslsocket_class = DeadlineTlsSocket
        super().connect()
        _renew(self.sock, self.seconds)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _renew(self.sock, self.seconds)
        super().request(*args, **kwargs)


def _timed(descriptor: int, seconds: float) -> DeadlineSocket:
    made = DeadlineSocket(fileno=descriptor)
    made.settimeout(seconds)
    _renew(made, seconds)
    return made


def _renew(sock: object, seconds: float) -> None:
    """A connection that was kept alive begins anew; one that is not made yet begins when it is."""
    if isinstance(sock, DeadlineSocket | DeadlineTlsSocket):
        sock.deadline = time.monotonic() + seconds
