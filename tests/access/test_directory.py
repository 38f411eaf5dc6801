"""Whom a session speaks for right now."""

from __future__ import annotations

from typing import Any

import pytest

from access import people
from access.directory import FRESH_SECONDS, Directory
from access.identity import Identity, Means
from access.rights import SHIPPED, Right, Role
from access.sessions import Session, Sessions, SessionTimes, Signer
from store.errors import StoreUnavailable
from store.port import Store

NOW_MS = 1_795_000_020_000
SESSIONS = Sessions(Signer(b"k" * 32), SessionTimes())


class Steady:
    """A monotonic clock."""

    def __init__(self) -> None:
        self.second = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.second


@pytest.fixture
def steady() -> Steady:
    """At zero."""
    return Steady()


@pytest.fixture
def directory(store: Store, steady: Steady) -> Directory:
    """Of one process."""
    return Directory(store, SHIPPED, SESSIONS.times, now_ms=lambda: NOW_MS, monotonic=steady)


def session_of(known: Any, name: str) -> Session:
    """A session that has just begun."""
    return SESSIONS.begin(name, Means.PASSWORD, frozenset(), known.find(name).epoch_ms, NOW_MS)


def test_a_session_has_the_rights_that_the_person_has_now(known: Any, directory: Directory, steady: Steady) -> None:
    """Other roles hold within seconds, in sessions that are open too."""
    known.add("boss", Role.ADMIN)
    known.add("li", Role.VIEWER)
    session = session_of(known, "li")
    found = directory.identity_of(session)
    assert isinstance(found, Identity)
    assert (found.rights, found.binding) == ({Right.SEE}, session.id)
    known.change(lambda journal: people.give_roles(journal, "li", [Role.ON_CALL], NOW_MS, "boss"))
    steady.second = FRESH_SECONDS
    again = directory.identity_of(session)
    assert again is not None
    assert again.may(Right.RESPOND)


def test_disabling_and_a_new_password_end_sessions_within_five_seconds(
    known: Any, directory: Directory, steady: Steady
) -> None:
    known.add("boss", Role.ADMIN)
    known.add("li", Role.VIEWER)
    for change in (
        lambda journal: people.give_password(journal, "li", "$x", NOW_MS, "boss"),
        lambda journal: people.disable(journal, "li", NOW_MS, "boss"),
    ):
        session = session_of(known, "li")
        steady.second += FRESH_SECONDS
        assert directory.identity_of(session) is not None
        known.change(change)
        steady.second += FRESH_SECONDS
        assert directory.identity_of(session) is None


def test_a_logout_holds_here_at_once_and_elsewhere_in_seconds(
    known: Any, store: Store, directory: Directory, steady: Steady
) -> None:
    known.add("li", Role.VIEWER)
    other = Directory(store, SHIPPED, SESSIONS.times, now_ms=lambda: NOW_MS, monotonic=steady)
    session, second = session_of(known, "li"), session_of(known, "li")
    assert other.identity_of(session) is not None
    directory.end(session, NOW_MS)
    directory.end(session, NOW_MS)
    assert directory.identity_of(session) is None
    assert directory.identity_of(second) is not None
    steady.second += FRESH_SECONDS
    assert other.identity_of(session) is None


def test_the_store_is_asked_once_in_five_seconds_however_many_ask(
    known: Any, store: Store, directory: Directory, steady: Steady, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3,000 walls must not become 3,000 questions."""
    known.add("li", Role.VIEWER)
    session, asked, real = session_of(known, "li"), 0, store.reading

    def reading() -> Any:
        nonlocal asked
        asked += 1
        return real()

    monkeypatch.setattr(store, "reading", reading)
    for _ in range(3000):
        assert directory.identity_of(session) is not None
    steady.second = FRESH_SECONDS
    directory.identity_of(session)
    assert asked == 2


def test_a_store_that_is_away_keeps_people_where_they_are(
    known: Any, store: Store, directory: Directory, steady: Steady, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wall must be able to say that it is stale; who was never known stays out."""
    known.add("li", Role.VIEWER)
    session = session_of(known, "li")
    assert directory.identity_of(session) is not None

    def refuse() -> Any:
        raise StoreUnavailable("store", "is away")

    monkeypatch.setattr(store, "reading", refuse)
    steady.second = 60
    assert directory.identity_of(session) is not None
    fresh = Directory(store, SHIPPED, SESSIONS.times, now_ms=lambda: NOW_MS)
    with pytest.raises(StoreUnavailable):
        fresh.identity_of(session)
