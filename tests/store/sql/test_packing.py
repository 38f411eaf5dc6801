"""A store from before SQLite's keys were packed keeps every count."""

from __future__ import annotations

import logging
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from slo.counts import Counts
from slo.windows import SHANGHAI
from store.errors import SchemaMismatch, StoreUnavailable
from store.opening import open_store
from store.records import Level, Scope
from store.sql import upgrading
from store.sql.dialect import SqliteFile

BEGIN_S = 1_795_276_800
STEP_S = {"slot": 1, "minute": 60, "hour": 3600, "day": 86_400}
UNIT = "INSERT INTO unit VALUES (?, ?, ?, ?, '', '', '', 'customer')"
ROW = "INSERT INTO counts_{} VALUES (?, ?, ?, ?, ?, ?, ?)"
SUMS = "SELECT scope, unit_id, at, good, bad, ignored, transactions FROM counts_{} ORDER BY 1, 3, 2"
PACKED_SUMS = "SELECT {}, unit_id, at, good, bad, ignored, transactions FROM counts_{}_{} ORDER BY key"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of revision 0006 with rows of every level and scope, also from before 2020 and of other zones' days."""
    path = tmp_path / "old.sqlite"
    database = SqliteFile(path)
    engine = database.engine()
    with database.writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(upgrading.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
    engine.dispose()
    dice = random.Random(7)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO about VALUES (1, ?, 0)", (SHANGHAI,))
        for scope in Scope:
            for number in range(40):
                connection.execute(UNIT, (scope * 40 + number + 1, scope, f"product {number}", f"dc{number % 3}"))
        for level, step_s in STEP_S.items():
            begins = [*range(BEGIN_S, BEGIN_S + 5 * step_s, step_s), 0, -step_s]
            connection.executemany(
                ROW.format(level),
                [
                    (scope, at, scope * 40 + number + 1, *(dice.choice([0, 1, 300, 2**40, -2]) for _ in range(4)))
                    for scope in Scope
                    for at in begins
                    for number in range(40)
                ],
            )
    return path


def test_every_row_is_what_it_was(old: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Level by level and scope by scope, and the operator is told how far it is."""
    with closing(sqlite3.connect(old)) as connection:
        before = {level: connection.execute(SUMS.format(level)).fetchall() for level in STEP_S}
    caplog.set_level(logging.INFO, "store.upgrade")
    store = open_store(old, SHANGHAI, upgrade=True)
    with store.reading() as reader:
        minutes = reader.timeline(Level.MINUTE, Scope.CELL, 0, BEGIN_S + 300)
    store.close()
    kept = [(at, Counts(*counts)) for scope, _, at, *counts in before["minute"] if scope == Scope.CELL and at >= 0]
    assert sorted((at, repr(counts)) for at, _, counts in minutes) == sorted((at, repr(each)) for at, each in kept)
    with closing(sqlite3.connect(old)) as connection:
        for level, expected in before.items():
            found: list[tuple[int, ...]] = []
            for scope in Scope:
                statement = PACKED_SUMS.format(int(scope), level, scope.name.lower())
                found += connection.execute(statement).fetchall()
            assert found == expected
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'counts_minute'").fetchall() == []
    assert "counts_minute_cell: 280 rows moved" in caplog.text


def test_a_row_that_does_not_fit_stops_the_upgrade_and_nothing_is_changed(old: Path) -> None:
    """No row is ever dropped or moved to another time; the older program goes on with the file."""
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute(ROW.format("minute"), (2, BEGIN_S + 61, 90, 1, 0, 0, 0))
    with pytest.raises(
        StoreUnavailable, match=r"counts_minute, scope 2: 1 rows begin at no minute .* nothing was changed"
    ):
        open_store(old, SHANGHAI, upgrade=True)
    with pytest.raises(SchemaMismatch, match="schema 0006"):
        open_store(old, SHANGHAI)
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT count(*) FROM counts_minute").fetchone() == (5 * 7 * 40 + 1,)
