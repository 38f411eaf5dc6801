"""The one entrance to a store: a file (SQLite) or the address of a server (PostgreSQL)."""

from __future__ import annotations

from pathlib import Path

from slo.windows import day_start
from store.port import Store
from store.sql.database import SqlStore
from store.sql.dialect import Database, SqliteFile
from store.sql.revision import make_current, refuse_other


def open_store(
    address: Path | str, zone: str, *, read_only: bool = False, create: bool = False, upgrade: bool = False
) -> Store:
    """Opens the store in a file, or at ``postgresql://user@host:port/database``. ``zone`` (such as Asia/Shanghai)
    says when its days begin.

    ``create`` makes the file (or the tables of an empty database) if it is missing; ``upgrade`` does so too and brings
    an older schema up to date. Several processes may ask for it at once. A password comes from the environment
    (PGPASSWORD) or a file (PGPASSFILE).

    Raises StoreUnavailable, SchemaMismatch (made by another version), or UnknownZone.
    """
    day_start(0, zone)
    database = database_at(address, read_only=read_only)
    engine = database.engine()
    try:
        if (create or upgrade) and not read_only:
            make_current(database, engine, zone, older=upgrade)
        refuse_other(database, engine, zone)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(database, engine, zone)


def database_at(address: Path | str, *, read_only: bool = False) -> Database:
    """What an address means: anything with ``://`` is a server, the rest a file. Raises StoreUnavailable."""
    if isinstance(address, str) and "://" in address:
        from store.sql.postgres import PostgresServer  # noqa: PLC0415  its driver is loaded by those who use it

        return PostgresServer(address, read_only=read_only)
    return SqliteFile(Path(address), read_only=read_only)
