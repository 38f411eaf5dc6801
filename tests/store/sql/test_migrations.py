"""Migrations lead to exactly the tables that the program reads and writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from store.sql import upgrading
from store.sql.dialect import SqliteFile
from store.sql.layouts import PACKED_METADATA
from store.sql.schema import METADATA, REVISIONS

TABLES = "SELECT name, sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE type = 'table' ORDER BY name"


def test_an_empty_database_is_migrated_to_the_present_tables(path: Path) -> None:
    """Nothing is missing, nothing is left over, no column differs."""
    database = SqliteFile(path)
    engine = database.engine()
    with database.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [METADATA, PACKED_METADATA]) == []
    engine.dispose()


def test_migrated_tables_are_stored_as_the_present_ones_would_be(path: Path, tmp_path: Path) -> None:
    """WITHOUT ROWID is invisible to a comparison of columns and halves the file."""
    database = SqliteFile(tmp_path / "made.sqlite")
    engine = database.engine()
    with database.writing(engine) as connection:
        METADATA.create_all(connection)
        PACKED_METADATA.create_all(connection)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "made.sqlite")) as made, closing(sqlite3.connect(path)) as migrated:
        expected = made.execute(TABLES).fetchall()
        found = [row for row in migrated.execute(TABLES).fetchall() if row[0] != "alembic_version"]
    assert found == expected


def test_the_program_knows_every_revision_in_order() -> None:
    """So that it can tell an older store from a newer one without loading Alembic."""
    config = Config()
    config.set_main_option("script_location", str(Path(upgrading.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == REVISIONS


def test_the_file_is_in_wal_mode(path: Path) -> None:
    """Readers and a writer work side by side."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
