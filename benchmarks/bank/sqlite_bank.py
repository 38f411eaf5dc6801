"""The bank in SQLite: built once in a folder, then opened as any store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.bank.filling import fill
from benchmarks.bank.size import Size
from store.records import Level
from store.sql.layouts import LAYOUTS


def build(folder: Path, size: Size) -> Path:
    """The file of a bank of that size; made when it is not there, under another name until it is whole."""
    path = folder / f"{size.name}.sqlite"
    if path.exists():
        return path
    part = folder / f"{size.name}.part"
    part.unlink(missing_ok=True)
    fill(part, size)
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return part.rename(path)


def bytes_a_minute_row(path: Path) -> float:
    """Bytes of the tables of minutes, pages and all, for each of their rows."""
    names = [table.name for table in LAYOUTS["sqlite"].tables(Level.MINUTE)]
    with closing(sqlite3.connect(path)) as connection:
        size = sum(
            connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (name,)).fetchone()[0] for name in names
        )
        rows = sum(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names)  # noqa: S608
    return float(size) / int(rows)
