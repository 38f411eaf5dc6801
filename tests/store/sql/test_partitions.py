"""Parts of PostgreSQL's recent tables: made in time, never in anybody's way, dropped as a whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.opening import open_store
from store.port import Store
from store.records import Batch, Events, HistoryChunk, Level, Read, Retention, Scope, Source, Span, Unit
from store.sql import partitions
from store.sql.partitions import CUTS
from store.sql.postgres import PostgresServer
from store.sql.schema import CUT_METADATA, METADATA

NOON_S = 1_795_320_000  # 2026-11-22 04:00 UTC
DAY_S = NOON_S - NOON_S % 86400
BANK = Unit(Scope.BANK)
RETENTION = Retention({Level.SLOT: 3600, Level.MINUTE: 86400}, reads_seconds=86400)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """A store that knows one source."""
    made = open_store(address, SHANGHAI)
    made.register(Source("dc1", "exposition", "dc1", 1000), 0)
    yield made
    made.close()


def commit(store: Store, *times: int) -> None:
    """One event and one read in each of these seconds."""
    events = tuple(Events(at_s, "p", "dc1", "a", "apply", "ok", "customer", Kind.GOOD, 1) for at_s in times)
    reads = tuple(Read(at_s * 1000, collected=False) for at_s in times)
    store.commit(Batch("dc1", store.resume("dc1").version, reads, events=events))


def asked(address: str, sql: str) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def parts(address: str, table: str) -> list[str]:
    """Parts of a table, the default one left out."""
    found = asked(address, "SELECT inhrelid::regclass::text FROM pg_inherits ORDER BY 1")
    return [name for (name,) in found if name.rpartition("_")[0] == table and not name.endswith("_default")]


def rows(address: str, table: str) -> int:
    """Rows of a table or part."""
    return len(asked(address, f"TABLE {table}"))


def slots(store: Store) -> list[int]:
    """Seconds in which the bank has a slot."""
    with store.reading() as reader:
        return [at for at, _, _ in reader.timeline(Level.SLOT, Scope.BANK, -10, 2**40)]


def test_a_commit_makes_the_part_it_needs_and_the_next_one(store: Store, address: str) -> None:
    """Hours of slots, days of minutes and reads; a backfill makes what lies between."""
    commit(store, NOON_S + 5)
    assert parts(address, "counts_slot") == [f"counts_slot_{NOON_S}", f"counts_slot_{NOON_S + 3600}"]
    assert parts(address, "counts_minute") == [f"counts_minute_{DAY_S}", f"counts_minute_{DAY_S + 86400}"]
    assert parts(address, "read") == [f"read_{DAY_S * 1000}", f"read_{(DAY_S + 86400) * 1000}"]
    commit(store, NOON_S - 1, NOON_S - 7201)
    assert len(parts(address, "counts_slot")) == 4
    assert [rows(address, f"{table}_default") for table in CUTS] == [0, 0, 0]
    assert slots(store) == [NOON_S - 7201, NOON_S - 1, NOON_S + 5]


def test_history_makes_parts_of_its_minutes(store: Store, address: str) -> None:
    """A day that was never watched."""
    store.add_history(HistoryChunk(Span(0, 60), {(Level.MINUTE, 0, BANK): Counts(1), (Level.DAY, 0, BANK): Counts(1)}))
    assert parts(address, "counts_minute") == ["counts_minute_0", "counts_minute_86400"]
    assert rows(address, "counts_minute_0") == 1


def test_no_time_is_refused(store: Store, address: str) -> None:
    """A clock that is years off, or no clock at all, has a place too."""
    commit(store, -5, 32_503_680_000)
    assert rows(address, "counts_slot_default") == 4
    assert slots(store) == [-5, 32_503_680_000]


def test_a_part_that_cannot_be_made_now_is_made_later(
    store: Store, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads the default part: the commit waits a moment, not for him; its rows move afterwards."""
    monkeypatch.setattr(partitions, "_AGAIN_AFTER_S", 0.0)
    with psycopg.connect(address) as reader:
        reader.execute("SELECT count(*) FROM counts_slot")
        commit(store, NOON_S)
        assert parts(address, "counts_slot") == []
    assert rows(address, "counts_slot_default") == 4
    commit(store, NOON_S, NOON_S + 1)
    assert rows(address, "counts_slot_default") == 0
    assert rows(address, f"counts_slot_{NOON_S}") == 8
    with store.reading() as reader:
        assert reader.totals(Scope.BANK, NOON_S, NOON_S + 2) == {BANK: Counts(3)}


def test_several_stores_may_make_the_same_part_at_once(store: Store, address: str) -> None:
    """Six collectors at the turn of the hour."""
    names = [f"dc{number}" for number in range(2, 8)]
    stores = {name: open_store(address, SHANGHAI) for name in names}
    for name, each in stores.items():
        each.register(Source(name, "exposition", name, 1000), 0)
    event = Events(NOON_S, "p", "dc1", "a", "apply", "ok", "customer", Kind.GOOD, 1)
    tasks = [
        threading.Thread(target=each.commit, args=(Batch(name, 0, (), events=(event,)),))
        for name, each in stores.items()
    ]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    with store.reading() as reader:
        assert reader.totals(Scope.BANK, NOON_S, NOON_S + 1) == {BANK: Counts(6)}
    assert len(parts(address, "counts_slot")) == 2
    for each in stores.values():
        each.close()


def test_pruning_drops_what_is_past_as_a_whole(store: Store, address: str) -> None:
    """However many rows a part has; one that is half past stays."""
    commit(store, *range(NOON_S - 100, NOON_S + 100))
    now_s = NOON_S + 3650
    before = store_version(store)
    assert store.prune(RETENTION, now_s, most_rows=10) == 400  # all 100 seconds before noon, in four scopes
    assert parts(address, "counts_slot")[0] == f"counts_slot_{NOON_S}"
    assert slots(store) == list(range(NOON_S, NOON_S + 100))
    assert store_version(store) > before
    assert store.prune(RETENTION, now_s, most_rows=10) == 0


def store_version(store: Store) -> int:
    """Version that readers see."""
    with store.reading() as reader:
        return reader.version()


def test_pruning_waits_for_no_reader(store: Store, address: str) -> None:
    """A report that is being made keeps its part; commits go on; the part goes the next time."""
    commit(store, NOON_S - 100)
    with psycopg.connect(address) as reader:
        reader.execute("SELECT count(*) FROM counts_slot")
        assert store.prune(RETENTION, NOON_S + 3650) == 0
        commit(store, NOON_S)
    assert store.prune(RETENTION, NOON_S + 3650) == 4
    assert slots(store) == [NOON_S]


def test_rows_in_the_default_part_are_pruned_one_by_one(store: Store, address: str) -> None:
    """What came after its part was dropped; oldest first and no more than asked."""
    commit(store, NOON_S - 3601, NOON_S)
    assert store.prune(RETENTION, NOON_S + 3650) == 4
    commit(store, NOON_S - 3601, NOON_S - 3602)
    assert rows(address, "counts_slot_default") == 8
    assert store.prune(RETENTION, NOON_S + 3650, most_rows=5) == 5
    assert NOON_S - 3602 not in slots(store)
    assert store.prune(RETENTION, NOON_S + 3650) == 3
    assert slots(store) == [NOON_S]


def test_two_may_prune_at_once(store: Store, address: str) -> None:
    """The collector's own pruning and an operator's: a part goes once, neither fails."""
    commit(store, *range(NOON_S - 20 * 3600, NOON_S, 3600))
    other = open_store(address, SHANGHAI)
    pruned: list[int] = []
    tasks = [
        threading.Thread(target=lambda each=each: pruned.append(each.prune(RETENTION, NOON_S + 7200)))
        for each in (store, other)
    ]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    other.close()
    assert len(pruned) == 2
    assert slots(store) == []
    assert [name for name in parts(address, "counts_slot") if name < f"counts_slot_{NOON_S}"] == []


def test_an_empty_database_is_migrated_to_the_present_tables(address: str) -> None:
    """Nothing is missing, nothing is left over, no column differs; the same revisions as in SQLite."""
    database = PostgresServer(address)
    engine = database.engine()
    with database.reading(engine) as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, *_: not str(name).endswith("_default")},
        )
        assert compare_metadata(context, [METADATA, CUT_METADATA]) == []
    engine.dispose()
    cut = {name for (name,) in asked(address, "SELECT relname FROM pg_class WHERE relkind = 'p'")}
    assert cut == set(CUTS)


def test_names_are_compared_byte_by_byte(store: Store, address: str) -> None:
    """As memory and SQLite do, whatever the language of the database."""
    named = (
        "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_name IN ('unit', 'gauge', 'gap')"
    )
    assert asked(address, f"{named} AND data_type = 'text'") == [("C",)]
