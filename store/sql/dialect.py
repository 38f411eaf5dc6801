"""What is particular to SQLite: opening, transactions, upserts, and the words of its errors.

Another database joins with a class of the same shape. Rows go in as tuples past SQLAlchemy's parameter processing: a
second of a bank is thousands of upserts, and the processing would cost more than SQLite itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, QueuePool, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ColumnElement

from store.errors import StoreUnavailable

BUSY_MS = 5000
"""How long a writer queues behind another before it gives up."""

_WAL_KEPT_BYTES = 64 << 20  # what a bulk load may leave of the write-ahead log
_WRITING = "store_writing"  # execution option that begins the transaction as a writer


class SqliteFile:
    """One SQLite file: where it is and how it is opened."""

    def __init__(self, path: Path, *, read_only: bool = False, busy_ms: int = BUSY_MS) -> None:
        self.where = str(path)
        self._path = path.absolute()
        self._read_only = read_only
        self._busy_ms = busy_ms

    def engine(self) -> Engine:
        """Connections to the file, usable from any thread. The file itself is opened at first use."""
        mode = "ro" if self._read_only else "rwc"
        url = URL.create("sqlite", database=f"file:{quote(str(self._path))}", query={"mode": mode, "uri": "true"})
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=-1,  # a waiting reader would be worse than one connection more
            connect_args={"isolation_level": None, "timeout": self._busy_ms / 1000, "check_same_thread": False},
        )
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _prepare(self, connection: sqlite3.Connection, _: object) -> None:
        if self._read_only:
            return
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")

    def set_up(self, engine: Engine) -> None:
        """Lets readers and one writer work side by side; kept in the file, so done once when it is made."""
        with self.translated(), engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """One transaction that may write: whole or not at all. Raises StoreUnavailable."""
        with (
            self.translated(),
            engine.connect() as connection,
            connection.execution_options(**{_WRITING: True}).begin(),
        ):
            yield connection

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """One transaction that only reads: what it sees is what was true at its first look. Raises StoreUnavailable."""
        with self.translated(), engine.connect() as connection, connection.begin():
            yield connection

    def refuse_missing(self) -> None:
        """Raises StoreUnavailable when there is no file yet."""
        if not self._path.exists():
            raise StoreUnavailable(self.where, "there is no such file; make it with: python app.py db upgrade")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns whatever the database says into StoreUnavailable, in one line."""
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreUnavailable(self.where, _cause(error)) from error
        except (sqlite3.Error, OverflowError) as error:  # a number beyond 64 bits is refused by neither of the others
            raise StoreUnavailable(self.where, str(error)) from error


def _begin(connection: Connection) -> None:
    # A writer that began as a reader cannot wait for another writer, it can only fail: so it says what it is at once.
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _cause(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None) or error
    lines = str(original).splitlines()
    return lines[0] if lines else type(original).__name__


Merge: TypeAlias = Callable[[ReadOnlyColumnCollection[str, Any]], Mapping[str, ColumnElement[Any]]]
"""From the row that was to be inserted to what the row already there becomes: column -> expression."""


def insert_sql(table: Table, columns: Sequence[str] = ()) -> str:
    """SQL that inserts rows of a table (or of some columns) and leaves those that are already there alone."""
    return _compiled(insert(table).on_conflict_do_nothing(), columns or table.columns.keys())


def upsert_sql(table: Table, merge: Merge, *, key: Sequence[str] = (), newer: str = "") -> str:
    """SQL that inserts rows of a table; where the key (the primary one unless said) is taken it applies ``merge``.

    ``newer`` names a column that may not fall: a row with a smaller value changes nothing. A key other than the
    primary one means that the database numbers new rows itself: their ``id`` is not given.
    """
    statement = insert(table)
    columns = table.columns.keys()
    merged = statement.on_conflict_do_update(
        index_elements=list(key) or [column.name for column in table.primary_key],
        set_=dict(merge(statement.excluded)),
        where=statement.excluded[newer] >= table.c[newer] if newer else None,
    )
    return _compiled(merged, [name for name in columns if not (key and name == "id")])


def put_rows(connection: Connection, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Runs prepared SQL once for each row; the fields of a row are in the order of the columns."""
    if rows:
        connection.exec_driver_sql(sql, list(rows))


def _compiled(statement: Insert, columns: Sequence[str]) -> str:
    return str(statement.compile(dialect=sqlite.dialect(), column_keys=list(columns)))
