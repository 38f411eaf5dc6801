"""Parts of PostgreSQL's recent tables, one for each stretch of time, so that what is past goes in one quick step.

A part is made before the first row that belongs to it, and the next one ahead of time. Where that is not possible just
now rows go to the table's default part, which refuses nothing; they move when their part is made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Table, func, select, table, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from store.records import Level
from store.sql.dialect import Database
from store.sql.schema import COUNTS, READ
from store.sql.writing import count_change

_WAIT_MS = 50  # while this waits for a lock everybody else waits behind it
_LOCK_NOT_AVAILABLE = "55P03"
_UNDEFINED_TABLE = "42P01"
_AGAIN_AFTER_S = 10.0
_LATEST = 1 << 53  # what lies beyond is no time; it may go to the default part


class _Cut(NamedTuple):
    """How a table is cut: by which column, into stretches of how many of its units."""

    column: str
    step: int
    fill_percent: int


CUTS = {
    COUNTS[Level.SLOT].name: _Cut("at", 3600, 90),
    COUNTS[Level.MINUTE].name: _Cut("at", 86_400, 50),
    READ.name: _Cut("at_ms", 86_400_000, 100),
}
"""Tables that are cut into parts, here and in the migrations. Room is left for rows that are added to in place."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table in ``[begin, end)``, in the units of the column that it is cut by."""

    table: str
    begin: int

    @property
    def name(self) -> str:
        """Name of the table that holds them."""
        return f"{self.table}_{self.begin}"

    @property
    def end(self) -> int:
        """Where the next part begins."""
        return self.begin + CUTS[self.table].step


def is_cut(table: Table, connection: Connection) -> bool:
    """Whether rows of a table lie in parts in this database."""
    return connection.dialect.name == "postgresql" and table.name in CUTS


class Partitions:
    """Makes the parts that are missing. What is known to be there is not asked for again."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._lock = threading.Lock()
        self._known: set[Part] = set()
        self._not_before_s = 0.0

    def make_room(self, moments: Mapping[Table, Iterable[int]]) -> None:
        """Makes the parts for rows of those tables and times, and the part after the newest of each."""
        if self._engine.dialect.name != "postgresql":
            return
        wanted = [part for table, times in moments.items() for part in _parts(table.name, times)]
        with self._lock:
            missing = [part for part in wanted if part not in self._known]
            if missing and time.monotonic() >= self._not_before_s:
                self._make(missing)

    def _make(self, missing: Iterable[Part]) -> None:
        for part in missing:
            with self._database.writing(self._engine) as connection:
                made = part in stored_parts(connection, part.table) or _made(connection, part)
            if not made:
                self._not_before_s = time.monotonic() + _AGAIN_AFTER_S
                return
            self._known.add(part)


def _parts(table: str, times: Iterable[int]) -> list[Part]:
    step = CUTS[table].step
    begins = {at - at % step for at in times if 0 <= at < _LATEST}
    return [Part(table, begin) for begin in sorted(begins | {begin + step for begin in begins if begin == max(begins)})]


def _made(connection: Connection, part: Part) -> bool:
    """Makes a part and takes its rows out of the default one; False when somebody reads that just now."""
    column, _, fill_percent = CUTS[part.table]
    default, within = f"{part.table}_default", f"{column} >= {part.begin} AND {column} < {part.end}"
    steps = (
        f"LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE",
        f'CREATE TABLE "{part.name}" (LIKE {part.table} INCLUDING ALL) WITH (fillfactor = {fill_percent})',
        f"WITH moved AS (DELETE FROM {default} WHERE {within} RETURNING *)"  # noqa: S608  (numbers of our own)
        f' INSERT INTO "{part.name}" SELECT * FROM moved',
        f'ALTER TABLE {part.table} ATTACH PARTITION "{part.name}" FOR VALUES FROM ({part.begin}) TO ({part.end})',
    )
    return _soon(connection, steps)


def _soon(connection: Connection, steps: Iterable[str]) -> bool:
    """Runs statements that need everybody else out of the way for a moment; False when they do not go soon."""
    try:
        with connection.begin_nested():
            for step in (f"SET LOCAL lock_timeout = {_WAIT_MS}", *steps):
                connection.exec_driver_sql(step)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True


_CHILDREN = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
    " WHERE inhparent = to_regclass(:parent)"
)


def stored_parts(connection: Connection, table: str) -> list[Part]:
    """Parts of a table that are there, oldest first, without the default one."""
    names = connection.execute(_CHILDREN, {"parent": table}).scalars().all()
    begins = (name.removeprefix(f"{table}_") for name in names if name != f"{table}_default")
    return sorted((Part(table, int(begin)) for begin in begins), key=lambda part: part.begin)


def drop_past(database: Database, engine: Engine, before: Mapping[Table, int], most_rows: int) -> int:
    """Drops parts that are past as a whole, oldest first, until ``most_rows`` rows are gone; returns how many went.

    The rows are counted without a lock, the part goes in a moment. One that is being read stays for the next time.
    """
    if engine.dialect.name != "postgresql":
        return 0
    with database.reading(engine) as connection:
        past = [
            part for table, end in before.items() for part in stored_parts(connection, table.name) if part.end <= end
        ]
    dropped = 0
    for part in past:
        if dropped >= most_rows:
            break
        dropped += _drop(database, engine, part)
    return dropped


def _drop(database: Database, engine: Engine, part: Part) -> int:
    with database.reading(engine) as connection:
        rows = _rows(connection, part)
    with database.writing(engine) as connection:
        dropped = _soon(connection, [f'DROP TABLE IF EXISTS "{part.name}"'])
        if dropped:
            count_change(connection)
    return rows if dropped else 0


def _rows(connection: Connection, part: Part) -> int:
    try:
        return int(connection.execute(select(func.count()).select_from(table(part.name))).scalar_one())
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") == _UNDEFINED_TABLE:  # somebody else was faster
            return 0
        raise
