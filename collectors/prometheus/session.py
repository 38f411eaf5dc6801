"""One HTTP session that never waits without end, never retries in secret and never passes on half an answer.

prometheus-api-client has no timeout by default, retries behind our back and drops the server's warnings; handing it
this session closes all three: what it gets is a whole, checked answer or a PrometheusError.
"""

from __future__ import annotations

import io
import re
import time
from typing import Any

import orjson
import requests
import urllib3

from collectors.errors import one_line
from collectors.prometheus.access import Access, redacted
from collectors.prometheus.errors import (
    BadCertificate,
    Busy,
    Garbage,
    HttpFault,
    Partial,
    PrometheusError,
    TooMuch,
    TooSlow,
    UnknownHost,
    Unreachable,
)
from collectors.prometheus.matrix import cut
from outgoing.within import WithinAdapter

HTTP_OK = 200
HTTP_TOO_MANY_REQUESTS = 429
HTTP_SERVER_ERROR = 500
READ_BYTES = 1 << 16
TOO_MUCH = re.compile(r"too many|limit|exceed|max.?samples", re.IGNORECASE)
"""How Prometheus, Thanos, Mimir and VictoriaMetrics say that a query would load too much (statuses 400, 413, 422)."""


class Answer(requests.Response):
    """A whole answer, already read, parsed and checked."""

    document: Any = None

    def json(self, **_kwargs: Any) -> Any:
        """The checked document."""
        return self.document


class GuardedSession(requests.Session):
    """A session whose every request has a deadline and a size limit. Raises PrometheusError, nothing else."""

    def __init__(self, server: str, *, timeout_s: float, most_bytes: int, access: Access) -> None:
        """Raises NoAccess for a certificate file that is not there."""
        super().__init__()
        self._access = access
        self._server = server
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self.trust_env = False  # a proxy or a .netrc of the shell must not decide whom the collector talks to
        self._within = WithinAdapter(timeout_s)
        self.headers["Accept-Encoding"] = "identity"
        self._tls = {"verify": access.verify(server), "cert": access.certificate(server)}

    def get_adapter(self, *_: Any, **__: Any) -> WithinAdapter:
        """The only one, whatever the library mounts."""
        return self._within

    def close(self) -> None:
        """Gives the connections back."""
        super().close()
        self._within.close()

    def request(self, *args: Any, **kwargs: Any) -> Answer:
        """Sends one request and reads the whole answer before the deadline."""
        kwargs |= {"stream": True, "allow_redirects": False, "timeout": self._timeout_s, **self._tls}
        authorization, secrets = self._access.authorization(self._server)
        if authorization:
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "Authorization": authorization}
        deadline = time.monotonic() + self._timeout_s
        try:
            with super().request(*args, **kwargs) as response:
                body = self._body(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as fault:
            raise self._named(fault) from fault
        if response.status_code != HTTP_OK:
            location = response.headers.get("Location", "")
            text = redacted(body.decode("utf-8", "replace"), secrets)  # a server may say our own token back
            raise refusal(self._server, response.status_code, redacted(location, secrets), text)
        return self._answer(body, secrets)

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.raw.read1(READ_BYTES, decode_content=True):
            size += len(part)
            if size > self._most_bytes:
                raise TooMuch(self._server, f"an answer of more than {self._most_bytes} bytes")
            if time.monotonic() > deadline:
                raise TooSlow(self._server, f"no whole answer within {self._timeout_s} s")
            parts.append(part)
        return b"".join(parts)

    def _answer(self, body: bytes, secrets: tuple[str, ...]) -> Answer:
        answer = Answer()
        answer.status_code = HTTP_OK
        answer.raw = io.BytesIO(body)
        answer.document = checked(self._server, body, secrets)
        return answer

    def _named(self, fault: Exception) -> PrometheusError:
        cause = root_cause(fault)
        if isinstance(cause, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
            return BadCertificate(self._server, str(cause))
        if isinstance(cause, urllib3.exceptions.NameResolutionError):
            return UnknownHost(self._server, "the name does not resolve")
        if isinstance(cause, urllib3.exceptions.NewConnectionError):
            refused = "Connection refused" in str(cause)
            return Unreachable(self._server, "nobody listens" if refused else f"no connection ({cause})")
        if isinstance(cause, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
            return TooSlow(self._server, f"no answer within {self._timeout_s} s")
        return Unreachable(self._server, f"the connection broke ({type(cause).__name__})")


def root_cause(fault: Exception) -> Exception:
    """What urllib3 saw: requests wraps it in an error whose class says less (a read timeout as ConnectionError)."""
    inner = fault.args[0] if fault.args else None
    if isinstance(inner, urllib3.exceptions.MaxRetryError) and inner.reason is not None:
        return inner.reason
    return fault


def checked(server: str, body: bytes, secrets: tuple[str, ...] = ()) -> Any:
    """The parsed document of a success; series of a long answer are ``matrix.Cut``. Raises Garbage or Partial."""
    matrix = cut(body)
    try:
        document = orjson.loads(body if matrix is None else matrix.frame)
    except orjson.JSONDecodeError:
        start = one_line(redacted(body.decode("utf-8", "replace"), secrets)[:60])
        raise Garbage(server, f"not JSON (a login page?): {start}") from None
    if not isinstance(document, dict) or document.get("status") != "success":
        raise Garbage(server, "JSON without status success")
    data = document.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("result"), list):
        raise Garbage(server, "JSON without data.result")
    if warnings := document.get("warnings"):
        words = "; ".join(map(str, warnings)) if isinstance(warnings, list) else str(warnings)
        raise Partial(server, redacted(words, secrets))
    if document.get("isPartial"):
        raise Partial(server, "the answer is marked isPartial")
    if matrix is not None:
        data["result"] = matrix.series
    return document


def refusal(server: str, status: int, location: str, text: str) -> PrometheusError:
    """The error that an answer other than 200 stands for."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict) and isinstance(document.get("error"), str):
        text = document["error"]
    if status in (400, 413, 422) and TOO_MUCH.search(text):
        return TooMuch(server, text)
    if location:
        return HttpFault(server, f"status {status}, sent on to {location}")
    kind = Busy if status == HTTP_TOO_MANY_REQUESTS or status >= HTTP_SERVER_ERROR else HttpFault
    return kind(server, f"status {status}: {text}" if text.strip() else f"status {status}", status)
