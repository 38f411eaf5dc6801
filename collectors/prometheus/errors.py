"""What can go wrong between us and a Prometheus API, by cause; each message is one line that starts with its code word.

PrometheusError
|- Unreachable     refused: nobody answers, or the connection broke
|- UnknownHost     dns: the name does not resolve
|- BadCertificate  tls: the server's certificate is not accepted
|- TooSlow         timeout: no whole answer in time
|- HttpFault       http: an answer that is not a success
|- Garbage         garbage: a success that is not what the API promises
|- Partial         partial: the server says itself that something is missing
`- TooMuch         too_large: more samples or bytes than one query may carry
"""

from __future__ import annotations

from collectors.errors import CollectorError


class PrometheusError(CollectorError):
    """Anything that keeps us from a whole answer."""

    def __init__(self, server: str, cause: str) -> None:
        super().__init__(f"{server}: {cause}")


class Unreachable(PrometheusError):
    """Nobody listens, or the connection broke in the middle."""

    code = "refused"


class UnknownHost(PrometheusError):
    """The name of the server does not resolve."""

    code = "dns"


class BadCertificate(PrometheusError):
    """The server's certificate is not accepted."""

    code = "tls"


class TooSlow(PrometheusError):
    """No whole answer within the time allowed."""

    code = "timeout"


class HttpFault(PrometheusError):
    """The server answered with a status that is not a success."""

    code = "http"


class Garbage(PrometheusError):
    """The server answered with a success that is not what the API promises."""

    code = "garbage"


class Partial(PrometheusError):
    """The server warns that its answer is not complete: counting it would lose events in silence."""

    code = "partial"


class TooMuch(PrometheusError):
    """More than one query may carry: ask for a shorter stretch."""

    code = "too_large"
