"""What can happen to a file of counts: a killed writer, a full disk, a lock that is not given back."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.errors import StaleWriter, StoreUnavailable
from store.opening import open_store
from store.port import Store
from store.records import Batch, Events, HistoryChunk, Level, Read, Retention, Scope, Source, Span, Unit
from store.sql.database import SqlStore
from store.sql.dialect import SqliteFile

MIDNIGHT_S = 1_795_276_800
DC1 = Source("dc1", "exposition", "dc1", 1000)
UNITS = 150

WRITE_FOR_EVER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_database import batch
from store.opening import open_store
store = open_store(Path(sys.argv[1]), "Asia/Shanghai")
version = store.resume("dc1").version
while True:
    version = store.commit(batch(version))
    print(version, flush=True)
"""

FILL_THE_DISK = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_database import batch, check, large_batch
from store.errors import StoreUnavailable
from store.opening import open_store
path = Path(sys.argv[1])
store = open_store(path, "Asia/Shanghai")
version = store.resume("dc1").version
for _ in range(3):
    version = store.commit(batch(version))
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
log = path.with_name(path.name + "-wal")
resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 20_000, limits[1]))
try:
    store.commit(large_batch(version))
except StoreUnavailable as error:
    print(error)
check(store, version)
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
check(store, store.commit(batch(version)))
"""


def batch(version: int) -> Batch:
    """The same amount at every version, so that any prefix of commits can be checked."""
    slot_s = MIDNIGHT_S + version
    events = tuple(
        Events(slot_s, f"product{number}", "dc1", "a", "apply", "ok", "customer", Kind.GOOD, 3)
        for number in range(UNITS)
    )
    state = version.to_bytes(8, "big")
    return Batch("dc1", version, (Read(slot_s * 1000, True),), slot_s * 1000, events, new_series=("s",), state=state)


def large_batch(version: int) -> Batch:
    """Too much for what is left of the disk."""
    return Batch("dc1", version, (), events=batch(version).events, state=bytes(2_000_000))


def check(store: Store, version: int) -> None:
    """Everything that belongs to ``version`` commits is there, and nothing else."""
    resume = store.resume("dc1")
    assert (resume.version, len(resume.series)) == (version, version)
    assert resume.state == (version - 1).to_bytes(8, "big")
    with store.reading() as reader:
        for level in Level:
            for scope in (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN):
                found = reader.timeline(level, scope, MIDNIGHT_S, MIDNIGHT_S + 86400)
                assert sum(counts.good for _, _, counts in found) == 3 * UNITS * version
        assert reader.observed(MIDNIGHT_S, MIDNIGHT_S + 86400) == {"dc1": version}
        assert len(reader.reads("dc1", 0, MIDNIGHT_S * 2000)) == version


def child(script: str, path: Path) -> subprocess.Popen[str]:
    """A process that works on the same file."""
    command = [sys.executable, "-c", script, str(path), str(Path(__file__).parent)]
    root = Path(__file__).parents[3]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root)


def test_a_writer_that_is_killed_leaves_whole_commits_only(path: Path) -> None:
    """kill -9 at any moment, three times; the next writer goes on where the last commit ended."""
    store = open_store(path, SHANGHAI)
    store.register(DC1, 0)
    reported = 0
    for delay_s in (0.0, 0.013, 0.029):
        writer = child(WRITE_FOR_EVER, path)
        try:
            for _ in range(5):
                reported = int(writer.stdout.readline())
            time.sleep(delay_s)
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
        version = store.resume("dc1").version
        assert version >= reported
        check(store, version)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_full_disk_refuses_the_commit_and_hurts_nothing(path: Path) -> None:
    """A limit on the size of files stands for the disk; once there is room again the next commit goes through."""
    store = open_store(path, SHANGHAI)
    store.register(DC1, 0)
    store.close()
    filler = child(FILL_THE_DISK, path)
    try:
        out, err = filler.communicate(timeout=60)
    finally:
        filler.kill()
    assert (filler.returncode, err) == (0, "")
    assert out.splitlines() in ([f"store {path}: {cause}"] for cause in ("database or disk is full", "disk I/O error"))


def test_a_lock_that_is_not_given_back_is_reported_in_time(path: Path) -> None:
    """Nothing is written, readers go on, and the store works as soon as the lock is gone."""
    database = SqliteFile(path, busy_ms=50)
    store = SqlStore(database, database.engine(), SHANGHAI)
    store.register(DC1, 0)
    store.commit(batch(0))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        for write in (
            lambda: store.commit(batch(1)),
            lambda: store.register(DC1, 0),
            lambda: store.add_history(HistoryChunk(Span(0, 60), {})),
            lambda: store.prune(Retention(), MIDNIGHT_S),
        ):
            with pytest.raises(StoreUnavailable, match=r"store\.sqlite: database is locked$"):
                write()
        check(store, 1)
        holder.execute("ROLLBACK")
    check(store, store.commit(batch(1)))
    store.close()


def test_a_writer_waits_for_another_that_is_at_work(path: Path) -> None:
    """Two collectors and a filler share one file: they queue, none fails."""
    store = open_store(path, SHANGHAI)
    store.register(DC1, 0)
    other = child(WRITE_FOR_EVER, path)
    try:
        other.stdout.readline()
        for number in range(20):
            assert store.add_history(HistoryChunk(Span(number, number + 1), {}))
            assert store.prune(Retention(), MIDNIGHT_S + number) == 0
    finally:
        other.kill()
        _, err = other.communicate()
    assert err == ""
    check(store, store.resume("dc1").version)
    store.close()


def test_two_stores_of_one_file_see_each_others_units_and_versions(path: Path) -> None:
    """Numbers of units are the file's, not the process's."""
    first, second = open_store(path, SHANGHAI), open_store(path, SHANGHAI)
    first.register(DC1, 0)
    first.commit(batch(0))
    with pytest.raises(StaleWriter):
        second.commit(batch(0))
    second.commit(batch(1))
    check(first, 2)
    check(second, 2)
    first.close()
    second.close()


def test_a_refused_batch_does_not_spoil_the_units_it_named(path: Path) -> None:
    """A unit that was first seen in a stale batch counts rightly when it comes again."""
    store = open_store(path, SHANGHAI)
    store.register(DC1, 0)
    with pytest.raises(StaleWriter):
        store.commit(batch(7))
    with store.reading() as reader:
        assert reader.totals(Scope.PRODUCT, MIDNIGHT_S, MIDNIGHT_S + 60) == {}
    check(store, store.commit(batch(0)))
    store.close()


def test_a_number_beyond_64_bits_is_refused_in_one_line(path: Path) -> None:
    """A page that lies must not stop the collector with an error that nobody catches."""
    store = open_store(path, SHANGHAI)
    store.register(DC1, 0)
    huge = Events(MIDNIGHT_S, "loans", "dc1", "a", "apply", "ok", "customer", Kind.GOOD, 2**63)
    with pytest.raises(StoreUnavailable, match="too large"):
        store.commit(Batch("dc1", 0, (), events=(*batch(0).events, huge)))
    check(store, store.commit(batch(0)))
    store.close()


def test_history_without_events_takes_no_rows(path: Path) -> None:
    """A quiet night of a small product costs nothing."""
    store = open_store(path, SHANGHAI)
    counts = {(Level.HOUR, MIDNIGHT_S, Unit(Scope.PRODUCT, name)): Counts(good) for name, good in (("a", 0), ("b", 1))}
    assert store.add_history(HistoryChunk(Span(MIDNIGHT_S, MIDNIGHT_S + 3600), counts))
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM counts_hour_product").fetchone() == (1,)
