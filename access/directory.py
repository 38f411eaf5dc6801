"""Who is known right now, and which sessions were ended: looked up in memory, read from the store every few seconds.

3,000 walls ask once a second; the store is asked once in four, whoever asks and however many.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from access.auditing import with_audit
from access.identity import Identity, Means
from access.people import MOST, Person, key_of, listed
from access.rights import RolePolicy
from access.sessions import ENDED, Session, SessionTimes
from access.tokens import USED_EVERY_MS, Token, by_digest, used
from access.tokens import listed as listed_tokens
from store.errors import StaleDocument, StoreError
from store.journal import Change, Document, JournalReader
from store.port import Store

FRESH_SECONDS = 4.0
"""With the reading itself: what is revoked opens nothing after 5 s, on every replica."""
NEVER = float("-inf")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """``read_s``: on the monotonic clock; ``ended``: when, by a session's id or one of its marks."""

    read_s: float = NEVER
    people: Mapping[str, Person] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)


class Directory:
    """Shared by all requests of one process."""

    def __init__(
        self,
        store: Store,
        policy: RolePolicy,
        times: SessionTimes,
        *,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._policy = policy
        self._times = times
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._known = _Known()
        self._reading = threading.Lock()
        self._noted: dict[str, int] = {}

    def identity_of(self, session: Session) -> Identity | None:
        """Whoever a session speaks for; None when it was ended, or its person may come in no more. Raises StoreError
        when the store could never be asked."""
        known = self._fresh()
        person = known.people.get(key_of(session.name))
        if _is_ended(session, known.ended) or not _holds(session, person):
            return None
        roles = session.roles if person is None or session.means is not Means.PASSWORD else person.roles
        return Identity(
            session.name,
            session.means,
            self._policy.of(roles),
            session.expires_ms(self._times),
            roles=roles,
            binding=session.id,
        )

    def identity_of_token(self, digest: str, now_ms: int, *, kiosk: bool = False) -> Identity | None:
        """Whoever shows the token of a digest; None when it opens nothing. ``kiosk``: as a wall does, from its cookie.
        Raises StoreError when the store could never be asked."""
        token = self._fresh().tokens.get(digest)
        if token is None or token.kiosk != kiosk or not token.holds(now_ms):
            return None
        self._note_use(token, now_ms)
        return token.identity(self._policy)

    def _note_use(self, token: Token, now_ms: int) -> None:
        noted_ms = self._noted.get(token.digest)
        if not token.is_used_anew(now_ms) or (noted_ms is not None and now_ms - noted_ms < USED_EVERY_MS):
            return
        self._noted[token.digest] = now_ms
        try:
            self._store.write(used(token, now_ms))
        except StaleDocument:
            log.info("the last use of %s was kept by another replica", token.actor)
        except StoreError as error:
            log.warning("the last use of %s is not kept: %s", token.actor, error)

    def person(self, name: str) -> Person | None:
        """Somebody who is known here, disabled or not. Raises StoreError when the store could never be asked."""
        return self._fresh().people.get(key_of(name))

    def admins(self) -> tuple[str, ...]:
        """Names of whoever can let people in."""
        return tuple(sorted(person.name for person in self._fresh().people.values() if person.administers))

    def end(self, session: Session, now_ms: int) -> None:
        """Ends one session everywhere; here at once."""
        change = Change(documents=(Document(ENDED, session.id, 0, now_ms, False, "{}"),))
        try:
            self._store.write(with_audit(change, now_ms, session.name, "logout", session.name))
        except StaleDocument:
            log.info("a session of %s was ended already", session.name)
        self.forget()

    def forget(self) -> None:
        """The next request asks the store."""
        with self._reading:
            self._known = replace(self._known, read_s=NEVER)

    def _fresh(self) -> _Known:
        """One request asks the store, the others go on with what was known, unless nothing ever was."""
        known = self._known
        if self._monotonic() - known.read_s < FRESH_SECONDS:
            return known
        if not self._reading.acquire(blocking=known.read_s == NEVER):
            return known
        try:
            if self._monotonic() - self._known.read_s >= FRESH_SECONDS:
                self._known = self._read(self._known)
            return self._known
        finally:
            self._reading.release()

    def _read(self, known: _Known) -> _Known:
        now_s = self._monotonic()
        try:
            with self._store.reading() as reader:
                journal = reader.journal()
                people = {each.key: each for each in listed(journal)}
                return _Known(now_s, people, self._ended(journal), by_digest(listed_tokens(journal)))
        except StoreError as error:
            if known.read_s == NEVER and not known.people:
                raise
            log.warning("people not read, going on with who was known: %s", error)
            return replace(known, read_s=now_s)

    def _ended(self, journal: JournalReader) -> Mapping[str, int]:
        """Sessions that somebody logged out of, or that the provider ended, as long as they would hold otherwise."""
        since_ms = self._now_ms() - self._times.longest_ms - 1
        return {each.id: each.at_ms for each in journal.documents(ENDED, from_ms=since_ms, most=MOST)}


def _is_ended(session: Session, ended: Mapping[str, int]) -> bool:
    """Whoever logs in again after the provider ended all of somebody's sessions comes in again."""
    return any(ended.get(each, -1) >= session.began_ms for each in (session.id, *session.marks))


def _holds(session: Session, person: Person | None) -> bool:
    if person is None:
        return session.means is not Means.PASSWORD
    return not person.disabled and session.epoch_ms == person.epoch_ms
