"""Sources that are the same one under two names: told before anything is counted twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from urllib.parse import urlsplit

from collectors.places import host_and_port
from configuration.prometheus import PrometheusSettings

_PORTS = {"http": "80", "https": "443"}


def same_address(url: str) -> tuple[str, str, str]:
    """Host, port and path of an address; every name of this machine is the same host."""
    parts = urlsplit(url)
    host, port = host_and_port(parts.netloc)
    query = f"?{parts.query}" if parts.query else ""
    return host, port or _PORTS.get(parts.scheme.lower(), ""), f"{parts.path.rstrip('/')}{query}"


def repeated(sources: Iterable[tuple[str, Hashable]]) -> list[list[str]]:
    """Ids of sources that are the same: source id and what it reads -> ids of each that more than one reads."""
    found: dict[Hashable, list[str]] = {}
    for name, read in sources:
        found.setdefault(read, []).append(name)
    return [names for names in found.values() if len(names) > 1]


def what_it_reads(source: PrometheusSettings) -> Hashable:
    """Server, job, and what else decides the answer: a tenant, and what goes with every question."""
    asked = (frozenset(source.all_headers().items()), frozenset(source.parameters.items()))
    return same_address(source.url), source.job, asked
