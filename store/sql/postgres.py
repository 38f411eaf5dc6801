"""What is particular to PostgreSQL: addresses, passwords, transactions, and the words of its errors.

Writers queue for an advisory lock, as SQLite's writers do for its file: no order of rows can deadlock them, and the
numbers of units become visible in the order in which they were given.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError

from store.errors import StoreUnavailable
from store.sql.dialect import BUSY_MS, cause
from store.sql.integers import Int8Array
from store.sql.rights import READ_ONLY, quoted, remedy
from store.sql.texts import TextArray

EXAMPLE = "postgresql://user@host:5432/database"
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_WRITER = 0x6C656E64  # the advisory lock of whoever writes
PAUSED_MS = 3000
"""After how long a writer that stopped in the middle (a paused process) loses its turn."""
_SESSION: Final = {
    "idle_in_transaction_session_timeout": 60_000,  # a reader that stopped
    # All questions are short: compiling one costs 20 to 200 ms, sharing it out 10 ms. Look-ups are mostly in memory.
    "jit": "off",
    "max_parallel_workers_per_gather": 0,
    "random_page_cost": 1.1,
}
_DEFAULTS: Final = {
    "connect_timeout": "5",
    "application_name": "lending-control-center",
    "client_encoding": "utf8",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_HINTS = {
    r'database "(.+)" does not exist': r"; make it with: createdb \1",
    "password authentication failed": "; the password comes from PGPASSWORD or from the file that PGPASSFILE names",
    "no password supplied": "; give it in PGPASSWORD or in the file that PGPASSFILE names",
}


class _Int8ArrayDumper(Dumper):
    oid = psycopg.adapters.types["int8"].array_oid
    format = Format.BINARY

    def dump(self, obj: Int8Array) -> Int8Array:
        """As it is."""
        return obj


class _TextArrayDumper(Dumper):
    oid = psycopg.adapters.types["text"].array_oid
    format = Format.BINARY

    def dump(self, obj: TextArray) -> TextArray:
        """As it is."""
        return obj


psycopg.adapters.register_dumper(Int8Array, _Int8ArrayDumper)
psycopg.adapters.register_dumper(TextArray, _TextArrayDumper)


def is_address(text: str) -> bool:
    """Whether a text names a database server and not a file."""
    return "://" in text


def redacted(address: str) -> str:
    """An address without password and options: what may be printed."""
    plain = address.partition("?")[0]
    scheme, _, rest = plain.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}://{login.partition(':')[0]}{at}{place}"


class PostgresServer:
    """One PostgreSQL database: where it is and how it is opened.

    The password is libpq's business: PGPASSWORD, the file that PGPASSFILE or ``?passfile=`` names, or ~/.pgpass. One
    that stands in the address works too, and is never shown.
    """

    def __init__(
        self, address: str, *, read_only: bool = False, busy_ms: int = BUSY_MS, paused_ms: int = PAUSED_MS
    ) -> None:
        """Raises StoreUnavailable when the address cannot be understood; nothing is opened yet."""
        self.where = redacted(address)
        self._url = _url(address, self.where)
        self._read_only = read_only
        self._busy_ms = busy_ms
        self._begin_writing = (
            f"SELECT set_config('idle_in_transaction_session_timeout', '{paused_ms}', true),"
            f" pg_advisory_xact_lock({_WRITER})"
        )

    def engine(self) -> Engine:
        """Connections, usable from any thread; one that died with its server is replaced at its next use."""
        settings = _SESSION | {"lock_timeout": self._busy_ms}
        given = {"options": " ".join(f"-c {name}={value}" for name, value in settings.items())} | _DEFAULTS
        engine = create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=-1,  # a waiting reader would be worse than one connection more
            connect_args={name: value for name, value in given.items() if name not in self._url.query},
        )
        event.listen(engine, "checkout", _replace_dead)
        return engine

    def set_up(self, engine: Engine) -> None:
        """Nothing: readers and writers work side by side anyway."""

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """One transaction that may write: whole or not at all, after all writers before it. Raises StoreUnavailable."""
        with self.translated(), engine.connect() as plain:
            connection = plain.execution_options(postgresql_readonly=self._read_only)
            with connection.begin():
                connection.exec_driver_sql(self._begin_writing)
                yield connection

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """One transaction that only reads: what it sees is what was true at its first look. Raises StoreUnavailable."""
        with self.translated(), engine.connect() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def refuse_missing(self) -> None:
        """Nothing: only the server knows."""

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns whatever the database says into StoreUnavailable, in one line."""
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreUnavailable(self.where, self._told(error)) from error
        except (psycopg.Error, OverflowError, UnicodeEncodeError) as error:
            raise StoreUnavailable(self.where, _clear(str(error).partition("\n")[0])) from error

    def _told(self, error: SQLAlchemyError) -> str:
        """What the database said, and what to do about it where that is known."""
        words, state = cause(error), str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
        if state == READ_ONLY and self._read_only:
            return words  # as whoever opened it wanted
        role = quoted(self._url.username or "this role")
        return _clear(words) + remedy(state, words, str(getattr(error, "statement", "") or ""), role)


def _replace_dead(connection: Any, _record: object, _proxy: object) -> None:
    """Has a connection replaced whose server went away: it said so, or closed the socket, and either can be read from
    it before anybody asked anything. Asking would cost every reader a way there and back."""
    if connection.closed:
        raise DisconnectionError
    looking = select.poll()  # not select(), which takes no descriptor above 1023
    looking.register(connection.fileno(), select.POLLIN)
    if looking.poll(0):
        raise DisconnectionError


def _url(address: str, where: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:  # the error's own text may hold the password
        raise StoreUnavailable(where, f"cannot be understood as an address such as {EXAMPLE}") from error
    if url.drivername not in _SCHEMES or not url.database:
        raise StoreUnavailable(where, f"is neither a path nor an address such as {EXAMPLE}")
    return url.set(drivername="postgresql+psycopg")


def _clear(words: str) -> str:
    for pattern, hint in _HINTS.items():
        if found := re.search(pattern, words):
            return words + found.expand(hint)
    return words
