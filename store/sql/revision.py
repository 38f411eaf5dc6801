"""Which schema a database has, and whose midnights begin its days."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, select

from store.errors import SchemaMismatch, StoreUnavailable
from store.sql.dialect import Database, insert_sql, put_rows
from store.sql.rights import unseen
from store.sql.schema import ABOUT, ALEMBIC_VERSION, REVISIONS

HEAD = REVISIONS[-1]
EMPTY = "none"
FOREIGN = "of another program"


def revision(connection: Connection) -> str:
    """Revision of the schema: EMPTY without any table, FOREIGN when the tables are not a store's."""
    tables = inspect(connection).get_table_names()
    if ALEMBIC_VERSION.name in tables and ABOUT.name in tables:
        return str(connection.execute(select(ALEMBIC_VERSION.c.version_num)).scalar_one())
    return FOREIGN if tables else EMPTY


def revision_of(database: Database, connection: Connection) -> str:
    """The same. Raises StoreUnavailable when there seems to be no table because the role may not see any."""
    found = revision(connection)
    if found == EMPTY and (why := unseen(connection)):
        raise StoreUnavailable(database.where, why)
    return found


def make_current(database: Database, engine: Engine, zone: str, *, older: bool) -> None:
    """Makes an empty database a store and, with ``older``, brings one of an older schema up to date; leaves every
    other alone."""
    behind = (EMPTY, *REVISIONS[:-1]) if older else (EMPTY,)
    with database.reading(engine) as connection:
        found = revision_of(database, connection)
        if found not in behind:
            return
    database.set_up(engine)
    with database.writing(engine) as connection:
        if revision(connection) in behind:  # else somebody else was faster
            _upgrade(connection)
            put_rows(connection, insert_sql(ABOUT), [(1, zone, 0)])


def _upgrade(connection: Connection) -> None:
    from store.sql.upgrading import upgrade  # noqa: PLC0415  Alembic costs 0.3 s, needed once in a store's life

    upgrade(connection)


def refuse_other(database: Database, engine: Engine, zone: str) -> None:
    """Raises SchemaMismatch or StoreUnavailable unless this program can read the database as days of ``zone``."""
    database.refuse_missing()
    with database.reading(engine) as connection:
        found = revision_of(database, connection)
        if found != HEAD:
            raise SchemaMismatch(database.where, found, HEAD, older=found in (EMPTY, *REVISIONS))
        refuse_zone(database, connection, zone)


def refuse_zone(database: Database, connection: Connection, zone: str) -> None:
    """Raises StoreUnavailable when the store's days begin at the midnights of another zone."""
    stored = connection.execute(select(ABOUT.c.zone)).scalar_one()
    if stored != zone:
        raise StoreUnavailable(database.where, f"its days begin at midnight in {stored}, not in {zone}")
