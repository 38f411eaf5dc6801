"""A bank's seconds as they come: six sources commit once a second, 200 services each, at the pace of the clock.

    python -m benchmarks.ingest [--seconds 600] [--stores sqlite,postgres] [--dir DIR]

A second is 1,200 units: of each cell good and bad requests of one step, and transactions. Prints CPU of this process
(and of the database's, when it is another) as a share of one core, commit times, and memory after the first minute
and at the end. Percentiles are of wall time: on a machine with other work they say as much about that.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bank.children import cpu_seconds_below
from benchmarks.bank.postgres_bank import postgres
from benchmarks.bank.size import DATA_CENTERS, data_center, happened, service
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.opening import open_store
from store.port import Store
from store.records import Batch, Events, Read, Source, Transactions

SERVICES = 200
BEGIN_S = 1_795_276_800
WARM_S = 60
MOST_CPU_PERCENT = 30.0
MOST_P99_MS = 100.0
MOST_GROWTH_PERCENT = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of so many seconds took. Times of commits in milliseconds, memory in MiB."""

    seconds: float
    cpu_s: float
    database_cpu_s: float
    commits_ms: list[float]
    commits_cpu_ms: list[float]
    early_mib: float
    late_mib: float
    late_seconds: int


def batch(number: int, second: int, version: int) -> Batch:
    """What one data center counted in one second."""
    at_s, name = BEGIN_S + second, data_center(number)
    events, transactions = [], []
    for of_service in range(SERVICES):
        good, bad, begun = happened(second, of_service * DATA_CENTERS + number)
        product = service(of_service)
        events.append(Events(at_s, product, name, "dcn1", "apply", "ok", "customer", Kind.GOOD, good))
        if bad:
            events.append(Events(at_s, product, name, "dcn1", "apply", "system_error", "customer", Kind.BAD, bad))
        transactions.append(Transactions(at_s, product, name, "dcn1", "customer", begun))
    reads = (Read(at_s * 1000, True, duration_ms=9, samples=3 * SERVICES),)
    state = version.to_bytes(8, "big") * 3 * SERVICES
    return Batch(name, version, reads, at_s * 1000, tuple(events), tuple(transactions), state=state)


def run(store: Store, seconds: int, database: Path | None) -> Run:
    """Commits for so many seconds, each at its time; a second that is late is begun at once, never left out."""
    versions = {}
    for number in range(DATA_CENTERS):
        store.register(Source(data_center(number), "exposition", data_center(number), 1000), BEGIN_S * 1000)
        versions[number] = store.resume(data_center(number)).version
    commits_ms: list[float] = []
    commits_cpu_ms: list[float] = []
    early_mib, late_seconds = _resident_mib(), 0
    gc.collect()
    gc.freeze()  # as a collector does when it has started
    began, cpu_s, database_cpu_s = time.monotonic(), time.process_time(), cpu_seconds_below(database)
    for second in range(seconds):
        time.sleep(max(0.0, began + second - time.monotonic()))
        for number in range(DATA_CENTERS):
            this = batch(number, second, versions[number])
            wall, cpu = time.perf_counter(), time.process_time()
            versions[number] = store.commit(this)
            commits_ms.append((time.perf_counter() - wall) * 1000)
            commits_cpu_ms.append((time.process_time() - cpu) * 1000)
        late_seconds += time.monotonic() > began + second + 1
        if second == min(WARM_S, seconds // 2):
            gc.collect()
            early_mib = _resident_mib()
    spent = time.process_time() - cpu_s, cpu_seconds_below(database) - database_cpu_s
    gc.collect()
    return Run(time.monotonic() - began, *spent, commits_ms, commits_cpu_ms, early_mib, _resident_mib(), late_seconds)


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def report(kind: str, done: Run) -> bool:
    """Prints one line for each figure; says whether the bars were met."""
    ours, theirs = (100 * spent / done.seconds for spent in (done.cpu_s, done.database_cpu_s))
    p99_ms = statistics.quantiles(done.commits_ms, n=100)[98]
    growth = 100 * (done.late_mib / done.early_mib - 1)
    met = ours + theirs <= MOST_CPU_PERCENT, p99_ms <= MOST_P99_MS, growth <= MOST_GROWTH_PERCENT
    words = ["met" if each else "MISSED" for each in met]
    print(f"{kind}: {len(done.commits_ms)} commits in {done.seconds:.0f} s, {done.late_seconds} seconds ended late")
    print(f"  CPU    {ours:5.1f} % here, {theirs:5.1f} % in the database  (bar {MOST_CPU_PERCENT:g}: {words[0]})")
    median_ms = statistics.median(done.commits_ms)
    print(f"  commit {median_ms:5.1f} ms median, {p99_ms:.1f} p99, {max(done.commits_ms):.1f} worst", end="")
    print(f"  (bar {MOST_P99_MS:g} p99: {words[1]})")
    cpu_ms = statistics.quantiles(done.commits_cpu_ms, n=100)
    print(f"  its CPU here {cpu_ms[49]:.1f} ms median, {cpu_ms[98]:.1f} p99, {max(done.commits_cpu_ms):.1f} worst")
    print(f"  memory {done.early_mib:5.1f} MiB early, {done.late_mib:.1f} at the end ({growth:+.1f} %: {words[2]})")
    return all(met)


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[tuple[Store, Path | None]]:
    """An empty store, and the data folder by which the processes of its database are known."""
    with ExitStack() as stack:
        database = folder / "postgres" if kind == "postgres" else None
        address = stack.enter_context(postgres(database)) if database else folder / "ingest.sqlite"
        store = open_store(address, SHANGHAI, upgrade=True)
        stack.callback(store.close)
        yield store, database


def main() -> int:
    """Runs one store after the other. Exit 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description="1,200 units a second, continuously")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--dir", type=Path, help="where the stores are made and taken away again")
    args = parser.parse_args()
    met = True
    for kind in args.stores.split(","):
        with tempfile.TemporaryDirectory(prefix="ingest-", dir=args.dir) as folder:
            Path(folder).chmod(0o755)  # the server runs as another user
            with opened(kind, Path(folder)) as (store, database):
                met &= report(kind, run(store, args.seconds, database))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
