"""A store in memory, hashes that cost nothing, and a clock that moves when told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from access import people
from access.entering import Entrance
from access.passwords import Passwords
from access.people import Person, find
from access.rights import Role
from store.journal import Change, JournalReader
from store.memory import MemoryStore
from store.port import Store

T0_MS = 1_795_000_020_000
PASSWORD = "correct horse battery"


class People:
    """Changes people as the command line does."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self.store = store
        self.passwords = passwords

    def add(self, name: str, *roles: Role, password: str = PASSWORD, now_ms: int = T0_MS) -> None:
        """Makes somebody known."""
        kept = self.passwords.hashed(name, password)
        self.change(lambda journal: people.add(journal, name, roles, kept, now_ms=now_ms, by="cli:root@here"))

    def change(self, plan: Callable[[JournalReader], Change]) -> None:
        """Writes one change."""
        with self.store.reading() as reader:
            change = plan(reader.journal())
        self.store.write(change)

    def find(self, name: str) -> Person | None:
        """Somebody as stored."""
        with self.store.reading() as reader:
            return find(reader.journal(), name)


@pytest.fixture
def store() -> Store:
    """Nothing in it."""
    return MemoryStore()


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Argon2id with the least that it takes."""
    return Passwords(PasswordHasher.from_parameters(CHEAPEST))


@pytest.fixture
def known(store: Store, passwords: Passwords) -> People:
    """Nobody yet."""
    return People(store, passwords)


@pytest.fixture
def entrance(store: Store, passwords: Passwords) -> Entrance:
    """Where people log in."""
    return Entrance(store, passwords)
