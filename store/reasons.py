"""First words of the reasons of failed reads: what collectors write and everybody else goes by (``Read.reason``)."""

from __future__ import annotations

REFUSED = "refused"
"""Nobody listens there, or the connection was broken off: the machine answered, the process did not."""
UNROUTABLE = "unroutable"
"""No way to the machine: says nothing about the process."""
UNRESOLVED = "dns"
TIMEOUT = "timeout"
INSECURE = "tls"
BAD_STATUS = "http"
TOO_LARGE = "too_large"
GARBAGE = "garbage"
DUPLICATE = "duplicate"
"""Another source counts this process already."""
CONFIGURATION = "config"
STORE = "store"
SKIPPED = "skipped"
MISSING = "missing"
"""A Prometheus server has no scrape of the target."""


def cause(reason: str) -> str:
    """The first word of a reason: ``refused: 127.0.0.1:9: Connection refused`` -> ``refused``."""
    return reason.partition(":")[0]
