"""A role that lacks rights in PostgreSQL is told which, and on what; what it is told helps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store import maintenance
from store.audit import audited
from store.errors import CopyRefused, StoreError, StoreUnavailable
from store.examining import lacking
from store.journal import Change, Entry
from store.opening import open_store
from store.records import Batch, Events, Read, Source
from store.sql.rights import quoted, remedy
from tests.store.postgres_server import PostgresChild

ROLE = "clerk"
AT_S = 1_795_276_800
GRANT = re.compile(r"GRANT .* TO clerk")
TOLD = re.compile(r"GRANT its owner TO clerk")


@pytest.fixture
def clerk(postgres: PostgresChild, address: str) -> Iterator[str]:
    """Address for a role that may come in and do nothing more, not even see."""
    name = address.rpartition("/")[2]
    postgres.execute(f"CREATE ROLE {ROLE} LOGIN")
    postgres.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC", name)
    yield postgres.address(name, ROLE)
    postgres.execute(f"REVOKE postgres FROM {ROLE}")
    postgres.execute(f"DROP OWNED BY {ROLE}", name)
    postgres.execute(f"DROP ROLE {ROLE}")


def use(address: str) -> None:
    """What a collector, a person and a report do."""
    store = open_store(address, SHANGHAI, create=True)
    try:
        store.register(Source("dc1", "exposition", "dc1", 1000), 0)
        events = (Events(AT_S, "p", "dc1", "a", "apply", "ok", "customer", Kind.GOOD, 3),)
        store.commit(Batch("dc1", store.resume("dc1").version, (Read(AT_S * 1000, True),), AT_S * 1000, events))
        act = audited(1, "cli:li@ops", "silence.make", "s")
        store.write(Change(entries=(Entry(1, "note", "s", "li", "{}"),), audit=(act,)))
        with store.reading() as reader:
            assert reader.audit().head().number > 0
    finally:
        store.close()


def told(address: str) -> str:
    """The statement that the refusal of the next step names; empty when nothing is refused any more."""
    try:
        use(address)
    except StoreUnavailable as refused:
        line = str(refused)
        assert "\n" not in line
        statement = GRANT.search(line)
        assert statement is not None, line
        return statement[0]
    return ""


def test_doing_what_each_refusal_says_ends_with_everything_allowed(
    postgres: PostgresChild, clerk: str, tmp_path: Path
) -> None:
    """Step by step from nothing to collecting; `check` names all of it at once, and nothing at the end."""
    name, steps = clerk.rpartition("/")[2], []
    while statement := told(clerk):
        assert statement not in steps, "it did not help"
        steps.append(statement)
        if TOLD.search(statement):
            (owned,) = [lack for lack in lacking(clerk) if "does not own" in lack.what]
            statement = owned.grant
        postgres.execute(statement, name)
    assert steps[0] == "GRANT USAGE ON SCHEMA public TO clerk"
    assert "GRANT its owner TO clerk" in steps
    assert not lacking(clerk)
    maintenance.backup(clerk, tmp_path / "copy", SHANGHAI, lambda *_: None)


def test_who_may_look_looks_and_is_told_what_he_may_not(postgres: PostgresChild, clerk: str, tmp_path: Path) -> None:
    """One statement for each of what `check` finds, and all of them together let him do everything."""
    name = clerk.rpartition("/")[2]
    postgres.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}", name)
    postgres.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}", name)
    postgres.execute("REVOKE SELECT ON audit_row FROM clerk", name)
    (unread,) = [lack for lack in lacking(clerk) if lack.reading]
    assert (unread.what, unread.grant) == ("clerk may not read audit_row", "GRANT SELECT ON audit_row TO clerk")

    postgres.execute(unread.grant, name)
    with closing(open_store(clerk, SHANGHAI, create=True)) as store:
        with store.reading() as reader:
            assert not reader.sources()
        refusal = "permission denied for table about; as its owner: GRANT SELECT, INSERT"
        with pytest.raises(StoreUnavailable, match=refusal):
            store.write(Change(audit=(audited(1, "li", "note", ""),)))
    with pytest.raises(CopyRefused, match=r"permission denied for sequence \w+; as its owner: GRANT USAGE, SELECT ON"):
        maintenance.backup(clerk, tmp_path / "copy", SHANGHAI, lambda *_: None)

    for lack in lacking(clerk):
        assert not lack.reading
        postgres.execute(lack.grant, name)
    assert not lacking(clerk)
    use(clerk)


def test_what_cannot_be_upgraded_says_what_it_takes(postgres: PostgresChild, clerk: str) -> None:
    """An empty database in which the role may make nothing."""
    postgres.execute("CREATE DATABASE bare")
    try:
        with pytest.raises(StoreError, match="permission denied for schema public; as its owner: GRANT USAGE, CREATE"):
            maintenance.upgrade(postgres.address("bare", ROLE), SHANGHAI)
    finally:
        postgres.execute("DROP DATABASE bare WITH (FORCE)")


@pytest.mark.parametrize(
    ("state", "words", "statement", "said"),
    [
        ("25006", "cannot execute UPDATE in a read-only transaction", "UPDATE", "the server is a standby"),
        ("42501", "对表 about 权限不够", "SELECT", "python app.py check names"),
        ("", 'permission denied for database "center"', "", "GRANT CONNECT, CREATE ON DATABASE center"),
        ("42501", "permission denied for table counts_slot_default", "LOCK TABLE", "GRANT its owner TO"),
        ("40001", "could not serialize access", "UPDATE", ""),
    ],
)
def test_words_of_the_server_have_their_remedy(state: str, words: str, statement: str, said: str) -> None:
    """Also where it does not speak English, and where there is none."""
    found = remedy(state, words, statement, quoted('Big "Role"'))
    assert said in found if said else not found
    assert quoted('Big "Role"') == '"Big ""Role"""'
