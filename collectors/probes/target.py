"""What is probed, from where, and what counts as a good answer: plain values, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from collectors.errors import BadTarget
from store.probes import Probe


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place that probes run from. ``source_address``: own address to ask from, empty: the system's choice;
    ``proxy``: ``http://host:port`` that every request of this place goes through, empty: none."""

    id: str
    source_address: str = ""
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One probe: ``limit_ms`` is for everything together, from the connection to the last byte. ``expect_text`` must
    occur in the answer; ``ca_file`` replaces the system's authorities."""

    probe: Probe
    url: str
    vantage: Vantage
    expect_status: tuple[int, ...] = (200,)
    expect_text: str = ""
    limit_ms: int = 1000
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes and what it asks for."""

    host: str
    port: int
    secure: bool
    path: str

    @property
    def authority(self) -> str:
        """Host and port as HTTP writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_of(url: str) -> Address:
    """The parts of an http or https address. Raises BadTarget."""
    parts = _parts(url)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.hostname or "", parts.port or (443 if secure else 80), secure, path)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_one = parts.port != 0
    except ValueError as cause:
        raise BadTarget(f"{url!r} is not an address: {cause}") from cause
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_one:
        raise BadTarget(f"{url!r} is not an address; write https://host:port/path")
    if parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        raise BadTarget(f"{parts.hostname}: the address holds a user or characters that it cannot have")
    return parts
