"""Tokens: made once, kept as digests, scoped, ended."""

from __future__ import annotations

import pytest

from access import tokens
from access.directory import FRESH_SECONDS, Directory
from access.errors import TokenRefused
from access.identity import Means
from access.rights import SHIPPED, Right, Role
from access.sessions import SessionTimes
from access.tokens import DAY_MS, SHAPE, USED_EVERY_MS, Token, Wanted, digest_of, new_secret
from store.memory import MemoryStore

NOW_MS = 1_795_231_219_250
BY = "cli:li@here"
CI = Wanted("ci", frozenset({Role.PERFORMANCE}), frozenset({Right.MEASURE}), 30 * DAY_MS)
HALL = Wanted("hall", frozenset({Role.VIEWER}), None, None, kiosk=True)


class Clock:
    """A monotonic clock that stands still."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.s


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore("Asia/Shanghai")


def add(store: MemoryStore, wanted: Wanted) -> str:
    secret = new_secret()
    with store.reading() as reader:
        change = tokens.add(reader.journal(), wanted, secret, now_ms=NOW_MS, by=BY, policy=SHIPPED)
    store.write(change)
    return secret


def revoke(store: MemoryStore, name: str) -> None:
    with store.reading() as reader:
        change = tokens.revoke(reader.journal(), name, NOW_MS + 1, BY)
    store.write(change)


def listed(store: MemoryStore) -> list[Token]:
    with store.reading() as reader:
        return tokens.listed(reader.journal())


def directory(store: MemoryStore, clock: Clock) -> Directory:
    return Directory(store, SHIPPED, SessionTimes(), now_ms=lambda: NOW_MS, monotonic=clock)


def test_a_secret_has_256_random_bits_and_a_shape_that_scanners_know() -> None:
    assert SHAPE.fullmatch(new_secret())
    assert len({new_secret() for _ in range(1000)}) == 1000


def test_the_store_keeps_a_digest_and_never_the_token(store: MemoryStore) -> None:
    secret = add(store, CI)

    with store.reading() as reader:
        document = reader.journal().document(tokens.KIND, "ci")
    assert document is not None
    assert secret not in document.body
    assert secret[4:] not in document.body
    assert digest_of(secret) in document.body


def test_adding_and_revoking_stand_in_the_audit_log_without_the_token(store: MemoryStore) -> None:
    secret = new_secret()
    with store.reading() as reader:
        made = tokens.add(reader.journal(), CI, secret, now_ms=NOW_MS, by=BY, policy=SHIPPED)
    store.write(made)
    with store.reading() as reader:
        ended = tokens.revoke(reader.journal(), "CI", NOW_MS, BY)

    assert [(act.actor, act.action, act.subject) for change in (made, ended) for act in change.audit] == [
        (BY, "token.add", "ci"),
        (BY, "token.revoke", "ci"),
    ]
    assert all(secret not in act.detail and digest_of(secret) not in act.detail for act in made.audit)


def test_a_token_opens_what_its_role_allows_within_what_was_asked_for(store: MemoryStore) -> None:
    secret = add(store, CI)

    found = directory(store, Clock()).identity_of_token(digest_of(secret), NOW_MS)

    assert found is not None
    assert (found.name, found.means, found.rights) == ("token:ci", Means.TOKEN, {Right.MEASURE})
    assert found.expires_ms == NOW_MS + 30 * DAY_MS


def test_a_token_opens_nothing_from_its_end_on(store: MemoryStore) -> None:
    secret, known = add(store, CI), directory(store, Clock())
    end_ms = NOW_MS + 30 * DAY_MS

    assert known.identity_of_token(digest_of(secret), end_ms - 1) is not None
    assert known.identity_of_token(digest_of(secret), end_ms) is None


def test_a_kiosk_looks_for_ever_and_is_no_token_of_a_script(store: MemoryStore) -> None:
    secret, known = add(store, HALL), directory(store, Clock())

    found = known.identity_of_token(digest_of(secret), NOW_MS + 4000 * DAY_MS, kiosk=True)

    assert found is not None
    assert (found.name, found.rights, found.expires_ms) == ("kiosk:hall", {Right.SEE}, None)
    assert known.identity_of_token(digest_of(secret), NOW_MS) is None


def test_a_kiosk_only_looks_whatever_its_role_allows() -> None:
    grown = Token("hall", "", frozenset({Role.ADMIN}), None, True, 0, None, BY)

    assert grown.allows(SHIPPED) == {Right.SEE}


def test_a_revoked_token_opens_nothing_on_another_replica_within_five_seconds(store: MemoryStore) -> None:
    clock = Clock()
    secret, known = add(store, CI), directory(store, clock)
    assert known.identity_of_token(digest_of(secret), NOW_MS) is not None

    revoke(store, "ci")
    clock.s += FRESH_SECONDS

    assert FRESH_SECONDS < 5
    assert known.identity_of_token(digest_of(secret), NOW_MS) is None
    assert listed(store) == []


def test_a_name_comes_back_after_revoking_with_another_secret(store: MemoryStore) -> None:
    first = add(store, CI)
    revoke(store, "ci")
    second = add(store, CI)
    known = directory(store, Clock())

    assert known.identity_of_token(digest_of(first), NOW_MS) is None
    assert known.identity_of_token(digest_of(second), NOW_MS) is not None


def test_the_last_use_is_written_at_most_once_an_hour(store: MemoryStore) -> None:
    clock = Clock()
    secret, known = add(store, CI), directory(store, clock)

    for passed_ms in (0, 1000, USED_EVERY_MS - 1, USED_EVERY_MS, USED_EVERY_MS + 1):
        clock.s = passed_ms / 1000
        known.identity_of_token(digest_of(secret), NOW_MS + passed_ms)

    (token,) = listed(store)
    assert token.used_ms == NOW_MS + USED_EVERY_MS
    assert token.version == 3


@pytest.mark.parametrize(
    ("wanted", "cause"),
    [
        (Wanted("ci", frozenset({Role.VIEWER}), frozenset({Right.ADMINISTER}), DAY_MS), "right administer is none of"),
        (Wanted("ci", frozenset({Role.VIEWER}), None, None), "must expire"),
        (Wanted("ci", frozenset({Role.VIEWER}), frozenset(), DAY_MS), "would open nothing"),
    ],
)
def test_what_opens_too_much_or_nothing_is_refused(store: MemoryStore, wanted: Wanted, cause: str) -> None:
    with pytest.raises(TokenRefused, match=cause):
        add(store, wanted)


def test_two_tokens_cannot_have_one_name(store: MemoryStore) -> None:
    add(store, CI)

    with pytest.raises(TokenRefused, match="is known already"):
        add(store, CI)
