"""What can go wrong between us and a Prometheus API, by cause; each message is one line that starts with its code word.

PrometheusError
|- Unreachable     refused: nobody answers, or the connection broke
|- UnknownHost     dns: the name does not resolve
|- BadCertificate  tls: the server's certificate is not accepted
|- TooSlow         timeout: no whole answer in time
|- NoAccess        auth: a secret or certificate of ours cannot be read
|- HttpFault       http: an answer that is not a success
|  `- Busy         http: status 429 or 5xx: it may pass
|- Garbage         garbage: a success that is not what the API promises
|- Partial         partial: the server says itself that something is missing
`- TooMuch         too_large: more samples or bytes than one query may carry
"""

from __future__ import annotations

from collectors.errors import CollectorError


class PrometheusError(CollectorError):
    """Anything that keeps us from a whole answer. ``passing``: asking again in a moment may help."""

    passing = False

    def __init__(self, server: str, cause: str) -> None:
        super().__init__(f"{server}: {cause}")


class Unreachable(PrometheusError):
    """Nobody listens, or the connection broke in the middle."""

    code = "refused"
    passing = True


class UnknownHost(PrometheusError):
    """The name of the server does not resolve."""

    code = "dns"


class BadCertificate(PrometheusError):
    """The server's certificate is not accepted."""

    code = "tls"


class TooSlow(PrometheusError):
    """No whole answer within the time allowed."""

    code = "timeout"
    passing = True


class HttpFault(PrometheusError):
    """The server answered with a status that is not a success. ``status``: which."""

    code = "http"

    def __init__(self, server: str, cause: str, status: int = 0) -> None:
        super().__init__(server, cause)
        self.status = status


class Busy(HttpFault):
    """The server is overloaded, starting, or broken for the moment."""

    passing = True


class NoAccess(PrometheusError):
    """What the server wants to see of us cannot be read on our side."""

    code = "auth"


class Garbage(PrometheusError):
    """The server answered with a success that is not what the API promises."""

    code = "garbage"


class Partial(PrometheusError):
    """The server warns that its answer is not complete: counting it would lose events in silence."""

    code = "partial"
    passing = True


class TooMuch(PrometheusError):
    """More than one query may carry: ask for a shorter stretch."""

    code = "too_large"
