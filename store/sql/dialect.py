"""What is particular to SQLite: opening, transactions, and the words of its errors; PostgreSQL is in ``postgres``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, ExceptionContext, QueuePool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from store.errors import StoreUnavailable
from store.sql.puts import insert_sql, put_rows, upsert_sql

__all__ = ["BUSY_MS", "Database", "SqliteFile", "cause", "insert_sql", "put_rows", "upsert_sql"]

BUSY_MS = 5000
"""How long a writer queues behind another before it gives up."""

_WAL_KEPT_BYTES = 64 << 20  # what a bulk load may leave of the write-ahead log
_WRITING = "store_writing"  # execution option that begins the transaction as a writer


class Database(Protocol):
    """One database of either kind: how it is opened, and what a transaction of it is."""

    @property
    def where(self) -> str:
        """Its address as error lines show it, without a password."""

    def engine(self) -> Engine:
        """Connections, usable from any thread; nothing is opened before first use."""

    def set_up(self, engine: Engine) -> None:
        """What is done once, before the first table is made."""

    def writing(self, engine: Engine) -> AbstractContextManager[Connection]:
        """One transaction that may write: whole or not at all. Raises StoreUnavailable."""

    def reading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """One transaction that only reads, as of its first look. Raises StoreUnavailable."""

    def refuse_missing(self) -> None:
        """Raises StoreUnavailable when it can be told without asking that there is no database."""

    def translated(self) -> AbstractContextManager[None]:
        """Turns whatever the database says into StoreUnavailable, in one line."""


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
        event.listen(engine, "handle_error", _drop_read_only)
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
            raise StoreUnavailable(self.where, cause(error)) from error
        except (sqlite3.Error, OverflowError) as error:  # a number beyond 64 bits is refused by neither of the others
            raise StoreUnavailable(self.where, str(error)) from error


def _drop_read_only(context: ExceptionContext) -> None:
    # What was opened while the disk was read-only stays so for ever, and so does the index of the log that all
    # connections of a process share: all are closed, and the next one opens the file anew.
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith("SQLITE_READONLY") and context.engine is not None:
        if context.execution_context is not None:
            context.execution_context.cursor.close()  # a statement still held would keep its connection from closing
        context.is_disconnect = True
        context.engine.dispose()


def _begin(connection: Connection) -> None:
    # A writer that began as a reader cannot wait for another writer, it can only fail: so it says what it is at once.
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def cause(error: SQLAlchemyError) -> str:
    """What the database itself said, in one line."""
    original = getattr(error, "orig", None) or error
    lines = str(original).splitlines()
    return lines[0] if lines else type(original).__name__
