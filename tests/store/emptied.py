"""A PostgreSQL database with an empty store that one test after the other uses: what was written is taken out again."""

from __future__ import annotations

import psycopg
from psycopg import sql

from tests.store.postgres_server import PostgresChild

TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY NOT relispartition, relname
"""
"""Every table; parts of one before the whole."""


class Emptied:
    """``empty`` makes it what it was when this was made: rows, parts of tables and counters."""

    def __init__(self, server: PostgresChild, database: str) -> None:
        self.address = server.address(database)
        with self._connected() as connection:
            self._tables = _tables(connection)
            self._rows = {table: rows for table in self._tables if (rows := _rows(connection, table))}

    def empty(self) -> None:
        """Whatever a store did to it is gone; one that is still open would hold this up, and it says so soon."""
        with self._connected() as connection:
            connection.execute("SET lock_timeout = '30s'")
            connection.execute("SET session_replication_role = replica")  # the audit log refuses to be emptied
            for table in _tables(connection):
                if table not in self._tables:
                    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
            changed = [table for table in self._tables if _rows(connection, table) != self._rows.get(table, [])]
            if changed:
                names = sql.SQL(", ").join(map(sql.Identifier, changed))
                connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
            for table, rows in self._rows.items():
                for row in rows if not _rows(connection, table) else ():
                    _put(connection, table, row)

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.address)


def _tables(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    return [str(name) for (name,) in connection.execute(TABLES)]


def _rows(connection: psycopg.Connection[tuple[object, ...]], table: str) -> list[tuple[object, ...]]:
    """A few rows: so many as tell whether the table is as it was."""
    return connection.execute(sql.SQL("SELECT * FROM {} LIMIT 10").format(sql.Identifier(table))).fetchall()


def _put(connection: psycopg.Connection[tuple[object, ...]], table: str, row: tuple[object, ...]) -> None:
    places = sql.SQL(", ").join(sql.Placeholder() * len(row))
    connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), places), row)
