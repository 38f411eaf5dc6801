"""How counts lie: one way for each kind of database, the same questions to both.

PostgreSQL: a table for each level, keyed ``(scope, at, unit_id)`` and, where it grows fastest, cut by time.

SQLite: a table for each level and scope with one integer as its key, the number of the slice above the number of the
unit. A minute of a cell takes 19 bytes (three key columns: 25), a look-up compares one number, and as a scope has a
table of its own new slices go to the very end of it: SQLite fills such pages to the last byte.
"""

from __future__ import annotations

import operator
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Protocol, TypeAlias

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Computed,
    Connection,
    Integer,
    MetaData,
    Table,
    bindparam,
    literal_column,
)

from store.records import Level, Scope
from store.slices import STEP_S
from store.sql.schema import COUNTS

Row: TypeAlias = tuple[Any, ...]
Counted: TypeAlias = tuple[int, int, int, int, int]
"""Number of a unit; its good, bad and ignored events and its transactions."""

FIELDS = ("good", "bad", "ignored", "transactions")
UNIT_BITS = 18
"""Bits of a key that are the unit's number: what is left keeps minutes in six bytes until 2051."""
EPOCH_S = 1_577_836_800  # 2020-01-01T00:00:00Z; slices from before have negative keys, which are as good and longer
_UNIT_S = {
    Level.SLOT: 1,
    Level.MINUTE: 60,
    Level.HOUR: 1,
    Level.DAY: 1,
}  # a minute saves a byte; days may begin anywhen
_MOST = (1 << 63) - 1


class Layout(Hashable, Protocol):
    """Where the counts of a level and scope are, and what picks a stretch of them."""

    @property
    def most_units(self) -> int:
        """The greatest number that a unit may have."""

    def tables(self, level: Level) -> list[Table]:
        """The tables of a level, each once."""

    def table(self, level: Level, scope: Scope) -> Table:
        """Has the columns ``at``, ``unit_id`` and those of FIELDS, and maybe rows of other scopes."""

    def key(self, level: Level, scope: Scope) -> Sequence[Column[int]]:
        """Columns that order the rows of one scope by begin and unit; unique together."""

    def of_scope(self, level: Level, scope: Scope) -> list[ColumnElement[bool]]:
        """Conditions that leave out the other scopes; none where they have tables of their own."""

    def within(self, level: Level, scope: Scope) -> ColumnElement[bool]:
        """Rows of a scope whose slices begin between two parameters, ``low`` and ``high`` (see ``bounds``)."""

    def bounds(self, level: Level, from_s: int, to_s: int) -> dict[str, int]:
        """Values of those parameters for slices that begin in ``[from_s, to_s)``."""

    def seek_step(self, level: Level) -> int:
        """How far the places of a unit lie apart from one slice to the next."""

    def seek(self, level: Level, from_s: int, unit_id: int) -> dict[str, int]:
        """``first``, the place of a unit in the first slice that begins at or after ``from_s``, and ``unit_id``."""

    def sought(self, level: Level, scope: Scope, place: ColumnElement[int]) -> ColumnElement[bool]:
        """Picks the row of the unit ``unit_id`` at a place."""

    def rows(self, level: Level, scope: Scope, at: int, counted: Iterable[Counted]) -> list[Row]:
        """Rows of one slice, as the table takes them."""

    def key_columns(self, level: Level, scope: Scope, at: int, unit_ids: Sequence[int]) -> tuple[Iterable[int], ...]:
        """The columns before those of FIELDS for many units in one slice; some never end."""


class CutByTime:
    """The layout in PostgreSQL."""

    most_units = (1 << 31) - 1

    def tables(self, level: Level) -> list[Table]:
        """The one table of a level."""
        return [COUNTS[level]]

    def table(self, level: Level, _: Scope) -> Table:
        """The one table of a level."""
        return COUNTS[level]

    def key(self, level: Level, _: Scope) -> Sequence[Column[int]]:
        """Begin and unit."""
        return (COUNTS[level].c.at, COUNTS[level].c.unit_id)

    def of_scope(self, level: Level, scope: Scope) -> list[ColumnElement[bool]]:
        """The scope is a column."""
        return [COUNTS[level].c.scope == int(scope)]

    def within(self, level: Level, scope: Scope) -> ColumnElement[bool]:
        """The scope, and a range of begins."""
        counts = COUNTS[level].c
        of_scope = counts.scope == literal_column(str(int(scope)))
        return of_scope & (counts.at >= bindparam("low")) & (counts.at < bindparam("high"))

    def bounds(self, _: Level, from_s: int, to_s: int) -> dict[str, int]:
        """Begins as they are."""
        return {"low": from_s, "high": to_s}

    def seek_step(self, level: Level) -> int:
        """Seconds."""
        return STEP_S[level]

    def seek(self, level: Level, from_s: int, unit_id: int) -> dict[str, int]:
        """Places are begins."""
        return {"first": from_s + -from_s % STEP_S[level], "unit_id": unit_id}

    def sought(self, level: Level, _: Scope, place: ColumnElement[int]) -> ColumnElement[bool]:
        """By begin and unit."""
        counts = COUNTS[level].c
        return (counts.at == place) & (counts.unit_id == bindparam("unit_id"))

    def rows(self, _: Level, scope: Scope, at: int, counted: Iterable[Counted]) -> list[Row]:
        """Scope, begin, unit, counts."""
        number = int(scope)
        return [(number, at, *each) for each in counted]

    def key_columns(self, _: Level, scope: Scope, at: int, unit_ids: Sequence[int]) -> tuple[Iterable[int], ...]:
        """Scope, begin, unit."""
        return repeat(int(scope)), repeat(at), unit_ids


class Packed:
    """The layout in SQLite."""

    most_units = (1 << UNIT_BITS) - 1

    def tables(self, level: Level) -> list[Table]:
        """A table for each scope."""
        return [PACKED[level, scope] for scope in Scope]

    def table(self, level: Level, scope: Scope) -> Table:
        """The scope's own table."""
        return PACKED[level, scope]

    def key(self, level: Level, scope: Scope) -> Sequence[Column[int]]:
        """One number."""
        return (PACKED[level, scope].c.key,)

    def of_scope(self, *_: int) -> list[ColumnElement[bool]]:
        """Nothing to leave out."""
        return []

    def within(self, level: Level, scope: Scope) -> ColumnElement[bool]:
        """A range of keys."""
        key = PACKED[level, scope].c.key
        return (key >= bindparam("low")) & (key < bindparam("high"))

    def bounds(self, level: Level, from_s: int, to_s: int) -> dict[str, int]:
        """First keys of the first slices that begin at or after both ends."""
        return {"low": _first_key(level, from_s), "high": _first_key(level, to_s)}

    def seek_step(self, level: Level) -> int:
        """From key to key."""
        return STEP_S[level] // _UNIT_S[level] << UNIT_BITS

    def seek(self, level: Level, from_s: int, unit_id: int) -> dict[str, int]:
        """Places are keys."""
        return {"first": _first_key(level, from_s + -from_s % STEP_S[level]) + unit_id}

    def sought(self, level: Level, scope: Scope, place: ColumnElement[int]) -> ColumnElement[bool]:
        """By key."""
        return PACKED[level, scope].c.key == place

    def rows(self, level: Level, _: Scope, at: int, counted: Iterable[Counted]) -> list[Row]:
        """Key, counts."""
        base = packed(level, at)
        return [(base + unit_id, good, bad, ignored, begun) for unit_id, good, bad, ignored, begun in counted]

    def key_columns(self, level: Level, _: Scope, at: int, unit_ids: Sequence[int]) -> tuple[Iterable[int], ...]:
        """The key."""
        return (map(operator.add, repeat(packed(level, at)), unit_ids),)


def packed(level: Level, at: int, unit_id: int = 0) -> int:
    """Key of a unit in the slice that begins at ``at`` seconds. Raises ValueError when no slice begins then."""
    number, rest = divmod(at - EPOCH_S, _UNIT_S[level])
    if rest:
        raise ValueError(f"no {level.name.lower()} begins at {at} s; take the begin of the slice that holds it")
    return (number << UNIT_BITS) + unit_id


def _first_key(level: Level, from_s: int) -> int:
    number = -((EPOCH_S - from_s) // _UNIT_S[level])
    return min(max(number << UNIT_BITS, -_MOST), _MOST)


def begin_sql(level: Level) -> str:
    """SQL of a slice's begin, in terms of ``key``."""
    return f"((key >> {UNIT_BITS}) * {_UNIT_S[level]} + {EPOCH_S})"


def unit_sql() -> str:
    """SQL of a unit's number, in terms of ``key``."""
    return f"(key & {(1 << UNIT_BITS) - 1})"


def key_sql(level: Level, begin: str, unit: str) -> str:
    """SQL of a key, in terms of a slice's begin and a unit's number."""
    return f"(((({begin}) - {EPOCH_S}) / {_UNIT_S[level]} << {UNIT_BITS}) + ({unit}))"


PACKED_METADATA = MetaData()


def _packed_table(level: Level, scope: Scope) -> Table:
    return Table(
        f"counts_{level.name.lower()}_{scope.name.lower()}",
        PACKED_METADATA,
        Column("key", Integer, primary_key=True),
        *(Column(name, BigInteger, nullable=False) for name in FIELDS),
        Column("at", BigInteger, Computed(begin_sql(level), persisted=False)),
        Column("unit_id", Integer, Computed(unit_sql(), persisted=False)),
    )


PACKED = {(level, scope): _packed_table(level, scope) for level in Level for scope in Scope}
LAYOUTS: Mapping[str, Layout] = {"sqlite": Packed(), "postgresql": CutByTime()}
"""The layout of each kind of database, by the name of its dialect."""


def layout_of(connection: Connection) -> Layout:
    """How counts lie in the database of a connection."""
    return LAYOUTS[connection.dialect.name]


def written(table: Table) -> tuple[str, ...]:
    """Columns of a table of counts that rows give; the others follow from them."""
    return tuple(column.name for column in table.columns if column.computed is None)


def every_table() -> Iterator[Table]:
    """Tables of counts of every layout."""
    for layout in LAYOUTS.values():
        for level in Level:
            yield from layout.tables(level)
