"""What an operator does with a whole store: upgrade, prune, back up, restore, look at. Collectors go on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Engine

from store.errors import CopyRefused, SchemaMismatch
from store.holdings import Holdings, level_holding
from store.opening import database_at, open_store
from store.port import Store
from store.records import Level, Retention
from store.sql import copying, dumping, holdings
from store.sql.dialect import Database
from store.sql.reading import SqlReader
from store.sql.revision import EMPTY, HEAD, refuse_other, refuse_zone, revision, revision_of
from store.sql.schema import REVISIONS
from store.sql.units import Units

STEP_ROWS = 2000
SHORTEST_PAUSE_S = 0.02
Address: TypeAlias = Path | str
"""A SQLite file, or the address of a PostgreSQL database (see ``open_store``)."""
OnProgress: TypeAlias = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """Schema before and after; equal when there was nothing to do."""

    before: str
    after: str


def where(address: Address) -> str:
    """The address as it may be printed, without a password."""
    return database_at(address).where


def upgrade(address: Address, zone: str) -> Upgraded:
    """Makes a missing store, or brings an older one to the schema of this program, whole or not at all.

    Raises StoreUnavailable, or SchemaMismatch when it is newer than this program or no store.
    """
    missing = isinstance(address, Path) and not address.exists()
    before = EMPTY if missing else _revision(address)
    open_store(address, zone, upgrade=True).close()
    return Upgraded(before, HEAD)


def expired(address: Address, zone: str, retention: Retention, now_s: int) -> dict[str, int]:
    """Rows past retention by level, of single attempts (``read``, ``probe_result``) and of the journal
    (``journal_entry``, ``journal_document``). Changes nothing."""
    with _opened(address) as (database, engine):
        refuse_other(database, engine, zone)
        with database.reading(engine) as connection:
            return holdings.expired(connection, retention, now_s, zone)


def holdings_of(address: Address, zone: str, now_s: int) -> Holdings:
    """What the store holds and how complete it is. Reads all of it, seconds on a full store; blocks nobody."""
    with _opened(address) as (database, engine):
        refuse_other(database, engine, zone)
        with database.reading(engine) as connection:
            reader = SqlReader(connection, database, Units(), zone)
            sources = reader.sources()
            extents = [holdings.extent(connection, level) for level in Level]
            return Holdings(
                revision=revision(connection),
                size_bytes=_size_bytes(address, connection),
                levels=tuple(level_holding(extent, sources, reader.observed, now_s) for extent in extents),
                sources=tuple(sources),
                simulated=tuple(reader.simulated()),
                journal=holdings.journal_holdings(connection),
                latency=holdings.latency_holding(connection),
            )


def _size_bytes(address: Address, connection: Connection) -> int:
    return copying.size_bytes(address) if isinstance(address, Path) else holdings.database_bytes(connection)


def prune_all(store: Store, retention: Retention, now_s: int, on_step: Callable[[int], None]) -> int:
    """Deletes everything past retention in steps of a few milliseconds; returns how many rows went.

    Between two steps it rests as long as a step took, so that whoever waits to commit comes first. ``on_step`` is
    told how many rows went so far.
    """
    gone = 0
    while True:
        began = time.monotonic()
        step = store.prune(retention, now_s, most_rows=STEP_ROWS)
        gone += step
        on_step(gone)
        if step < STEP_ROWS:
            return gone
        time.sleep(max(SHORTEST_PAUSE_S, time.monotonic() - began))


def backup(address: Address, target: Path, zone: str, on_bytes: OnProgress) -> str:
    """Copies a store that may be in use into one new file and returns its schema's revision.

    The copy is what the store was at one instant; it is checked and on the disk before it has its name. Also of an
    older schema, for a backup is what comes before an upgrade. A copy of PostgreSQL is an archive of pg_dump. Raises
    StoreUnavailable, SchemaMismatch or CopyRefused; then there is nothing under that name.
    """
    _known(address, zone)
    with copying.draft_of(target) as draft:
        if isinstance(address, str):
            dumping.dump(address, where(address), draft)
            return dumping.archived_revision(draft, HEAD, zone)
        copying.copy_pages(address, draft, on_bytes)
        copying.refuse_damaged(draft)
        return _known(draft, zone)


def restore(source: Path, address: Address, zone: str, on_bytes: OnProgress) -> Upgraded:
    """Makes a store from a backup of the same kind where there is none yet; brings an older schema up to date.

    Raises StoreUnavailable, SchemaMismatch or CopyRefused; then there is still no store.
    """
    if not source.exists():
        raise CopyRefused(source, "there is no such file")
    if isinstance(address, str):
        return _load(source, address, zone, on_bytes)
    before = _known(source, zone)
    with copying.draft_of(address) as draft:
        copying.copy_pages(source, draft, on_bytes)
        copying.refuse_damaged(draft)
        open_store(draft, zone, upgrade=True).close()
        with _opened(draft, read_only=False) as (database, engine):
            database.set_up(engine)
    return Upgraded(before, HEAD)


def _load(source: Path, address: str, zone: str, on_bytes: OnProgress) -> Upgraded:
    before = dumping.archived_revision(source, HEAD, zone)
    if _revision(address) != EMPTY:
        raise CopyRefused(where(address), "it has tables and nothing is overwritten; restore into an empty database")
    dumping.load(source, address, where(address), on_bytes)
    open_store(address, zone, upgrade=True).close()
    return Upgraded(before, HEAD)


@contextmanager
def _opened(address: Address, *, read_only: bool = True) -> Iterator[tuple[Database, Engine]]:
    """A database and its connections, which are closed at the end."""
    database = database_at(address, read_only=read_only)
    database.refuse_missing()
    engine = database.engine()
    try:
        yield database, engine
    finally:
        engine.dispose()


def _revision(address: Address) -> str:
    with _opened(address) as (database, engine), database.reading(engine) as connection:
        return revision_of(database, connection)


def _known(address: Address, zone: str) -> str:
    """Revision of a store that this program can read or bring up to date, with days of ``zone``."""
    with _opened(address) as (database, engine), database.reading(engine) as connection:
        found = revision_of(database, connection)
        if found not in REVISIONS:
            raise SchemaMismatch(database.where, found, HEAD, older=found == EMPTY)
        refuse_zone(database, connection, zone)
        return found
