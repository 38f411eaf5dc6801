"""Where a Prometheus says that it scrapes a target, and whether two such places can be one process."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

LOOPBACK = "loopback"
_LEAST_HOLD_MS = 60_000
_LEAST_STICKY_MS = 10_000
_OTHER_SERVER_STICKY_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Place:
    """A target as one server names it. ``server``: the source that reads that server; ``instance``: its label."""

    server: str
    instance: str
    interval_ms: int

    @property
    def hold_ns(self) -> int:
        """So long a process stays with a label that its server shows no more: an operator may have renamed it."""
        return max(_LEAST_HOLD_MS, 3 * self.interval_ms) * 1_000_000

    def sticky_ns(self, other: Place) -> int:
        """So long a second place of one process stays that when the process is replaced: the first will see it too, as
        soon as its server is back."""
        least_ms = _LEAST_STICKY_MS if other.server == self.server else _OTHER_SERVER_STICKY_MS
        return max(least_ms, 3 * self.interval_ms) * 1_000_000

    def identity(self) -> str:
        """What stands for a process that tells no birth; empty when the label says nothing outside of its server."""
        host, port = host_and_port(self.instance)
        return f"{self.server} {LOOPBACK}:{port}" if host == LOOPBACK else f"{host}:{port}"

    def may_be(self, other: Place) -> bool:
        """Whether both can be one process: not when their addresses are numbers that differ."""
        one, two = (_number(host_and_port(each.instance)[0]) for each in (self, other))
        return one is None or two is None or one == two or one.version != two.version


def host_and_port(instance: str) -> tuple[str, str]:
    """``web-1:8080`` -> ``web-1``, ``8080``; every name of this machine is the same one."""
    try:
        parts = urlsplit(f"//{instance}")
        host, port = parts.hostname or instance, str(parts.port or "")
    except ValueError:  # no address: some operators label targets by other names
        return instance, ""
    number = _number(host)
    is_loopback = host == "localhost" or (number is not None and number.is_loopback)
    return (LOOPBACK if is_loopback else host.rstrip(".")), port


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
