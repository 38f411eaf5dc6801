"""How many connections one address may hold at a time, so that no single one takes them all.

Who asks is the address that connects: what a header says of somebody else costs nothing to write, and says nothing of
who holds a connection.
"""

from __future__ import annotations

import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

USUAL = 500
"""An eighth of what a server holds: a floor of a bank behind one address, with six for each browser."""
SAID_SECONDS = 60.0
HOUSEHOLD_BITS = 64
"""Whoever has one address of IPv6 has all that begin like it."""
_SAID = b"too many connections from one address; close some, or use one for several requests\n"
TURNED_AWAY = (
    b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 10\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
) % (len(_SAID), _SAID)
MOST_ASKED_BYTES = 64 * 1024
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Crowding:
    """``most``: connections of one address (of IPv6: of one /64). ``proxies``: through which many come, never counted;
    ``own``: whether those of this machine are counted."""

    most: int = USUAL
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    own: bool = False

    def household(self, host: str) -> str | None:
        """What an address is counted under; None when it is not."""
        address = ip_address(host.partition("%")[0])
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address
        if (address.is_loopback and not self.own) or any(address in each for each in self.proxies):
            return None
        if isinstance(address, IPv6Address) and not address.is_loopback:
            return str(IPv6Network((address, HOUSEHOLD_BITS), strict=False))
        return str(address)


class Crowd:
    """Who holds how many connections of one server. One thread asks: the one that accepts."""

    def __init__(self, rule: Crowding, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rule = rule
        self._monotonic = monotonic
        self._household = lru_cache(maxsize=4096)(rule.household)
        self._held: Counter[str] = Counter()
        self._turned_away = 0
        self._said_s = float("-inf")

    def admits(self, host: str) -> bool:
        """Whether one more may come; then it is counted."""
        household = self._household(host)
        if household is None:
            return True
        if self._held[household] >= self._rule.most:
            self._say(household)
            return False
        self._held[household] += 1
        return True

    def went(self, host: str) -> None:
        """One has ended."""
        household = self._household(host)
        if household is not None and self._held[household] > 0:
            self._held[household] -= 1

    def recount(self, hosts: Iterable[str]) -> None:
        """Those that are open, by their addresses: what failed between its beginning and its end is forgotten."""
        found = (self._household(host) for host in hosts)
        self._held = Counter(household for household in found if household is not None)

    def _say(self, household: str) -> None:
        """At most once a minute: whoever is turned away comes again at once."""
        self._turned_away += 1
        now_s = self._monotonic()
        if now_s - self._said_s < SAID_SECONDS:
            return
        log.warning(
            "%s holds %d connections and gets no more (server: connections_per_address); turned away so far: %d",
            household,
            self._rule.most,
            self._turned_away,
        )
        self._said_s = now_s


def turn_away(connection: socket.socket) -> None:
    """Says why in one line and ends the connection; waits for nothing."""
    with suppress(OSError), connection:
        connection.setblocking(False)
        connection.send(TURNED_AWAY)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(MOST_ASKED_BYTES)  # what was asked already: left unread it would take the line back
