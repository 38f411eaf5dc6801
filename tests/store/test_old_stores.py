"""Stores that the programs of every older revision made (``scripts.old_stores``) are brought up to date whole."""

from __future__ import annotations

import gzip
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.old_stores.contents import ZONE, contents, lacking
from store import maintenance
from store.errors import SchemaMismatch
from store.opening import open_store
from store.records import Batch, Read
from store.sql.schema import REVISIONS
from tests.store.postgres_server import PROGRAMS, PostgresChild

ROOT = Path(__file__).parents[2]
MADE = ROOT / "tests" / "data" / "old_stores"
OLDER = REVISIONS[:-1]
IN_POSTGRES = OLDER[OLDER.index("0003") :]
ORDINARY = ("0003", "0006", OLDER[-1])
"""Of PostgreSQL in the ordinary suite; the rest with ``-m soak``."""
_NUMBER = itertools.count()
KILLING = """
import os, shutil, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from store import maintenance
from store.sql import upgrading

def upgraded(address, zone, wanted):
    passed = 0
    def point(*told):
        nonlocal passed
        statement = told[2] if len(told) > 2 else "COMMIT"
        if "alembic_version" not in statement and statement != "COMMIT":
            return
        passed += 1
        if passed == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
    event.listen(Engine, "before_cursor_execute", point)
    event.listen(Engine, "commit", point)
    maintenance.upgrade(address, zone)

original, zone = Path(sys.argv[1]), sys.argv[2]
for wanted in range(1, 200, int(sys.argv[3])):
    copy = original.with_name(f"killed_{wanted}.sqlite")
    shutil.copy(original, copy)
    child = os.fork()
    if not child:
        upgraded(copy, zone, wanted)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    print(copy.name, "killed" if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), flush=True)
    if not os.WIFSIGNALED(status):
        break
"""


def fixture_of(name: str) -> bytes:
    """A file that an older program made."""
    return gzip.decompress((MADE / f"{name}.gz").read_bytes())


def old_file(revision: str, folder: Path) -> Path:
    """The SQLite store of a revision."""
    path = folder / "store.sqlite"
    path.write_bytes(fixture_of(f"{revision}.sqlite"))
    return path


def expected(revision: str, what: str) -> Any:
    """What the program of that time read."""
    return json.loads(fixture_of(f"{revision}.json"))[what]


def differences(address: Path | str, revision: str, what: str) -> list[str]:
    """Where a store that was upgraded says something else than the program that made it."""
    store = open_store(address, ZONE, read_only=True)
    try:
        return list(lacking(expected(revision, what), json.loads(json.dumps(contents(store, revision)))))
    finally:
        store.close()


def go_on(address: Path | str) -> None:
    """A collector commits where it stopped."""
    store = open_store(address, ZONE)
    resumed = store.resume("dc1")
    at_ms = (resumed.watermark_ms or 0) + 60_000
    store.commit(Batch("dc1", resumed.version, (Read(at_ms, True),), at_ms))
    store.close()


def test_every_older_revision_has_a_store_that_its_program_made() -> None:
    """A new revision needs one of the revision before: python -m scripts.old_stores."""
    assert [each for each in OLDER if not (MADE / f"{each}.json.gz").exists()] == []


@pytest.mark.parametrize("revision", OLDER)
def test_a_file_of_every_revision_keeps_everything_to_the_last_digit(revision: str, tmp_path: Path) -> None:
    """Counts of every level and scope, reads, gaps, leases, probes, peaks, journal, ledger, audit log."""
    path = old_file(revision, tmp_path)
    with pytest.raises(SchemaMismatch, match=rf"schema {revision}, .* run: python app.py db upgrade \(same"):
        open_store(path, ZONE)
    assert maintenance.upgrade(path, ZONE) == maintenance.Upgraded(revision, REVISIONS[-1])
    assert differences(path, revision, "store") == []
    go_on(path)


@pytest.mark.parametrize(
    "revision", [pytest.param(each, marks=() if each in ORDINARY else pytest.mark.soak) for each in IN_POSTGRES]
)
def test_a_database_of_every_revision_keeps_everything_to_the_last_digit(
    revision: str, old_database: Callable[[str], str]
) -> None:
    """The same from a dump of a PostgreSQL of that time."""
    address = old_database(revision)
    assert maintenance.upgrade(address, ZONE) == maintenance.Upgraded(revision, REVISIONS[-1])
    assert differences(address, revision, "server") == []
    go_on(address)


@pytest.fixture
def old_database(postgres: PostgresChild) -> Iterator[Callable[[str], str]]:
    """Loads dumps into databases of their own."""
    names: list[str] = []

    def load(revision: str) -> str:
        names.append(f"old_{next(_NUMBER)}")
        postgres.execute(f"CREATE DATABASE {names[-1]}")
        address = postgres.address(names[-1])
        line = [PROGRAMS / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", address]
        subprocess.run(line, input=fixture_of(f"{revision}.sql"), check=True, capture_output=True, cwd="/")
        return address

    yield load
    for name in names:
        postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(("revision", "every"), [("0006", 3), pytest.param("0001", 1, marks=pytest.mark.soak)])
def test_an_upgrade_killed_at_any_step_left_the_old_store_or_the_new_one(
    revision: str, every: int, tmp_path: Path
) -> None:
    """kill -9 before each migration is noted, before and after the commit; then it is upgraded as if nothing was."""
    old = old_file(revision, tmp_path)
    line = [sys.executable, "-c", KILLING, str(old), ZONE, str(every)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT, timeout=240)
    ends = dict(each.split() for each in done.stdout.splitlines())
    assert [end for end in ends.values() if end != "killed"] == ["0"], done.stderr
    assert len(ends) * every > len(OLDER[OLDER.index(revision) :])
    for name in list(ends) if every == 1 else list(ends)[-2:]:
        path = tmp_path / name
        before = maintenance.upgrade(path, ZONE).before
        assert before in {revision, REVISIONS[-1]}, name
        assert differences(path, revision, "store") == [], name


def test_a_database_whose_upgrade_was_killed_is_as_before(
    old_database: Callable[[str], str], postgres: PostgresChild
) -> None:
    """The server takes back what a dead client did not commit."""
    address = old_database("0003")
    program = (
        "import os, signal, sys; from sqlalchemy import Engine, event; from store import maintenance\n"
        "event.listen(Engine, 'commit', lambda c: os.kill(os.getpid(), 9) if c.info.get('moved') else None)\n"
        "event.listen(Engine, 'before_cursor_execute', lambda c, u, text, *rest: "
        "c.info.update(moved=True) if 'UPDATE alembic_version' in text else None)\n"
        "maintenance.upgrade(sys.argv[1], sys.argv[2])\n"
    )
    line = [sys.executable, "-c", program, address, ZONE]
    assert subprocess.run(line, capture_output=True, check=False, cwd=ROOT, timeout=60).returncode == -9
    assert maintenance.upgrade(address, ZONE).before == "0003"
    assert differences(address, "0003", "server") == []
