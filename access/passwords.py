"""Passwords: what is accepted, and hashes by argon2id. Checking costs the same for names that nobody has."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from access.errors import BadPassword, TooBusy

SHORTEST, LONGEST = 12, 256
LEAST_DIFFERENT = 5
NAMED_FROM = 3
"""Names from so many characters on may not be part of their password."""
AT_A_TIME = 2
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Verified:
    """``renewed``: the hash to keep from now on, empty when the present one will do."""

    right: bool
    renewed: str = ""


class Passwords:
    """Hashes and checks, few at a time: each takes 64 MiB and some 60 ms, and viewers must not wait for them."""

    def __init__(self, parameters: PasswordHasher | None = None) -> None:
        self._hasher = parameters or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())
        self._seats = threading.BoundedSemaphore(AT_A_TIME)

    def hashed(self, name: str, password: str) -> str:
        """What is kept of a new password. Raises BadPassword."""
        text = _plain(password)
        _refuse_weak(_plain(name), text)
        return self._hasher.hash(text)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Waits until a password may be checked. Raises TooBusy."""
        if not self._seats.acquire(timeout=PATIENCE_SECONDS):
            raise TooBusy
        try:
            yield
        finally:
            self._seats.release()

    def check(self, password: str, kept: str) -> Verified:
        """Whether it is the password of a hash; an empty hash is nobody's and takes as long. Take a seat before."""
        text = _plain(password[: LONGEST + 1])
        try:
            self._hasher.verify(kept or self._nobodys, text)
        except (VerificationError, InvalidHashError):
            return Verified(False)
        if not kept:
            return Verified(False)
        outdated = self._hasher.check_needs_rehash(kept)
        return Verified(True, self._hasher.hash(text) if outdated else "")


def _plain(text: str) -> str:
    """The same characters whichever keyboard they came from."""
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode()


def _refuse_weak(name: str, text: str) -> None:
    if len(text) < SHORTEST:
        raise BadPassword(f"is shorter than {SHORTEST} characters; take a sentence")
    if len(text) > LONGEST:
        raise BadPassword(f"is longer than {LONGEST} characters; take a shorter one")
    if len(name) >= NAMED_FROM and name.casefold() in text.casefold():
        raise BadPassword("holds the name itself; take one that nobody guesses from it")
    if len(set(text)) < LEAST_DIFFERENT:
        raise BadPassword(f"has fewer than {LEAST_DIFFERENT} different characters; take a sentence")
