"""Disks that are full or read-only, a store that somebody else holds: nothing is lost, and it is said."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.parts import Bank, Row, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]
HELD_S = 9.0
"""Longer than a writer queues for the store (5 s)."""
HOLDING = """\
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("ROLLBACK")
"""


def test_a_full_disk(bank: Bank, note: Callable[[Row], None]) -> None:
    """No file of the collector can grow for a while; then there is room again."""
    bank.begin()
    bank.collector.limit_files(16_384)
    until(lambda: "cannot be read: store" in bank.collector.said() or stands_still(bank), "the disk is full")
    time.sleep(3)
    bank.collector.limit_files(resource.RLIM_INFINITY)
    note(bank.reconciled("disk full for seconds (file size limit)", 0))
    assert bank.failed_reads("store:") > 0


def test_a_disk_that_is_full_while_the_collector_dies(bank: Bank, note: Callable[[Row], None]) -> None:
    """What was half written is not there afterwards."""
    bank.begin()
    bank.collector.limit_files(16_384)
    time.sleep(2)
    bank.collector.kill()
    bank.collector.start()
    note(bank.reconciled("disk full, then kill -9 of the collector", 1))


def test_a_read_only_disk(bank: Bank, note: Callable[[Row], None]) -> None:
    """A collector that starts on it cannot write; once it may again, the counters hold what was missed."""
    bank.begin()
    bank.collector.kill()
    with read_only(bank.store_file.parent):
        bank.collector.start()
        until(lambda: "readonly" in bank.collector.said() or "read-only" in bank.collector.said(), "it is said")
    if bank.collector.process is not None and bank.collector.process.poll() is not None:
        bank.collector.start()
    note(bank.reconciled("read-only disk at the collector's start", 1))


def test_a_store_that_another_process_holds(bank: Bank, note: Callable[[Row], None]) -> None:
    """Longer than a writer waits: reads fail with the reason, then the next page holds the same counts."""
    bank.begin()
    line = [sys.executable, "-c", HOLDING, str(bank.store_file), str(HELD_S)]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert holder.wait(timeout=60) == 0
    note(bank.reconciled(f"store locked by another process for {HELD_S:.0f} s", 0))
    assert bank.failed_reads("store:") > 0
    with sqlite3.connect(bank.store_file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """No file of a folder can be written, and none made."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.iterdir())}
    for path in modes:
        path.chmod(0o555 if path == folder else 0o444)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def stands_still(bank: Bank) -> bool:
    """Whether nothing is written for seconds."""
    before = max(bank.watermarks())
    time.sleep(4)
    return max(bank.watermarks()) == before
