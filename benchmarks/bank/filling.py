"""Fills a store with the bank, one day at a time; SQLite and PostgreSQL run the same SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.bank.size import (
    BAD,
    DATA_CENTERS,
    DAY_S,
    FIRST_S,
    GOOD,
    MINUTES_A_DAY,
    TRANSACTIONS,
    Size,
    cell,
    service,
)
from slo.windows import SHANGHAI
from store.opening import database_at, open_store
from store.records import Level, Scope, Unit
from store.sql.layouts import key_sql, layout_of
from store.sql.partitions import Partitions
from store.sql.peaking import take_peaks
from store.sql.schema import COUNTS

CELL_IDS_FROM = 1_000
"""Number of the first cell; the bank is 1, products follow it. Narrow as in a store that numbered them itself."""

_NUMBER = text("INSERT INTO unit VALUES (:id, :scope, :product, :data_center, :dcn, :step, :outcome, :traffic)")
_CELLS = """
    WITH RECURSIVE minute(m) AS (
        SELECT :first + 0 UNION ALL SELECT m + 1 FROM minute WHERE m + 1 < :first + {minutes}
    ), cell(c) AS (SELECT 0 UNION ALL SELECT c + 1 FROM cell WHERE c + 1 < :cells)
    INSERT INTO {into} (good, bad, ignored, transactions, {key})
    SELECT {good}, {bad}, 0, {transactions}, {place}
    FROM minute CROSS JOIN cell
"""
_SUMS = """
    INSERT INTO {into} (good, bad, ignored, transactions, {key})
    SELECT sum(good), sum(bad), sum(ignored), sum(transactions), {place}
    FROM {of} WHERE {within}
    GROUP BY {begin}, {unit} ORDER BY {begin}, {unit}
"""


def fill(address: Path | str, size: Size) -> None:
    """Makes a store at an address and fills it; each day is one transaction."""
    open_store(address, SHANGHAI, upgrade=True).close()
    database = database_at(address)
    engine = database.engine()
    moments = range(FIRST_S, size.to_s, DAY_S)
    Partitions(database, engine).make_room({COUNTS[Level.MINUTE]: moments})
    with database.writing(engine) as connection:
        rows = [{"id": number, **unit._asdict(), "scope": int(unit.scope)} for number, unit in units(size)]
        connection.execute(_NUMBER, rows)
    for day in range(size.days):
        with database.writing(engine) as connection:
            _fill_day(connection, size, day)
    engine.dispose()


def units(size: Size) -> Iterator[tuple[int, Unit]]:
    """Every unit of bank, products and cells with its number."""
    yield 1, Unit(Scope.BANK)
    for number in range(size.services):
        yield 2 + number, Unit(Scope.PRODUCT, service(number))
    for number in range(size.cells):
        yield CELL_IDS_FROM + number, cell(number)


def _fill_day(connection: Connection, size: Size, day: int) -> None:
    begin_s = FIRST_S + day * DAY_S
    layout = layout_of(connection)
    key, place = _place(connection, Level.MINUTE, Scope.CELL, f"{FIRST_S} + m * 60", f"{CELL_IDS_FROM} + c")
    into = layout.table(Level.MINUTE, Scope.CELL).name
    cells = _CELLS.format(
        minutes=MINUTES_A_DAY, into=into, key=key, place=place, good=GOOD, bad=BAD, transactions=TRANSACTIONS
    )
    connection.execute(text(cells), {"first": day * MINUTES_A_DAY, "cells": size.cells})
    parent = f"2 + (unit_id - {CELL_IDS_FROM}) / {DATA_CENTERS}"
    _sum(connection, begin_s, Level.MINUTE, Scope.PRODUCT, of_scope=Scope.CELL, unit=parent)
    _sum(connection, begin_s, Level.MINUTE, Scope.BANK, of_scope=Scope.PRODUCT, unit="unit_id - unit_id + 1")
    for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL):
        _sum(connection, begin_s, Level.HOUR, scope, of_scope=scope)
        _sum(connection, begin_s, Level.DAY, scope, of_scope=scope)
    take_peaks(connection, range(begin_s, begin_s + DAY_S, 60), SHANGHAI)


_FROM_FINER = {  # coarser level -> the level that it is summed from, and the begin of its slice
    Level.MINUTE: (Level.MINUTE, "at"),
    Level.HOUR: (Level.MINUTE, "at - at % 3600"),
    Level.DAY: (Level.HOUR, "at - (at - :begin_s)"),
}


def _sum(
    connection: Connection, begin_s: int, level: Level, scope: Scope, *, of_scope: Scope, unit: str = "unit_id"
) -> None:
    of_level, begin = _FROM_FINER[level]
    layout = layout_of(connection)
    key, place = _place(connection, level, scope, begin, unit)
    statement = _SUMS.format(
        into=layout.table(level, scope).name,
        key=key,
        place=place,
        of=layout.table(of_level, of_scope).name,
        within=layout.within(of_level, of_scope),
        begin=begin,
        unit=unit,
    )
    bounds = layout.bounds(of_level, begin_s, begin_s + DAY_S)
    connection.execute(text(statement), {"begin_s": begin_s, **bounds} if ":begin_s" in statement else bounds)


def _place(connection: Connection, level: Level, scope: Scope, begin: str, unit: str) -> tuple[str, str]:
    """Columns of the key, and their values in SQL for a begin and a unit in SQL."""
    if connection.dialect.name == "sqlite":
        return "key", key_sql(level, begin, unit)
    return "scope, at, unit_id", f"{int(scope)}, {begin}, {unit}"
