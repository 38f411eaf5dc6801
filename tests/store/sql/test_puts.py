"""Rows on their way into SQLite, many a statement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import Level, Scope
from store.sql import puts, writing
from store.sql.dialect import SqliteFile
from store.sql.layouts import PACKED

MINUTES = PACKED[Level.MINUTE, Scope.CELL]
MANY = 2 * puts.AT_ONCE + 7


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A transaction on an empty store."""
    open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True).close()
    file = SqliteFile(tmp_path / "store.sqlite")
    engine = file.engine()
    with file.writing(engine) as writing_to:
        yield writing_to
    engine.dispose()


def test_thousands_of_rows_are_added_as_one_by_one(connection: Connection) -> None:
    """Those of whole statements and the rest, new ones and ones that are there already."""
    put = writing._ADD_COUNTS[MINUTES]
    rows = [(key, key, 1, 2, 3) for key in range(MANY)]
    assert puts.put_rows(connection, put, rows) == MANY
    assert puts.put_rows(connection, put, rows[5:]) == MANY - 5
    fields = [MINUTES.c[name] for name in ("key", "good", "bad", "ignored", "transactions")]
    found = [tuple(row) for row in connection.execute(select(*fields).order_by(MINUTES.c.key))]
    assert found == [*rows[:5], *((key, 2 * key, 2, 4, 6) for key in range(5, MANY))]


def test_rows_that_are_there_already_do_not_count_as_inserted(connection: Connection) -> None:
    put = puts.insert_sql(MINUTES, ("key", "good", "bad", "ignored", "transactions"))
    rows = [(key, 0, 0, 0, 0) for key in range(MANY)]
    assert puts.put_rows(connection, put, rows[:1500]) == 1500
    assert puts.put_rows(connection, put, rows) == MANY - 1500
