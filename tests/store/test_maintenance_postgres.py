"""A PostgreSQL store as a whole: the same parts, by PostgreSQL's own tools."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slo.counts import Counts
from slo.windows import SHANGHAI
from store import maintenance
from store.errors import CopyRefused, SchemaMismatch, StoreError
from store.examining import clock_ms
from store.journal import Change, Document, Entry
from store.opening import open_store
from store.records import Batch, HistoryChunk, Level, Read, Retention, Scope, Source, Span, Unit
from store.sql.schema import REVISIONS
from tests.store.postgres_server import PostgresChild

ROOT = Path(__file__).parents[2]
NOW = 1_795_347_600
OLD = NOW - 86400
HEAD = REVISIONS[-1]
_NUMBER = itertools.count()
RESTORE = """
import sys, time
from pathlib import Path
from store import maintenance
from store.sql import dumping

dumping.CHUNK_BYTES = 4096

def halt(done, total):  # the test kills this process here
    print("under way", flush=True)
    time.sleep(60)

maintenance.restore(Path(sys.argv[1]), sys.argv[2], sys.argv[3], halt)
"""


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def full(address: str) -> str:
    """A store with old slots and five reads."""
    store = open_store(address, SHANGHAI)
    units = [Unit(Scope.CELL, f"product_{n}", "dc1") for n in range(20)]
    counts = {(Level.SLOT, OLD + n, unit): Counts(n + 1) for n in range(100) for unit in units}
    store.add_history(HistoryChunk(Span(OLD, OLD + 100), counts))
    store.register(Source("dc1", "exposition", "dc1", 1000), NOW * 1000)
    store.commit(Batch("dc1", 0, tuple(Read((NOW + n) * 1000, True) for n in range(60)), NOW * 1000))
    store.close()
    return address


@pytest.fixture
def blank(postgres: PostgresChild) -> Iterator[str]:
    """Address of a database without any table."""
    name = f"blank_{next(_NUMBER)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres.address(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


def stored(address: str) -> tuple[int, int]:
    """Old slots of a store: how many rows and what they add up to."""
    store = open_store(address, SHANGHAI, read_only=True)
    with store.reading() as reader:
        slots = reader.timeline(Level.SLOT, Scope.CELL, OLD, NOW)
    store.close()
    return len(slots), sum(counts.good for _, _, counts in slots)


ALL = (2000, 20 * 5050)


def test_an_empty_database_is_upgraded_once(blank: str) -> None:
    """And says so."""
    assert maintenance.upgrade(blank, SHANGHAI) == maintenance.Upgraded("none", HEAD)
    assert maintenance.upgrade(blank, SHANGHAI) == maintenance.Upgraded(HEAD, HEAD)


def test_holdings_and_expired_rows_are_told_as_of_a_file(full: str) -> None:
    """Bytes of a level are those of all its parts."""
    held = maintenance.holdings_of(full, SHANGHAI, NOW + 60)
    slots = held.levels[0].extent
    assert (slots.rows, slots.oldest_s, slots.newest_s) == (2000, OLD, OLD + 99)
    assert slots.size_bytes is not None
    assert slots.size_bytes > 2000 * 20
    assert [(each.observed, each.expected) for each in held.levels[1:]] == [(60, 60)] * 3
    assert held.size_bytes is not None
    assert held.size_bytes > slots.size_bytes
    assert maintenance.expired(full, SHANGHAI, Retention(), NOW)["slot"] == 2000


def test_the_journal_is_held_and_expires_as_in_a_file(full: str) -> None:
    """A closed document and an entry of a day ago; an open one stays."""
    store = open_store(full, SHANGHAI)
    documents = tuple(Document("incident", str(n), 0, OLD * 1000, n == 0, "{}") for n in range(2))
    store.write(Change((Entry(OLD * 1000, "note", "it", "", "{}"),), documents))
    store.close()
    held = maintenance.holdings_of(full, SHANGHAI, NOW).journal
    assert [(each.rows, each.open_rows, each.oldest_s) for each in held] == [(1, None, OLD), (2, 1, OLD)]
    expired = maintenance.expired(full, SHANGHAI, Retention(journal_seconds=3600), NOW)
    assert (expired["journal_entry"], expired["journal_document"]) == (1, 1)


def test_everything_past_retention_goes(full: str) -> None:
    """Whole parts at once, the rest in steps."""
    store = open_store(full, SHANGHAI)
    assert maintenance.prune_all(store, Retention(), NOW, lambda gone: None) == 2000
    store.close()
    assert sum(maintenance.expired(full, SHANGHAI, Retention(), NOW).values()) == 0


def test_a_backup_is_restored_into_an_empty_database(full: str, blank: str, tmp_path: Path) -> None:
    """The drill."""
    archive = tmp_path / "backup.dump"
    assert maintenance.backup(full, archive, SHANGHAI, quiet) == HEAD
    seen: list[tuple[int, int]] = []
    done = maintenance.restore(archive, blank, SHANGHAI, lambda *step: seen.append(step))
    assert done == maintenance.Upgraded(HEAD, HEAD)
    assert seen[-1] == (archive.stat().st_size, archive.stat().st_size)
    assert stored(blank) == ALL
    store = open_store(blank, SHANGHAI)
    assert store.commit(Batch("dc1", 1, (Read((NOW + 60) * 1000, True),))) == 2
    store.close()
    assert [each.name for each in tmp_path.iterdir()] == ["backup.dump"]


def test_a_database_with_tables_is_not_restored_into(full: str, tmp_path: Path) -> None:
    """Nothing is overwritten, neither the store nor the backup."""
    archive = tmp_path / "backup.dump"
    maintenance.backup(full, archive, SHANGHAI, quiet)
    with pytest.raises(CopyRefused, match="it has tables and nothing is overwritten; restore into an empty database"):
        maintenance.restore(archive, full, SHANGHAI, quiet)
    with pytest.raises(CopyRefused, match="is already there"):
        maintenance.backup(full, archive, SHANGHAI, quiet)
    assert stored(full) == ALL


def test_a_database_of_another_program_is_not_backed_up(blank: str, postgres: PostgresChild, tmp_path: Path) -> None:
    """Whoever gives the wrong address gets no archive."""
    postgres.execute("CREATE TABLE account (id int)", blank.rpartition("/")[2])
    with pytest.raises(SchemaMismatch, match="of another program"):
        maintenance.backup(blank, tmp_path / "b", SHANGHAI, quiet)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "spoil", [lambda content: content[: len(content) // 2], lambda content: b"", lambda content: b"no archive" * 99]
)
def test_a_damaged_archive_is_not_restored(
    full: str, blank: str, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    """Found before anything is written."""
    archive = tmp_path / "backup.dump"
    maintenance.backup(full, archive, SHANGHAI, quiet)
    archive.write_bytes(spoil(archive.read_bytes()))
    with pytest.raises(StoreError) as caught:
        maintenance.restore(archive, blank, SHANGHAI, quiet)
    assert "\n" not in str(caught.value)
    assert maintenance.upgrade(blank, SHANGHAI).before == "none"


def test_an_archive_with_days_of_another_zone_is_not_restored(full: str, blank: str, tmp_path: Path) -> None:
    """Its days are cut at other midnights."""
    archive = tmp_path / "backup.dump"
    maintenance.backup(full, archive, SHANGHAI, quiet)
    with pytest.raises(CopyRefused, match="its days begin at midnight in Asia/Shanghai, not in UTC"):
        maintenance.restore(archive, blank, "UTC", quiet)


def test_without_the_tools_one_line_says_what_to_install(
    full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the server's, not ours."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CopyRefused, match="pg_dump is not installed; run: apt-get install postgresql-client"):
        maintenance.backup(full, tmp_path / "b", SHANGHAI, quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_neither_printed_nor_listed(full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the tool through its environment; the tool here only tells what it was given."""
    told = tmp_path / "told"
    tool = tmp_path / "pg_dump"
    tool.write_text(f'#!/bin/sh\necho "$@" > {told}\necho "$PGPASSWORD" >> {told}\nexit 1\n', encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for address in (full.replace("postgres@", "postgres:s3cret@"), f"{full}?password=s3cret"):
        with pytest.raises(CopyRefused) as caught:
            maintenance.backup(address, tmp_path / "b", SHANGHAI, quiet)
        words, password = told.read_text(encoding="utf-8").splitlines()
        assert "s3cret" not in str(caught.value)
        assert "s3cret" not in words
        assert password == "s3cret"


def test_a_full_disk_is_one_line_and_leaves_nothing(full: str, tmp_path: Path) -> None:
    """Stood in for by a limit on the size of files."""
    program = (
        "import resource, sys; from pathlib import Path; from store import maintenance; from store.errors import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "try: maintenance.backup(sys.argv[1], Path(sys.argv[2]), sys.argv[3], lambda done, total: None)\n"
        "except CopyRefused as error: print(error)\n"
    )
    command = [sys.executable, "-c", program, full, str(tmp_path / "b"), SHANGHAI]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert done.stdout == f"copy {tmp_path / 'b'}.partial: file too large\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_killed_restore_leaves_an_empty_database(full: str, blank: str, tmp_path: Path) -> None:
    """One transaction: its end without the archive's end undoes it."""
    archive = tmp_path / "backup.dump"
    maintenance.backup(full, archive, SHANGHAI, quiet)
    command = [sys.executable, "-c", RESTORE, str(archive), blank, SHANGHAI]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        try:
            said = child.stdout.readline() if child.stdout else ""
        finally:
            child.kill()
    assert said == "under way\n"
    deadline = time.monotonic() + 60
    while True:  # its tool may still be on its way out
        try:
            maintenance.restore(archive, blank, SHANGHAI, quiet)
            break
        except CopyRefused:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert stored(blank) == ALL


def test_the_server_says_what_time_it_is(address: str) -> None:
    """Its clock may be another machine's."""
    before_ms = time.time_ns() // 1_000_000
    assert before_ms - 1000 <= (clock_ms(address) or 0) <= time.time_ns() // 1_000_000 + 1000
