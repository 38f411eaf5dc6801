"""How often somebody may guess: failures per name and per address, kept in the store so that all replicas count as one.

A try is counted before the password is looked at, else many at once would all be free; a right one gives it back.
Names and addresses are counted in places that a digest chooses: a fixed number of them, whether or not a name is known,
so that neither the store grows nor a lock tells who is known.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, replace
from hashlib import blake2b

from access.errors import LockedOut
from access.people import key_of
from store.journal import Document, JournalReader

KIND = "login-tries"
PLACES = 1 << 18
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Rule:
    """``most`` failures lock for ``first_ms``, and for twice as long each further time, up to ``longest_ms``; after
    ``forget_ms`` without a failure all is forgotten. ``ease_ms``: one failure less after each such stretch, 0 never."""

    most: int
    first_ms: int = 15 * MINUTE_MS
    longest_ms: int = DAY_MS
    forget_ms: int = DAY_MS
    ease_ms: int = 0


PER_NAME = Rule(most=5)
PER_ADDRESS = Rule(most=30, ease_ms=MINUTE_MS)
"""A whole branch may sit behind one address: so many at once, one a minute in the long run."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Of one name or address. ``locks``: how often it was locked on end; ``last_ms``: the newest failure."""

    id: str
    version: int = 0
    failures: int = 0
    locks: int = 0
    until_ms: int = 0
    last_ms: int = 0

    def charged(self, rule: Rule, now_ms: int) -> Tries:
        """One try more. Raises LockedOut while it is locked."""
        if now_ms < self.until_ms:
            raise LockedOut(-(-(self.until_ms - now_ms) // 1000))
        forgotten = now_ms - max(self.last_ms, self.until_ms) > rule.forget_ms
        eased = (now_ms - self.last_ms) // rule.ease_ms if rule.ease_ms else 0
        failures, locks = (0, 0) if forgotten else (max(0, self.failures - eased), self.locks)
        if failures + 1 < rule.most:
            return Tries(self.id, self.version, failures + 1, locks, 0, now_ms)
        held_ms = min(rule.longest_ms, rule.first_ms << min(locks, 20))
        return Tries(self.id, self.version, 0, locks + 1, now_ms + held_ms, now_ms)

    def given_back(self) -> Tries:
        """One try less, for it was right; a lock stays."""
        return replace(self, failures=max(0, self.failures - 1))

    def document(self) -> Document:
        """As it is stored; closed, so that retention takes it."""
        body = {"failures": self.failures, "locks": self.locks, "until_ms": self.until_ms}
        return Document(KIND, self.id, self.version, self.last_ms, False, json.dumps(body))


def tries_of(journal: JournalReader, id: str) -> Tries:
    """What is known of a name's or an address's place."""
    document = journal.document(KIND, id)
    if document is None:
        return Tries(id)
    body = json.loads(document.body)
    return Tries(id, document.version, body["failures"], body["locks"], body["until_ms"], document.at_ms)


def place_of_name(name: str) -> str:
    """Where a name is counted."""
    return _place("name", key_of(name))


def place_of_address(address: str) -> str:
    """Where an address is counted; one customer of a provider has a whole /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return _place("address", address)
    if isinstance(found, ipaddress.IPv6Address):
        return _place("address", str(ipaddress.ip_network((found, 64), strict=False)))
    return _place("address", str(found))


def _place(what: str, text: str) -> str:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, person=b"login-tries").digest()
    return f"{what}:{int.from_bytes(digest) % PLACES:05x}"
