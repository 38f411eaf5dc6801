"""SQLite's keys: one integer for a slice and a unit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.counts import Counts
from slo.windows import SHANGHAI
from store.errors import StoreUnavailable
from store.opening import open_store
from store.records import HistoryChunk, Level, Scope, Span, Unit
from store.sql.layouts import LAYOUTS, Packed, begin_sql, key_sql, packed, unit_sql

STEP_S = {Level.SLOT: 1, Level.MINUTE: 60, Level.HOUR: 3600, Level.DAY: 1}
LEVELS = st.sampled_from(list(Level))
NUMBERS = st.integers(-(2**26), 2**31)
UNITS = st.integers(0, Packed.most_units)


@given(LEVELS, NUMBERS, UNITS)
def test_sql_finds_in_a_key_what_went_in(level: Level, number: int, unit_id: int) -> None:
    """Also for slices from before the epoch of the keys, which are negative."""
    at = number * STEP_S[level]
    key = packed(level, at, unit_id)
    columns = ", ".join([begin_sql(level), unit_sql(), key_sql(level, ":at", ":unit")])
    statement = f"WITH one(key) AS (VALUES (:key)) SELECT {columns} FROM one"  # noqa: S608  (of our own)
    with closing(sqlite3.connect(":memory:")) as connection:
        found = connection.execute(statement, {"key": key, "at": at, "unit": unit_id}).fetchone()
    assert found == (at, unit_id, key)


@given(LEVELS, NUMBERS, UNITS, st.integers(-7200, 7200), st.integers(-7200, 7200))
def test_bounds_hold_exactly_the_slices_that_begin_between_them(
    level: Level, number: int, unit_id: int, before_s: int, after_s: int
) -> None:
    """Wherever the ends lie inside a slice."""
    at = number * STEP_S[level]
    bounds = LAYOUTS["sqlite"].bounds(level, at - before_s, at + after_s)
    assert (bounds["low"] <= packed(level, at, unit_id) < bounds["high"]) == (at - before_s <= at < at + after_s)


def test_a_time_at_which_no_minute_begins_is_refused() -> None:
    """Rounded, it would be counted where it does not belong."""
    with pytest.raises(ValueError, match="no minute begins at 61 s"):
        packed(Level.MINUTE, 61)


def test_a_unit_without_room_in_the_key_is_refused_in_one_line(path: Path) -> None:
    """Its bits would be those of a minute; nothing is stored then."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO unit VALUES (?, 1, 'last', '', '', '', '', 'customer')", (Packed.most_units,))
    store = open_store(path, SHANGHAI)
    chunk = HistoryChunk(Span(0, 3600), {(Level.HOUR, 0, Unit(Scope.PRODUCT, "one more")): Counts(1)})
    with pytest.raises(StoreUnavailable, match=r"room for 262,143 names of units at most; watch fewer label values"):
        store.add_history(chunk)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM unit").fetchone() == (1,)


def test_new_minutes_fill_pages_to_the_end(path: Path) -> None:
    """What a bank's minutes cost is decided here: 20 bytes a row at most."""
    store = open_store(path, SHANGHAI)
    units = [Unit(Scope.CELL, f"product {number:03}", "dc1") for number in range(200)]
    for begin_s in range(1_795_276_800, 1_795_276_800 + 6000, 60):
        counts = {(Level.MINUTE, begin_s, unit): Counts(500, 0, 0, 200) for unit in units}
        store.add_history(HistoryChunk(Span(begin_s, begin_s + 60), counts))
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        size = connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'counts_minute_cell'").fetchone()[0]
    assert size / (100 * len(units)) <= 20
