"""A disk that was read-only and is no longer: a store that was opened meanwhile writes again without a restart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TRIAL = """\
import ctypes, os, sys
sys.path.insert(0, sys.argv[2])
ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # file modes hold for root too, from the next exec on
if sys.argv[3] == "begin":
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[4], sys.argv[1], sys.argv[2], "go on", ""])

import subprocess
from pathlib import Path
from store.errors import StoreUnavailable
from store.opening import open_store
from store.records import Source

DIES = "import os, sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from store.opening import open_store"
DIES += "; s = open_store(Path(sys.argv[1]), 'Asia/Shanghai', upgrade=True); s.leases(); os.kill(os.getpid(), 9)"
file = Path(sys.argv[1])
subprocess.run([sys.executable, "-c", DIES, sys.argv[1], sys.argv[2]])

def allow(folder, files):
    file.parent.chmod(0o755)
    for each in file.parent.iterdir():
        each.chmod(files)
    file.parent.chmod(folder)

def write():
    store.leases()
    try:
        store.register(Source("dc1", "exposition", "dc1", 1000), 0)
    except StoreUnavailable as fault:
        return str(fault).rpartition(": ")[2]
    return "written"

allow(0o555, 0o444)
store = open_store(file, "Asia/Shanghai", upgrade=True)
print(write(), write(), sep=", ")
allow(0o755, 0o644)
print(write(), write(), sep=", ")
"""


def test_a_store_that_was_opened_on_a_read_only_disk_writes_again_later(tmp_path: Path) -> None:
    """In a process of its own, for which file modes hold even when it is root's; the one before was killed."""
    file = str(tmp_path / "store.sqlite")
    line = [sys.executable, "-c", TRIAL, file, str(ROOT), "begin", TRIAL]
    run = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    refused = "attempt to write a readonly database"
    assert run.stdout.splitlines() == [f"{refused}, {refused}", "written, written"], run.stderr
