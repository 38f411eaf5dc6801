"""Opening a store in a file: what is made, what is refused and in which words."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from slo.errors import UnknownZone
from slo.windows import SHANGHAI
from store.errors import SchemaMismatch, StoreError, StoreUnavailable
from store.opening import open_store
from store.records import Batch, Level, Retention, Source
from store.sql.schema import REVISIONS

ROOT = Path(__file__).parents[2]
OPEN = "import sys; from pathlib import Path; from store.opening import open_store"


def refused(path: Path, **how: bool) -> str:
    """What opening says; one line that begins with the store's path."""
    with pytest.raises(StoreError) as caught:
        open_store(path, SHANGHAI, **how)
    line = str(caught.value)
    assert line.startswith(f"store {path}: ")
    assert "\n" not in line
    return line


def execute(path: Path, sql: str) -> None:
    """Changes a file behind the store's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


def test_a_missing_file_is_made_only_when_asked(tmp_path: Path) -> None:
    """Reading a store that is not there must not leave an empty one behind."""
    path = tmp_path / "store.sqlite"
    assert "no such file; make it with: python app.py db upgrade" in refused(path)
    assert "no such file" in refused(path, read_only=True)
    assert list(tmp_path.iterdir()) == []
    open_store(path, SHANGHAI, upgrade=True).close()
    open_store(path, SHANGHAI).close()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    """Nothing in a name is taken for part of an address."""
    path = tmp_path / "100 % #1? 存储" / "a&b=c;.sqlite"
    path.parent.mkdir()
    open_store(path, SHANGHAI, upgrade=True).close()
    assert path.exists()


def test_an_empty_file_becomes_a_store_only_when_asked(tmp_path: Path) -> None:
    """As a crash before the first migration may leave it."""
    path = tmp_path / "store.sqlite"
    path.touch()
    assert f"schema none, this program needs {REVISIONS[-1]}; run: python app.py db upgrade" in refused(path)
    open_store(path, SHANGHAI, upgrade=True).close()


def test_a_newer_store_is_refused_even_when_an_upgrade_is_asked(path: Path) -> None:
    """An older program must not touch what it does not understand."""
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    for upgrade in (False, True):
        with pytest.raises(SchemaMismatch, match=f"schema 9999, this program needs {REVISIONS[-1]}"):
            open_store(path, SHANGHAI, upgrade=upgrade)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Whoever gives the wrong path loses nothing."""
    path = tmp_path / "accounts.sqlite"
    execute(path, "CREATE TABLE account (id)")
    before = path.read_bytes()
    assert "schema of another program" in refused(path, upgrade=True)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """And not overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but somebody's notes" * 100)
    assert "file is not a database" in refused(path, upgrade=True)
    assert path.read_text().startswith("not a database")


@pytest.mark.parametrize("where", ["no/such/folder/store.sqlite", "a-file/store.sqlite"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, where: str) -> None:
    """A folder that is missing, or is no folder."""
    (tmp_path / "a-file").touch()
    assert "unable to open database file" in refused(tmp_path / where, upgrade=True)


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    """Somebody gave the data folder."""
    assert "unable to open database file" in refused(tmp_path, upgrade=True)


def test_days_of_another_zone_are_refused(path: Path) -> None:
    """Its days are already cut at other midnights."""
    with pytest.raises(StoreUnavailable, match="its days begin at midnight in Asia/Shanghai, not in UTC"):
        open_store(path, "UTC")


def test_an_unknown_zone_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """A typing error in the settings."""
    with pytest.raises(UnknownZone):
        open_store(tmp_path / "store.sqlite", "Asia/Shangai", upgrade=True)
    assert list(tmp_path.iterdir()) == []


def test_a_store_opened_for_reading_cannot_be_written(path: Path) -> None:
    """A report reads while the collector goes on; by mistake it writes nothing."""
    writer = open_store(path, SHANGHAI)
    writer.register(Source("dc1", "exposition", "dc1", 1000), 0)
    store = open_store(path, SHANGHAI, read_only=True)
    with pytest.raises(StoreUnavailable, match="attempt to write a readonly database"):
        store.commit(Batch("dc1", 0, ()))
    with pytest.raises(StoreUnavailable, match="readonly"):
        store.prune(Retention({Level.SLOT: 0}), 10**9)
    writer.commit(Batch("dc1", 0, ()))
    assert store.resume("dc1").version == 1
    store.close()
    writer.close()


def test_several_processes_may_make_the_store_at_once(tmp_path: Path) -> None:
    """Collector, filler and dashboard of a first start: one migrates, the others wait for it."""
    path = tmp_path / "store.sqlite"
    script = f"{OPEN}; sys.stdin.read(); open_store(Path(sys.argv[1]), {SHANGHAI!r}, upgrade=True).close()"
    command = [sys.executable, "-W", "error", "-c", script, str(path)]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    try:
        for child in children:  # all are ready and wait for the end of their input
            child.stdin.close()
        errors = [child.stderr.read() for child in children]
        assert (errors, [child.wait(30) for child in children]) == ([""] * 3, [0] * 3)
    finally:
        for child in children:
            child.kill()
            child.wait()
            child.stderr.close()
    open_store(path, SHANGHAI).close()


def test_opening_a_present_store_does_not_load_alembic(path: Path) -> None:
    """Every command opens the store; only the first pays for migrations."""
    script = f"{OPEN}; open_store(Path(sys.argv[1]), {SHANGHAI!r}, upgrade=True); print('alembic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert done.stdout == "False\n"
