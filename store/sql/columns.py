"""Thousands of integers at once, column by column: made row by row they cost more than it takes to find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Compiled, CompoundSelect, Connection, Dialect, Select, cast, func, select

from slo.counts import Counts, counts_of
from store.records import Unit
from store.sql.integers import int8_numbers

Columns: TypeAlias = Sequence[Sequence[int]]
Asked: TypeAlias = Select[Any] | CompoundSelect[Any]


def columns(connection: Connection, statement: Asked, values: Mapping[str, int]) -> Columns:
    """The columns of what a statement finds, in its order; none when it finds nothing. All must be integers without
    nulls, and the statement one of those that are made once: how PostgreSQL is asked is kept for each."""
    if connection.dialect.name == "postgresql":
        return _packed_columns(connection, statement, values)
    result = connection.execute(statement, values)
    try:
        return list(zip(*result.cursor.fetchall(), strict=True))
    finally:
        result.close()


def _packed_columns(connection: Connection, statement: Asked, values: Mapping[str, int]) -> Columns:
    asked = _packed(statement, connection.dialect)
    # Past SQLAlchemy, for the binary form alone; in its transaction still.
    with closing(connection.connection.cursor(binary=True)) as cursor:
        cursor.execute(str(asked), asked.construct_params(dict(values)))
        sent = cursor.fetchone()
    return [] if sent is None or sent[0] is None else [int8_numbers(each) for each in sent]


@cache
def _packed(statement: Asked, dialect: Dialect) -> Compiled:
    """The statement with each column as one array, in the bytes that ``int8_array`` makes."""
    found = statement.subquery()
    return select(*(func.array_send(func.array_agg(cast(each, BigInteger))) for each in found.c)).compile(
        dialect=dialect
    )


def of_units(found: Columns, units: Mapping[int, Unit]) -> Columns:
    """Those of the rows whose unit, in the second column, is one of these."""
    if not found or units.keys() >= set(found[1]):
        return found
    return list(zip(*(row for row in zip(*found, strict=True) if row[1] in units), strict=True))


def in_order(found: Columns, units: Mapping[int, Unit]) -> list[tuple[int, Unit, Counts]]:
    """Slices (begin, number of the unit, counts) by begin and then in the order of ``units``, column by column."""
    found = of_units(found, units)
    if not found:
        return []
    if list(units) != sorted(units):
        rank = {unit_id: number for number, unit_id in enumerate(units)}  # comparing units costs ten times as much
        rows = sorted(zip(*found, strict=True), key=lambda row: row[0] * len(rank) + rank[row[1]])
        found = list(zip(*rows, strict=True))
    begins, unit_ids, *counts = found
    return list(zip(begins, map(units.__getitem__, unit_ids), counts_of(*counts), strict=True))
