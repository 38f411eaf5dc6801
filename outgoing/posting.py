"""POST with a deadline, without redirects, and one kind of fault for each kind of answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from outgoing.errors import PermanentFault, SendFault, TemporaryFault
from outgoing.redaction import Redactor, shown_address
from outgoing.within import WithinAdapter

CONNECT_SECONDS = 3.05
READ_SECONDS = 5.0
MOST_ANSWER_BYTES = 2_000
_AGAIN = frozenset({408, 425, 429})
_FIRST_SERVER_FAULT = 500
_FIRST_REFUSAL = 400
_FIRST_REDIRECT = 300


def hush_connections() -> None:
    """urllib3 logs whole paths with their tokens at level DEBUG: nobody hears that."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Poster:
    """One address that takes POSTs. ``reuse``: keep the connection; without, a refusal proves that nothing arrived."""

    def __init__(self, url: str, redactor: Redactor, *, reuse: bool = True, verify: str | bool = True) -> None:
        self._url = url
        self._redactor = redactor
        self._reuse = reuse
        self._verify = verify
        hush_connections()
        self._session = requests.Session()
        self._session.mount("https://", WithinAdapter(CONNECT_SECONDS + READ_SECONDS))
        self._session.mount("http://", WithinAdapter(CONNECT_SECONDS + READ_SECONDS))

    @property
    def shown(self) -> str:
        """The address as people may see it."""
        return shown_address(self._url)

    def post(self, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> str:
        """What the other side said, redacted. Raises TemporaryFault or PermanentFault."""
        sent = dict(headers) if self._reuse else {**headers, "Connection": "close"}
        try:
            with self._session.request(
                method,
                self._url,
                data=body,
                headers=sent,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            ) as response:
                said = self._redactor(response.raw.read1(MOST_ANSWER_BYTES).decode(errors="replace"))
        except requests.RequestException as error:
            raise self._fault(error) from None  # its text holds the whole address
        except (HTTPError, OSError):
            raise TemporaryFault(f"{self.shown}: the answer broke off", ambiguous=True) from None
        finally:
            if not self._reuse:  # the other side is about to close it, and the pool may not have heard yet
                self._session.close()
        refuse_status(response, said, self.shown)
        return said

    def close(self) -> None:
        """Gives the connection back."""
        self._session.close()

    def _fault(self, error: requests.RequestException) -> SendFault:
        return fault_of(error, self.shown, self._redactor)


_FAULTS: tuple[tuple[type[Exception], str, bool], ...] = (
    (requests.ConnectTimeout, f"no connection within {CONNECT_SECONDS:g} s", False),
    (requests.Timeout, f"no answer within {READ_SECONDS:g} s", True),
    (requests.exceptions.SSLError, "TLS failed; look at its certificate", False),
    (requests.exceptions.ProxyError, "the proxy does not let us through", False),
    (requests.ConnectionError, "the connection broke", True),
)
"""Kind of failure, what to say, and whether the message may have arrived all the same; the first that fits counts."""


def fault_of(error: requests.RequestException, shown: str, redactor: Redactor) -> SendFault:
    """What a failed request means; the library's text holds whole addresses and is kept out."""
    if _never_connected(error):
        return TemporaryFault(f"{shown}: no connection: {redactor(_root(error))}")
    for kind, text, ambiguous in _FAULTS:
        if isinstance(error, kind):
            return TemporaryFault(f"{shown}: {text}", ambiguous=ambiguous)
    if isinstance(error, ValueError):  # InvalidURL, InvalidHeader, MissingSchema: ours to mend
        return PermanentFault(f"{shown}: {type(error).__name__}: the address or a header cannot be used")
    return TemporaryFault(f"{shown}: {type(error).__name__}", ambiguous=True)


def _never_connected(error: BaseException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _root(error: BaseException) -> str:
    """The operating system's words at the bottom of a chain of exceptions: "Connection refused"."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, OSError) and below.strerror and not isinstance(below, requests.RequestException):
            return below.strerror
        reason = getattr(below.args[0], "reason", None) if below.args else None
        below = reason if isinstance(reason, BaseException) else below.__cause__ or below.__context__
    return "not reached"


def refuse_status(response: requests.Response, said: str, shown: str) -> None:
    """Raises a fault for an answer that is no success."""
    status = response.status_code
    if status < _FIRST_REDIRECT:
        return
    text = f"{shown}: HTTP {status}" + (f": {said}" if said else "")
    if status in _AGAIN or status >= _FIRST_SERVER_FAULT:
        raise TemporaryFault(text, retry_after_ms=_asked_ms(response))
    if status < _FIRST_REFUSAL:
        raise PermanentFault(f"{text}: redirects are not followed; configure the final address")
    raise PermanentFault(text)


def _asked_ms(response: requests.Response) -> int | None:
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9]) * 1000
    return _ms_until(text, response.headers.get("Date", ""))


def _ms_until(text: str, date: str) -> int | None:
    """A date, by the other side's own clock."""
    try:
        return max(0, int((parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds() * 1000))
    except (TypeError, ValueError):
        return None
