"""What a collector waits while old rows go: commits of a bank beside `db prune`.

    python -m benchmarks.prune [--rows 3000000] [--seconds 30]

This process commits what six data centers bring each second (about 1,000 rows six times a second): first alone, then
while another process prunes that many slots past retention, then alone again. Prints median, p99 and the longest
wall-clock milliseconds of a whole commit, and of its turn alone: how long a writer that changes nothing waits for
those before it, which is all that pruning can make it wait. The rest of a commit is its own work, and the disk's.
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.store_commit import DATA_CENTERS, batch
from slo.counts import Counts
from slo.windows import SHANGHAI
from store import maintenance
from store.opening import open_store
from store.port import Store
from store.records import HistoryChunk, Level, Retention, Scope, Source, Span, Unit

CHUNK_S = 60
UNITS = [Unit(Scope.DCN, f"product_{n % 14}", f"dc{n % 6}", f"n{n}") for n in range(840)]
PAUSE_S = 1 / 6


PRUNE = """
import sys
from pathlib import Path
from store import maintenance
from store.opening import open_store
from store.records import Retention
store = open_store(Path(sys.argv[1]), sys.argv[2])
maintenance.prune_all(store, Retention(), int(sys.argv[3]), lambda gone: None)
"""


def fill(store: Store, rows: int, now_s: int) -> None:
    """Slots of yesterday."""
    begin_s = now_s - 86400
    for at in range(begin_s, begin_s + rows // len(UNITS), CHUNK_S):
        counts = {(Level.SLOT, second, unit): Counts(7) for second in range(at, at + CHUNK_S) for unit in UNITS}
        store.add_history(HistoryChunk(Span(at, at + CHUNK_S), counts))


@dataclass(frozen=True, slots=True)
class Waits:
    """Wall-clock milliseconds of one run."""

    commits: list[float]
    turns: list[float]


def waits(store: Store, path: Path, now_s: int, keep_on: Callable[[], bool]) -> Waits:
    """Commits and turns, one of each every sixth of a second, as six data centers make them."""
    found = Waits([], [])
    gc.collect()
    gc.freeze()  # what filled the store must not be walked through in the middle of a commit
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as bare:
        while keep_on():
            name = DATA_CENTERS[len(found.commits) % len(DATA_CENTERS)]
            version = store.resume(name).version
            made = batch(name, now_s + version, version)
            began = time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            found.turns.append((time.perf_counter() - began) * 1000)
            bare.execute("ROLLBACK")
            began = time.perf_counter()
            store.commit(made)
            found.commits.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE_S)
    return found


def show(name: str, found: Waits) -> None:
    """Prints median, p99 and worst of one run."""
    for what, spent in (("commit", found.commits), ("turn", found.turns)):
        p99 = sorted(spent)[len(spent) * 99 // 100]
        figures = f"median {statistics.median(spent):6.1f}  p99 {p99:6.1f}  longest {max(spent):6.1f}"
        print(f"{name:<13}{what:<7}{len(spent):>5} times, ms: {figures}", flush=True)


def for_seconds(seconds: float) -> Callable[[], bool]:
    """True until so much time has passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def measure(folder: Path, rows: int, seconds: int) -> None:
    """Prints one line for each run."""
    path, now_s = folder / "store.sqlite", int(time.time())
    store = open_store(path, SHANGHAI, upgrade=True)
    for name in DATA_CENTERS:
        store.register(Source(name, "exposition", name, 1000), now_s * 1000)
    fill(store, rows, now_s)
    due = sum(maintenance.expired(path, SHANGHAI, Retention(), now_s).values())
    show("alone", waits(store, path, now_s, for_seconds(seconds)))
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", PRUNE, str(path), SHANGHAI, str(now_s)]) as pruning:
        found = waits(store, path, now_s, lambda: pruning.poll() is None)
    took_s = time.monotonic() - began
    show("beside prune", found)
    show("alone again", waits(store, path, now_s, for_seconds(seconds)))
    print(f"{due:,} rows pruned in {took_s:.0f} s, {due / took_s:,.0f} a second")
    store.close()


def main() -> None:
    """Measures in a temporary folder."""
    parser = argparse.ArgumentParser(description="the longest wait of a commit beside a prune")
    parser.add_argument("--rows", type=int, default=3_000_000, help="slots that are past retention")
    parser.add_argument("--seconds", type=int, default=30, help="how long to commit alone")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), args.rows, args.seconds)


if __name__ == "__main__":
    main()
