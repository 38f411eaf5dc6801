"""Rows on their way in, past SQLAlchemy's parameter processing: a second of a bank is thousands of upserts, and the
processing would cost more than the database itself.

SQLite takes a thousand rows a statement where there are as many, else one (nothing travels). PostgreSQL takes one
statement with a column in each parameter, which is several times faster than a statement per row; where rows of one
call may share a key it takes them one by one, for no statement may change a row twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, Connection, Dialect, Integer, Table, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, registry, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ColumnElement

from store.sql.integers import int8_array
from store.sql.texts import text_array

AT_ONCE = 1000
"""Rows of one statement of SQLite: Python gives its lock up and takes it again around each statement, so that other
threads work meanwhile instead of stopping every row. Each row is a parameter a column: SQLite takes 32,766 at least."""
Row: TypeAlias = tuple[Any, ...]
_Insert: TypeAlias = sqlite.Insert | postgresql.Insert

Merge: TypeAlias = Callable[[ReadOnlyColumnCollection[str, Any]], Mapping[str, ColumnElement[Any]]]
"""From the row that was to be inserted to what the row already there becomes: column -> expression."""


@dataclass(frozen=True, slots=True, eq=False)
class Put:
    """One prepared way of putting rows into a table; ``columns`` name the fields of a row in their order;
    ``integers`` and ``texts`` are those that always hold one; ``compiled``: the statement of a kind of database, made
    when it is first asked for."""

    columns: tuple[str, ...]
    integers: frozenset[str]
    texts: frozenset[str]
    in_bulk: bool
    compiled: Callable[[str], str]

    @property
    def sqlite(self) -> str:
        """For one row."""
        return self.compiled("sqlite")

    @property
    def postgres(self) -> str:
        """For one row, or for a column in each parameter."""
        return self.compiled("postgresql")


def insert_sql(table: Table, columns: Sequence[str] = ()) -> Put:
    """Inserts rows of a table (or of some columns) and leaves those that are already there alone."""
    names = tuple(columns or table.columns.keys())
    return _prepared(table, names, lambda statement: statement.on_conflict_do_nothing(), in_bulk=True)


def upsert_sql(
    table: Table,
    merge: Merge,
    *,
    key: Sequence[str] = (),
    newer: str = "",
    columns: Sequence[str] = (),
    distinct: bool = False,
) -> Put:
    """Inserts rows of a table; where the key (the primary one unless said) is taken it applies ``merge``.

    ``newer`` names a column that may not fall: a row with a smaller value changes nothing. A key other than the
    primary one means that the database numbers new rows itself: their ``id`` is not given. ``distinct`` promises that
    no two rows of one call have the same key. ``columns`` are those that rows give, if not all.
    """
    names = tuple(columns) or tuple(column.name for column in table.columns if not (key and column.name == "id"))

    def merged(statement: _Insert) -> _Insert:
        return statement.on_conflict_do_update(
            index_elements=list(key) or [column.name for column in table.primary_key],
            set_=dict(merge(statement.excluded)),
            where=statement.excluded[newer] >= table.c[newer] if newer else None,
        )

    return _prepared(table, names, merged, in_bulk=distinct)


def put_rows(connection: Connection, put: Put, rows: Sequence[tuple[object, ...]]) -> int:
    """Puts rows into a table; the fields of a row are in the order of the columns. Returns how many were inserted or
    changed."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return _put_in_sqlite(connection, put, rows)
    if put.in_bulk:
        columns = zip(put.columns, zip(*rows, strict=True), strict=True)
        arrays = {name: _array(put, name, column) for name, column in columns}
        return connection.exec_driver_sql(put.postgres, arrays).rowcount
    one_by_one = [dict(zip(put.columns, row, strict=True)) for row in rows]
    return connection.exec_driver_sql(put.postgres, one_by_one).rowcount


def _put_in_sqlite(connection: Connection, put: Put, rows: Sequence[tuple[object, ...]]) -> int:
    whole = len(rows) - len(rows) % AT_ONCE
    changed = 0
    for first in range(0, whole, AT_ONCE):
        values = tuple(chain.from_iterable(rows[first : first + AT_ONCE]))
        changed += connection.exec_driver_sql(_at_once(put), values).rowcount
    if whole < len(rows):
        changed += connection.exec_driver_sql(put.sqlite, list(rows[whole:])).rowcount
    return changed


@cache
def _at_once(put: Put) -> str:
    """SQLite's statement for many rows."""
    row = f"({', '.join('?' * len(put.columns))})"
    head, values, tail = put.sqlite.partition(f"VALUES {row}")
    return f"{head}{values}{f', {row}' * (AT_ONCE - 1)}{tail}"


def _array(put: Put, name: str, column: tuple[Any, ...]) -> object:
    if name in put.integers:
        return int8_array(column)
    return text_array(column) if name in put.texts else list(column)


def _prepared(table: Table, columns: tuple[str, ...], resolve: Callable[[_Insert], _Insert], *, in_bulk: bool) -> Put:
    filled = [name for name in columns if not table.c[name].nullable]
    numbers = frozenset(name for name in filled if isinstance(table.c[name].type, Integer))
    texts = frozenset(name for name in filled if isinstance(table.c[name].type, Text))

    @cache
    def compiled(kind: str) -> str:
        if kind == "sqlite":
            return str(resolve(sqlite.insert(table)).compile(dialect=sqlite.dialect(), column_keys=list(columns)))
        into = postgresql.insert(table)
        if not in_bulk:
            return str(resolve(into).compile(dialect=_postgres(), column_keys=list(columns)))
        return str(resolve(into.from_select(list(columns), _rows_of(table, columns))).compile(dialect=_postgres()))

    return Put(columns, numbers, texts, in_bulk, compiled)


@cache
def _postgres() -> Dialect:
    found: Dialect = registry.load("postgresql.psycopg")()
    return found


def _rows_of(table: Table, columns: tuple[str, ...]) -> Any:
    arrays = [cast(bindparam(name), ARRAY(table.c[name].type)) for name in columns]
    return select(func.unnest(*arrays).table_valued(*columns, name="given").render_derived())
