"""What can happen to a store in PostgreSQL: a server that is away, a full disk, writers in each other's way."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.errors import SchemaMismatch, StaleWriter, StoreError, StoreUnavailable
from store.opening import open_store
from store.port import Store
from store.records import Batch, Events, Level, Read, Scope, Source, Unit
from store.sql.database import SqlStore
from store.sql.postgres import PostgresServer
from tests.store.postgres_server import PostgresChild, postgres_child

MIDNIGHT_S = 1_795_276_800
BANK = Unit(Scope.BANK)
TRUST = "host all postgres 127.0.0.1/32 trust\n"


def batch(source: str, version: int, *, state: bytes | None = None) -> Batch:
    """The same amount at every version, in units that every source shares and in some of its own."""
    slot_s = MIDNIGHT_S + version
    events = tuple(
        Events(slot_s, f"product{number}", source, "a", "apply", "ok", "customer", Kind.GOOD, 3) for number in range(20)
    )
    return Batch(source, version, (Read(slot_s * 1000, True),), slot_s * 1000, events, state=state)


def registered(address: str, *names: str) -> Store:
    """A store that knows these sources."""
    store = open_store(address, SHANGHAI)
    for name in names:
        store.register(Source(name, "exposition", name, 1000), 0)
    return store


def good(store: Store) -> int:
    """Good events of the bank, which every level must agree on."""
    with store.reading() as reader:
        totals = {
            sum(counts.good for _, _, counts in reader.timeline(level, Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + 86400))
            for level in Level
        }
        assert reader.totals(Scope.BANK, MIDNIGHT_S, MIDNIGHT_S + 86400).get(BANK, Counts()).good in totals
    (total,) = totals
    return total


def refused(address: str, **how: bool) -> str:
    """What opening says: one line that shows neither password nor options."""
    with pytest.raises(StoreError) as caught:
        open_store(address, SHANGHAI, **how)
    line = str(caught.value)
    assert line.startswith("store postgres")
    assert "\n" not in line
    assert "secret" not in line
    return line


@pytest.fixture(scope="module")
def own() -> Iterator[PostgresChild]:
    """A server for this file alone: it is killed and its rules are changed."""
    with postgres_child() as server:
        server.execute("CREATE DATABASE center")
        server.execute("CREATE ROLE clerk LOGIN PASSWORD 'right'")
        server.execute("CREATE DATABASE guarded")
        yield server


def test_an_empty_database_becomes_a_store_only_when_asked(own: PostgresChild) -> None:
    """And a database that is not there is not made: that is an administrator's."""
    own.execute("CREATE DATABASE fresh")
    assert "schema none, this program needs" in refused(own.address("fresh"))
    open_store(own.address("fresh"), SHANGHAI, upgrade=True).close()
    open_store(own.address("fresh"), SHANGHAI).close()
    line = refused(own.address("nowhere"), upgrade=True)
    assert line.endswith('database "nowhere" does not exist; make it with: createdb nowhere')


def test_several_may_make_the_store_at_once(own: PostgresChild) -> None:
    """Collector, filler and dashboard of a first start: one migrates, the others wait for it."""
    own.execute("CREATE DATABASE contested")
    troubles: list[StoreError] = []

    def make() -> None:
        try:
            open_store(own.address("contested"), SHANGHAI, upgrade=True).close()
        except StoreError as error:
            troubles.append(error)

    together([make] * 3)
    assert troubles == []
    open_store(own.address("contested"), SHANGHAI).close()


def together(tasks: list) -> None:
    """Runs tasks side by side and waits for all."""
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_a_wrong_password_is_named_and_not_shown(own: PostgresChild, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it comes from: the address, the environment."""
    own.use(f"{TRUST}host all clerk 127.0.0.1/32 scram-sha-256\n")
    address = f"postgresql://clerk@127.0.0.1:{own.port}/guarded"
    assert "no password supplied; give it in PGPASSWORD or in the file that PGPASSFILE names" in refused(address)
    monkeypatch.setenv("PGPASSWORD", "secret")
    line = refused(address)
    assert 'password authentication failed for user "clerk"; the password comes from PGPASSWORD' in line
    assert "password authentication failed" in refused(address.replace("clerk@", "clerk:secret@"))
    monkeypatch.setenv("PGPASSWORD", "right")
    assert "schema none" in refused(address)


def test_the_password_may_come_from_a_file(own: PostgresChild, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As PostgreSQL's own tools read it."""
    own.use(f"{TRUST}host all clerk 127.0.0.1/32 scram-sha-256\n")
    passwords = tmp_path / "passwords"
    passwords.write_text("*:*:*:clerk:right\n")
    passwords.chmod(0o600)
    address = f"postgresql://clerk@127.0.0.1:{own.port}/guarded"
    assert "schema none" in refused(f"{address}?passfile={passwords}")
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert "schema none" in refused(address)


@pytest.mark.parametrize(
    "address",
    ["postgres://:secret@/", "postgresql://u:secret@h:port/d", "postgresql+other://u:secret@h/d", "postgresql://u@h"],
)
def test_an_address_that_means_nothing_is_refused(address: str) -> None:
    """Before anything is opened."""
    assert "postgresql://user@host:5432/database" in refused(address)


def test_days_of_another_zone_are_refused(address: str) -> None:
    """Its days are already cut at other midnights."""
    with pytest.raises(StoreUnavailable, match="its days begin at midnight in Asia/Shanghai, not in UTC"):
        open_store(address, "UTC")


def test_a_newer_store_and_foreign_tables_are_left_alone(address: str) -> None:
    """An older program must not touch what it does not understand."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatch, match="schema 9999"):
        open_store(address, SHANGHAI, upgrade=True)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE alembic_version")
    with pytest.raises(SchemaMismatch, match="schema of another program"):
        open_store(address, SHANGHAI, upgrade=True)


def test_a_store_opened_for_reading_cannot_be_written(address: str) -> None:
    """A report reads while the collector goes on; by mistake it writes nothing."""
    writer = registered(address, "dc1")
    store = open_store(address, SHANGHAI, read_only=True)
    with pytest.raises(StoreUnavailable, match="cannot execute UPDATE in a read-only transaction"):
        store.commit(Batch("dc1", 0, ()))
    writer.commit(Batch("dc1", 0, ()))
    assert store.resume("dc1").version == 1
    store.close()
    writer.close()


def test_a_store_goes_on_when_its_server_comes_back(own: PostgresChild) -> None:
    """After a crash and after a clean stop; meanwhile every question is refused in one line, nothing hangs."""
    open_store(own.address("center"), SHANGHAI, upgrade=True).close()
    store = registered(own.address("center"), "dc1")
    version = store.commit(batch("dc1", 0))
    for how in (signal.SIGKILL, signal.SIGINT):
        own.stop(how)
        with pytest.raises(StoreUnavailable) as caught:
            store.commit(batch("dc1", version))
        assert "\n" not in str(caught.value)
        with pytest.raises(StoreUnavailable, match="Connection refused"):
            store.resume("dc1")
        own.start()
        version = store.commit(batch("dc1", version))
    assert (version, good(store)) == (3, 3 * 60)
    store.close()


def test_connections_that_were_ended_while_nobody_used_them_are_replaced(address: str) -> None:
    """All of the pool, by an administrator: the next reader of each notices nothing."""
    open_store(address, SHANGHAI, upgrade=True).close()
    store = registered(address, "dc1")
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(store.reading())
    with psycopg.connect(address, autocommit=True) as administrator:
        ended = administrator.execute("""
            SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
            WHERE application_name = 'lending-control-center' AND datname = current_database()
        """)
        assert len(ended.fetchall()) >= 3
    with ExitStack() as stack:
        readers = [stack.enter_context(store.reading()) for _ in range(4)]
        assert [[each.source.id for each in reader.sources()] for reader in readers] == [["dc1"]] * 4
    store.close()


def test_six_sources_commit_side_by_side_without_deadlock(address: str) -> None:
    """All touch the rows of the bank and of every product."""
    names = [f"dc{number}" for number in range(1, 7)]
    registered(address, *names).close()
    troubles: list[StoreError] = []

    def collect(name: str) -> None:
        store = open_store(address, SHANGHAI)
        try:
            for version in range(15):
                store.commit(batch(name, version))
        except StoreError as error:
            troubles.append(error)
        store.close()

    together([lambda name=name: collect(name) for name in names])
    assert troubles == []
    store = open_store(address, SHANGHAI)
    assert good(store) == 6 * 15 * 60
    with store.reading() as reader:
        assert set(reader.observed(MIDNIGHT_S, MIDNIGHT_S + 60).values()) == {15}
        assert len(reader.totals(Scope.CELL, MIDNIGHT_S, MIDNIGHT_S + 60)) == 6 * 20
    store.close()


def test_of_two_writers_of_one_source_one_is_stale(address: str) -> None:
    """Whoever comes second writes nothing, however close they are."""
    registered(address, "dc1").close()
    outcomes: list[object] = []

    def write() -> None:
        store = open_store(address, SHANGHAI)
        try:
            outcomes.append(store.commit(batch("dc1", 0)))
        except StaleWriter:
            outcomes.append("stale")
        store.close()

    together([write] * 4)
    assert sorted(map(str, outcomes)) == ["1", "stale", "stale", "stale"]
    store = open_store(address, SHANGHAI)
    assert good(store) == 60
    store.close()


def test_a_writer_that_is_paused_in_the_middle_loses_its_turn(address: str) -> None:
    """A stopped process must not stop all others; what it had begun is undone."""
    registered(address, "dc1").close()
    database = PostgresServer(address, paused_ms=100)
    store, engine = open_store(address, SHANGHAI), database.engine()

    def write_with_a_pause() -> None:
        with database.writing(engine) as connection:
            connection.exec_driver_sql("UPDATE source SET version = 7")
            store.commit(batch("dc1", 0))  # waits until the other has lost its turn

    with pytest.raises(StoreUnavailable):
        write_with_a_pause()
    engine.dispose()
    assert good(store) == 60
    store.close()


def test_a_lock_that_is_not_given_back_is_reported_in_time(address: str) -> None:
    """Nothing is written, readers go on, and the store works as soon as the lock is gone."""
    registered(address, "dc1").close()
    database = PostgresServer(address, busy_ms=50)
    store, holder = SqlStore(database, database.engine(), SHANGHAI), PostgresServer(address)
    with holder.writing(engine := holder.engine()):
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            store.commit(batch("dc1", 0))
        assert good(store) == 0
    engine.dispose()
    store.commit(batch("dc1", 0))
    assert good(store) == 60
    store.close()


def test_a_full_disk_refuses_the_commit_and_hurts_nothing(own: PostgresChild) -> None:
    """A limit on the size of the server's files stands for the disk; with room again the same commit goes through."""
    own.execute("CREATE DATABASE filling")
    open_store(own.address("filling"), SHANGHAI, upgrade=True).close()
    store = registered(own.address("filling"), "dc1")
    store.commit(batch("dc1", 0, state=b"small"))
    own.stop()
    own.start(largest_file_bytes=17 << 20)  # one segment of the server's log fits
    large = batch("dc1", 1, state=random.Random(1).randbytes(24_000_000))
    with pytest.raises(StoreUnavailable, match="could not extend file"):
        store.commit(large)
    assert (store.resume("dc1").state, good(store)) == (b"small", 60)
    own.stop()
    own.start()
    store.commit(large)
    assert (store.resume("dc1").state == large.state, good(store)) == (True, 120)
    store.close()


@pytest.mark.parametrize(
    ("value", "said"),
    [({"events": 2**63}, "out of range"), ({"product": "a\0b"}, "NUL"), ({"product": "a\ud800"}, "surrogates")],
)
def test_what_the_database_cannot_hold_is_refused_in_one_line(address: str, value: dict, said: str) -> None:
    """A page that lies must not stop the collector with an error that nobody catches."""
    store = registered(address, "dc1")
    leaf = batch("dc1", 0).events[0]._replace(**value)
    with pytest.raises(StoreUnavailable, match=said):
        store.commit(Batch("dc1", 0, (), events=(leaf,)))
    store.commit(batch("dc1", 0))
    assert good(store) == 60
    store.close()
