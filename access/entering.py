"""Logging in with name and password: counted, checked, recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable

from access import people
from access.auditing import with_audit
from access.errors import NotAdmitted, TooBusy
from access.lockout import PER_ADDRESS, PER_NAME, Rule, Tries, place_of_address, place_of_name, tries_of
from access.passwords import Passwords
from access.people import Person
from store.errors import StaleDocument
from store.journal import Change, JournalReader
from store.port import Store

TRIES = 8
NOBODY = "unknown name"
"""Stands in the record for names that nobody has: people type passwords into that field."""
log = logging.getLogger(__name__)


class Entrance:
    """Where people log in, of all replicas on one store."""

    def __init__(
        self, store: Store, passwords: Passwords, *, per_name: Rule = PER_NAME, per_address: Rule = PER_ADDRESS
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._per_name = per_name
        self._per_address = per_address

    def enter(self, name: str, password: str, address: str, now_ms: int) -> Person:
        """The person. Raises NotAdmitted, LockedOut, TooBusy."""
        with self._passwords.seat():
            person, locking = self._charge(name, address, now_ms)
            kept = "" if person is None or person.disabled else person.kept
            verified = self._passwords.check(password, kept)
        if person is None or not verified.right:
            self._refuse(person, address, now_ms, locking=locking)
            raise NotAdmitted
        self._written(lambda journal: self._admission(journal, name, address, now_ms, person))
        if verified.renewed:
            self._renew(person, verified.renewed)
        return person

    def _charge(self, name: str, address: str, now_ms: int) -> tuple[Person | None, bool]:
        """Counts a try; who it is, and whether this try was the last one before a lock."""
        seen: list[tuple[Person | None, bool]] = []

        def charge(journal: JournalReader) -> Change:
            of_name = tries_of(journal, place_of_name(name)).charged(self._per_name, now_ms)
            of_address = tries_of(journal, place_of_address(address)).charged(self._per_address, now_ms)
            seen.append((people.find(journal, name), bool(of_name.until_ms or of_address.until_ms)))
            return Change(documents=(of_name.document(), of_address.document()))

        self._written(charge)
        return seen[-1]

    def _refuse(self, person: Person | None, address: str, now_ms: int, *, locking: bool) -> None:
        known = NOBODY if person is None else person.name
        action = "login.locked" if locking else "login.refused"
        log.warning("%s for %s from %s", action, known, address)
        self._store.write(with_audit(Change(), now_ms, known, action, known, address=address))

    def _admission(self, journal: JournalReader, name: str, address: str, now_ms: int, person: Person) -> Change:
        """Gives back what was counted, and records the login."""
        of_name = tries_of(journal, place_of_name(name))
        of_address = tries_of(journal, place_of_address(address))
        documents = (Tries(of_name.id, of_name.version, last_ms=now_ms).document(), of_address.given_back().document())
        return with_audit(Change(documents=documents), now_ms, person.name, "login", person.name, address=address)

    def _renew(self, person: Person, kept: str) -> None:
        try:
            self._store.write(people.rehashed(person, kept))
        except StaleDocument:
            log.info("%s was changed while logging in; the hash is renewed next time", person.name)

    def _written(self, plan: Callable[[JournalReader], Change]) -> None:
        """Plans on what is stored, anew while somebody else is faster."""
        for _ in range(TRIES):
            with self._store.reading() as reader:
                change = plan(reader.journal())
            try:
                self._store.write(change)
            except StaleDocument:
                continue
            return
        raise TooBusy
