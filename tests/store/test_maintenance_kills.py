"""kill -9 in the middle of pruning, copying and restoring: the store stays usable and nothing half-made has a name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slo.counts import Counts
from slo.windows import SHANGHAI
from store import maintenance
from store.opening import open_store
from store.records import HistoryChunk, Level, Retention, Scope, Span, Unit

ROOT = Path(__file__).parents[2]
NOW = 1_795_347_600
OLD = NOW - 86400
SECONDS = 600
UNITS = [Unit(Scope.CELL, f"product_{number}", "dc1") for number in range(60)]
ROWS = SECONDS * len(UNITS)
PROGRAM = """
import sys, time
from pathlib import Path
from store import maintenance
from store.opening import open_store
from store.records import Retention

def halt(*done):  # the test kills this process here
    print("under way", flush=True)
    time.sleep(60)

first, second, zone, now_s = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5])
if sys.argv[1] == "prune":
    maintenance.prune_all(open_store(first, zone), Retention(), now_s, lambda gone: gone > 6000 and halt())
elif sys.argv[1] == "backup":
    maintenance.backup(first, second, zone, lambda done, total: done * 2 > total and halt())
else:
    maintenance.restore(first, second, zone, lambda done, total: done * 2 > total and halt())
"""


def nothing(done: int, total: int = 0) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def full(path: Path) -> Path:
    """A store with slots that are past retention."""
    store = open_store(path, SHANGHAI)
    counts = {(Level.SLOT, OLD + n, unit): Counts(n + 1) for n in range(SECONDS) for unit in UNITS}
    store.add_history(HistoryChunk(Span(OLD, OLD + SECONDS), counts))
    store.close()
    return path


@contextmanager
def killed(*words: object) -> Iterator[None]:
    """Runs the program until it is under way, kills it, and only then lets the test go on."""
    command = [sys.executable, "-c", PROGRAM, *map(str, words), SHANGHAI, str(NOW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as child:
        try:
            said = child.stdout.readline() if child.stdout else ""
        finally:
            child.kill()
        error = child.stderr.read() if child.stderr else ""
    assert (said, child.returncode) == ("under way\n", -9), error
    yield


def stored(path: Path) -> tuple[int, int]:
    """Slots of a store: how many rows and what they add up to."""
    store = open_store(path, SHANGHAI, read_only=True)
    with store.reading() as reader:
        slots = reader.timeline(Level.SLOT, Scope.CELL, OLD, NOW)
    store.close()
    return len(slots), sum(counts.good for _, _, counts in slots)


ALL = (ROWS, len(UNITS) * SECONDS * (SECONDS + 1) // 2)


def test_a_killed_prune_leaves_whole_steps_and_goes_on(full: Path) -> None:
    """What went is gone, oldest first; what stayed is complete."""
    with killed("prune", full, full):
        rows, good = stored(full)
        assert 0 < rows < ROWS
        youngest = [SECONDS - n // len(UNITS) for n in range(rows)]
        assert good == sum(youngest)
        store = open_store(full, SHANGHAI)
        assert maintenance.prune_all(store, Retention(), NOW, nothing) == rows
        store.close()


def test_a_killed_backup_has_no_name_and_is_made_anew(full: Path, tmp_path: Path) -> None:
    """The half copy is overwritten by the next run, and the store never noticed."""
    target = tmp_path / "backup.sqlite"
    with killed("backup", full, target):
        assert not target.exists()
        assert target.with_name("backup.sqlite.partial").stat().st_size > 0
        assert stored(full) == ALL
        maintenance.backup(full, target, SHANGHAI, nothing)
        assert stored(target) == ALL
        assert not target.with_name("backup.sqlite.partial").exists()


def test_a_killed_restore_leaves_no_store_and_is_made_anew(full: Path, tmp_path: Path) -> None:
    """A collector that starts in between finds nothing, not half a store."""
    target = tmp_path / "restored.sqlite"
    with killed("restore", full, target):
        assert not target.exists()
        maintenance.restore(full, target, SHANGHAI, nothing)
        assert stored(target) == ALL


def test_a_full_disk_is_one_line_and_leaves_nothing(full: Path, tmp_path: Path) -> None:
    """Stood in for by a limit on the size of files; the store itself is untouched."""
    program = (
        "import resource, sys; from pathlib import Path; from store import maintenance; from store.errors import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: maintenance.backup(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], lambda done, total: None)\n"
        "except CopyRefused as error: print(error)\n"
    )
    target = tmp_path / "full-disk" / "backup.sqlite"
    target.parent.mkdir()
    command = [sys.executable, "-c", program, str(full), str(target), SHANGHAI]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"copy {target}.partial: ")
    assert len(done.stdout.splitlines()) == 1
    assert list(target.parent.iterdir()) == []
    assert stored(full) == ALL
