"""What a probe found, from what happened to it: the one table of outcome -> state (definitions.md section 2).

| what happened | state | why |
|---|---|---|
| expected status and text, whole and within the limit | good | what a customer wants |
| another status, 5xx and unexpected redirects included | bad | the service did not do what it should |
| 401, 403, 404, 407 | invalid probe | the prober asks wrongly: no right, or for something else |
| the text is not in the answer | bad | an answer that is not the right one |
| no whole answer within the limit | bad | too slow is failed |
| refused, reset, broken off, not HTTP | bad | nobody serves there |
| the name is not resolved, or not in time | invalid probe | the prober's resolver |
| the proxy cannot be reached, no route, no own address, no sockets left | invalid probe | the prober's own machine |
| certificate expired, not yet valid, for another name | bad | every customer's browser refuses it too |
| certificate for another name, when the prober asks by a bare IP address | invalid probe | customers ask by name |
| certificate of an unknown authority | invalid probe | what is trusted is the prober's list (``ca_file``) |
| the server wants a certificate of the prober | invalid probe | like 401 |
| any other fault of the handshake | bad | customers cannot shake hands either |

The first two rows yield to ``expect_status``: who expects 401 or 302 and gets it has found what is right.
"""

from __future__ import annotations

import errno
import http.client
import ssl
from dataclasses import dataclass
from fractions import Fraction
from http import HTTPStatus

from collectors.errors import one_line
from slo.counts import Counts
from slo.states import SliceState, slice_state

PROBERS_STATUS = frozenset({401, 403, 404, 407})
_OWN_ERRNO = frozenset(
    {
        errno.EADDRNOTAVAIL,
        errno.EADDRINUSE,
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EACCES,
        errno.EPERM,
    }
)
_EVERYBODY_REFUSES = {9: "not yet valid", 10: "expired"}
"""X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED."""
_OTHER_NAME = frozenset({62, 63, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH, _EMAIL_MISMATCH and _IP_ADDRESS_MISMATCH."""
_IP_MISMATCH = 64
_WANTS_OURS = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE_CERT", "BAD_CERTIFICATE")
_ALL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found. ``valid``: the prober did its part; ``good``: so did the service. ``reason`` begins with a
    code word and is empty when all is good."""

    valid: bool
    good: bool
    reason: str = ""

    @property
    def state(self) -> SliceState:
        """The same as the state of its slice of time."""
        counts = Counts(good=1) if self.good else Counts(bad=1)
        return slice_state(observed=True, excluded=False, probe_valid=self.valid, counts=counts, bad_share=_ALL)


GOOD = Outcome(valid=True, good=True)


def bad(reason: str) -> Outcome:
    """The service failed."""
    return Outcome(valid=True, good=False, reason=one_line(reason))


def invalid(reason: str) -> Outcome:
    """The prober failed: nothing is known of the service."""
    return Outcome(valid=False, good=False, reason=one_line(reason))


def of_status(status: int, expected: tuple[int, ...], place: str = "") -> Outcome:
    """An answer by its status; ``place`` is where a redirect points."""
    if status in expected:
        return GOOD
    text = f"status: {status} {_phrase(status)}".rstrip()
    if status in PROBERS_STATUS:
        return invalid(f"{text}: the prober may not, or asks for the wrong thing")
    return bad(f"{text}, and redirects are not followed ({place})" if place else text)


def of_fault(fault: OSError | http.client.HTTPException) -> Outcome:
    """A request that ended without an answer."""
    if isinstance(fault, http.client.RemoteDisconnected):
        return bad("refused: the connection was closed without an answer")
    if isinstance(fault, http.client.HTTPException):
        return bad(f"garbage: the answer is not HTTP: {type(fault).__name__}: {fault}")
    return of_tls(fault) if isinstance(fault, ssl.SSLError) else of_system(fault)


def of_tls(fault: ssl.SSLError) -> Outcome:
    """A handshake that failed."""
    if not isinstance(fault, ssl.SSLCertVerificationError):
        cause = fault.reason or str(fault)
        return invalid(f"tls: the server wants a certificate: {cause}") if _wants_ours(cause) else bad(f"tls: {cause}")
    code, text = fault.verify_code, f"tls: certificate refused, {fault.verify_message}"
    if code in _EVERYBODY_REFUSES or (code in _OTHER_NAME and code != _IP_MISMATCH):
        return bad(text)
    return invalid(text)


def of_system(fault: OSError) -> Outcome:
    """A connection that could not be made or broke off."""
    cause = fault.strerror or str(fault) or type(fault).__name__
    return invalid(f"prober: {cause}") if fault.errno in _OWN_ERRNO else bad(f"refused: {cause}")


def _wants_ours(cause: str) -> bool:
    return any(word in cause for word in _WANTS_OURS)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
