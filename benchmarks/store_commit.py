"""What the store costs: commits of one demo second, and the questions that a wall asks each second.

    python -m benchmarks.store_commit [--seconds 60] [--days 30] [--postgres]

Six data centers commit once a second: each about 1,000 request and 140 transaction increments (14 products, 10 DCNs,
3.5 steps, 2 outcomes). Prints medians of CPU milliseconds of this process for SQLite; with --postgres also wall-clock
milliseconds of both, for there the work is done by a server (Debian's, started for this run on a free port).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI, day_start
from store.opening import open_store
from store.port import Store
from store.records import (
    Batch,
    Events,
    HistoryChunk,
    Level,
    Read,
    Retention,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)
from tests.store.postgres_server import postgres_child

PRODUCTS = [f"product_{number}" for number in range(14)]
DATA_CENTERS = [f"dc{number}" for number in range(1, 7)]
STEPS = ("apply", "identity", "risk", "draw_down")
NOW_S = 1_795_347_619
REPEATS = 15


def batch(data_center: str, slot_s: int, version: int) -> Batch:
    """One second of one data center."""
    events, transactions = [], []
    for number, product in enumerate(PRODUCTS):
        for dcn in (f"{data_center}-{n:02d}" for n in range(10)):
            for step in STEPS[: 3 + number % 2]:
                events.append(Events(slot_s, product, data_center, dcn, step, "ok", "customer", Kind.GOOD, 70))
                events.append(Events(slot_s, product, data_center, dcn, step, "reject", "customer", Kind.GOOD, 3))
            transactions.append(Transactions(slot_s, product, data_center, dcn, "customer", 12))
    reads = (Read(slot_s * 1000, True, duration_ms=9, samples=2000),)
    state = version.to_bytes(8, "big") * 2000
    return Batch(data_center, version, reads, slot_s * 1000, tuple(events), tuple(transactions), state=state)


def fill(store: Store, days: int) -> None:
    """History as the filler writes it: every level of bank, products and cells up to ``NOW_S``."""
    today_s = day_start(NOW_S)
    for back in range(days + 1):
        begin_s = today_s - back * 86400
        end_s = min(begin_s + 86400, NOW_S - NOW_S % 60)
        counts: dict[tuple[Level, int, Unit], Counts] = {}
        for level, step_s in ((Level.DAY, 86400), (Level.HOUR, 3600), (Level.MINUTE, 60)):
            for at in range(begin_s, end_s, step_s):
                for unit in _units():
                    counts[level, at, unit] = Counts(step_s * 70, 1, 2, step_s * 12)
        store.add_history(HistoryChunk(Span(begin_s, end_s), counts))


def _units() -> list[Unit]:
    cells = [Unit(Scope.CELL, product, data_center) for product in PRODUCTS for data_center in DATA_CENTERS]
    return [Unit(Scope.BANK), *(Unit(Scope.PRODUCT, product) for product in PRODUCTS), *cells]


def commits(store: Store, seconds: int) -> list[Cost]:
    """What each second's six commits cost."""
    versions = {data_center: store.resume(data_center).version for data_center in DATA_CENTERS}
    spent: list[Cost] = []
    for slot_s in range(NOW_S, NOW_S + seconds):
        batches = [batch(data_center, slot_s, versions[data_center]) for data_center in DATA_CENTERS]
        with measured(spent):
            for each in batches:
                versions[each.source] = store.commit(each)
    return spent


class Cost(NamedTuple):
    """Milliseconds of this process's CPU and of the clock on the wall."""

    cpu_ms: float
    wall_ms: float


@contextmanager
def measured(spent: list[Cost]) -> Iterator[None]:
    """Adds what the block costs."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    spent.append(Cost((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000))


def asked(ask: Callable[[], object]) -> list[Cost]:
    """What a question costs, many times."""
    spent: list[Cost] = []
    for _ in range(REPEATS):
        with measured(spent):
            ask()
    return spent


def questions(store: Store, now_s: int, days: int) -> dict[str, Callable[[], object]]:
    """What a wall and its pages ask."""
    from_s = now_s - days * 86400

    def totals(scope: Scope, begin_s: int) -> object:
        with store.reading() as reader:
            return reader.totals(scope, begin_s, now_s)

    def timeline(scope: Scope, begin_s: int, **chosen: str) -> object:
        with store.reading() as reader:
            return reader.timeline(Level.MINUTE, scope, begin_s, now_s, **chosen)

    cell = {"product": PRODUCTS[3], "data_center": "dc2"}
    return {
        f"totals PRODUCT {days} d": lambda: totals(Scope.PRODUCT, from_s),
        f"totals CELL {days} d": lambda: totals(Scope.CELL, from_s),
        f"totals CELL {days} d of whole minutes": lambda: totals(Scope.CELL, from_s - from_s % 60),
        "totals CELL today": lambda: totals(Scope.CELL, day_start(now_s)),
        "totals CELL 60 s": lambda: totals(Scope.CELL, now_s - 60),
        "totals DCN 60 s": lambda: totals(Scope.DCN, now_s - 60),
        "totals STEP 1 h": lambda: totals(Scope.STEP, now_s - 3600),
        "timeline BANK minutes of 3 d": lambda: timeline(Scope.BANK, now_s - 3 * 86400),
        "timeline one product, minutes of 1 d": lambda: timeline(Scope.PRODUCT, now_s - 86400, product=PRODUCTS[3]),
        "timeline one cell, minutes of 3 d": lambda: timeline(Scope.CELL, now_s - 3 * 86400, **cell),
        "version": lambda: _version(store),
    }


def _version(store: Store) -> int:
    with store.reading() as reader:
        return reader.version()


def measure(address: Path | str, seconds: int, days: int) -> dict[str, list[Cost]]:
    """What everything costs in one store, by name."""
    store = open_store(address, SHANGHAI, upgrade=True)
    for data_center in DATA_CENTERS:
        store.register(Source(data_center, "exposition", data_center, 1000), NOW_S * 1000)
    filling: list[Cost] = []
    with measured(filling):
        fill(store, days)
    found = {"one day of history (bank, products, cells)": [Cost(*(each / (days + 1) for each in filling[0]))]}
    found["six commits of one second"] = commits(store, seconds)
    for name, ask in questions(store, NOW_S + seconds, days).items():
        found[name] = asked(ask)
    cut = Retention({Level.SLOT: 0})
    found["pruning 2,000 rows, or whole hours"] = asked(lambda: store.prune(cut, NOW_S + 7200, most_rows=2000))
    store.close()
    return found


def show(columns: Sequence[dict[str, list[Cost]]], *, wall: bool) -> None:
    """One line for each figure: medians, and in parentheses the worst."""
    for name in columns[0]:
        for column in columns:
            spent = [cost.wall_ms if wall else cost.cpu_ms for cost in column[name]]
            print(f"{statistics.median(spent):9.2f} ms ({max(spent):7.1f})", end="  ")
        print(name)


def main() -> None:
    """Measures in a temporary folder."""
    parser = argparse.ArgumentParser(description="CPU cost of commits and questions")
    parser.add_argument("--seconds", type=int, default=60, help="demo seconds to commit")
    parser.add_argument("--days", type=int, default=30, help="days of history below them")
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL too, beside SQLite, wall-clock time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        columns = [measure(path, args.seconds, args.days)]
        size = path.stat().st_size
    if args.postgres:
        with postgres_child() as server:
            server.execute("CREATE DATABASE center")
            columns.append(measure(server.address("center"), args.seconds, args.days))
    print(f"{'SQLite':>22}  {'PostgreSQL':>22}" if args.postgres else f"{'SQLite, CPU':>22}")
    show(columns, wall=args.postgres)
    print(f"{size / 1e6:9.1f} MB  SQLite file")


if __name__ == "__main__":
    main()
