"""One step of pruning costs what it deletes, whatever waits behind it."""

from __future__ import annotations

import shutil
from pathlib import Path

from slo.counts import Counts
from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import HistoryChunk, Level, Retention, Scope, Span, Unit
from store.sql.dialect import SqliteFile
from store.sql.pruning import prune

UNITS = [Unit(Scope.CELL, f"product_{number}") for number in range(20)]
NOW = 1_795_347_600
STEP_ROWS = 100


def cost_of_a_step(path: Path, seconds: int) -> int:
    """Hundreds of SQLite's instructions that one step takes when so many seconds are past."""
    store = open_store(path, SHANGHAI)
    old = NOW - 86400
    counts = {(Level.SLOT, old + n, unit): Counts(1) for n in range(seconds) for unit in UNITS}
    store.add_history(HistoryChunk(Span(old, old + seconds), counts))
    store.close()
    database, ticks = SqliteFile(path), [0]
    engine = database.engine()

    def tick() -> int:
        ticks[0] += 1
        return 0

    with database.writing(engine) as connection:
        connection.connection.driver_connection.set_progress_handler(tick, 100)
        assert prune(connection, Retention(), NOW, SHANGHAI, STEP_ROWS) == STEP_ROWS
    engine.dispose()
    return ticks[0]


def test_a_step_does_not_walk_through_everything_that_is_past(path: Path, tmp_path: Path) -> None:
    """Two hundred times the backlog, the same step: a collector waits for milliseconds, never for the backlog."""
    short = Path(shutil.copy(path, tmp_path / "short.sqlite"))
    assert cost_of_a_step(path, 2000) <= cost_of_a_step(short, 10) * 1.5
