"""Questions of a control center to a bank's month of minutes: our stores beside Prometheus and VictoriaMetrics.

    python -m benchmarks.bank_scale [--full | --services 20 --days 7] [--dir DIR] [--stores sqlite,postgres,...]

Every store holds the same events. Prints the first answer of a fresh process and the median and best of the others in
milliseconds of wall time and of CPU of this process (databases and servers work in theirs, SQLite in ours), and how
many times as long a peer takes as SQLite. The cores are kept awake meanwhile (benchmarks/awake.py). With --dir what was
built stays there for the next time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.awake import awake
from benchmarks.bank import peers, postgres_bank, sqlite_bank
from benchmarks.bank.size import DAY_S, FIRST_S, Size, service
from slo.windows import SHANGHAI
from store.opening import open_store
from store.port import Store
from store.records import Level, Scope

FULL = Size(200, 30)
STORES = ("sqlite", "postgres", "prometheus", "victoria")
OURS = ("sqlite", "postgres")
REPEATS = 21
PEER_SECONDS = 60.0  # after so long a question to a peer is not repeated

AVAILABILITY = "availability of all services"
PEAKS = "daily peak minute per service"
DAY_OF_ONE = "24 h per minute of one service"
NEWEST = "newest minute of all units"
BARS_MS = {
    (AVAILABILITY, "sqlite"): 10,
    (AVAILABILITY, "postgres"): 10,
    (PEAKS, "sqlite"): 10,
    (PEAKS, "postgres"): 10,
    (DAY_OF_ONE, "sqlite"): 15,
    (DAY_OF_ONE, "postgres"): 40,
    (NEWEST, "sqlite"): 3,
    (NEWEST, "postgres"): 3,
}
MOST_BYTES = 20.0

Questions = Mapping[str, Callable[[], int]]
"""Question -> asks it and returns how many answers came."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds: the first answer, median and best of all later ones, and the CPU of this process in those."""

    first_ms: float
    median_ms: float
    best_ms: float
    cpu_ms: float
    answers: int


def of_store(store: Store, size: Size) -> Questions:
    """The questions to one of our stores, each with a reader of its own as a screen asks."""

    def availability() -> int:
        with store.reading() as reader:
            return len(reader.totals(Scope.PRODUCT, FIRST_S, size.to_s))

    def peaks() -> int:
        with store.reading() as reader:
            return len(reader.daily_peaks(Scope.PRODUCT, FIRST_S, size.to_s))

    def day_of_one() -> int:
        chosen = service(size.services // 2)
        with store.reading() as reader:
            return len(reader.timeline(Level.MINUTE, Scope.PRODUCT, size.to_s - DAY_S, size.to_s, product=chosen))

    def newest() -> int:
        with store.reading() as reader:
            return len(reader.timeline(Level.MINUTE, Scope.CELL, size.to_s - 60, size.to_s))

    return {AVAILABILITY: availability, PEAKS: peaks, DAY_OF_ONE: day_of_one, NEWEST: newest}


def of_peer(url: str, size: Size) -> Questions:
    """The same questions in PromQL."""
    one = f'{{service="{service(size.services // 2)}"}}'
    days = f"{size.days}d"
    total = f"sum by (service) (increase(good_total[{days}])) + sum by (service) (increase(bad_total[{days}]))"
    minute = "sum by (service) (increase(good_total[2m]))"
    return {
        AVAILABILITY: lambda: peers.ask(url, f"sum by (service) (increase(good_total[{days}])) / ({total})", size.to_s),
        PEAKS: lambda: peers.ask(
            url, f"max_over_time({minute}[1d:1m])", size.to_s, from_s=FIRST_S + DAY_S, step_s=DAY_S
        ),
        DAY_OF_ONE: lambda: peers.ask(
            url, f"sum(increase(good_total{one}[2m]))", size.to_s, from_s=size.to_s - DAY_S + 60
        ),
        NEWEST: lambda: peers.ask(url, "increase(good_total[2m])", size.to_s),
    }


def measured(ask: Callable[[], int], most_seconds: float) -> Measured:
    """Asks once, then again and again, at most for so long."""
    walls: list[float] = []
    cpus: list[float] = []
    answers = 0
    until = time.monotonic() + most_seconds
    while len(walls) <= REPEATS and (len(walls) <= 1 or time.monotonic() < until):
        wall, cpu = time.perf_counter(), time.process_time()
        answers = ask()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return Measured(walls[0], statistics.median(walls[1:]), min(walls[1:]), statistics.median(cpus[1:]), answers)


@contextmanager
def questions(kind: str, folder: Path, size: Size) -> Iterator[Questions]:
    """The questions to a store of that kind, which runs for as long as the block lasts."""
    with ExitStack() as stack:
        if kind == "prometheus":
            yield of_peer(stack.enter_context(peers.prometheus(folder, size)), size)
        elif kind == "victoria":
            yield of_peer(stack.enter_context(peers.victoria_metrics(folder, size)), size)
        else:
            address = _address(kind, folder, size, stack)
            store = open_store(address, SHANGHAI, read_only=True)
            stack.callback(store.close)
            yield of_store(store, size)


def _address(kind: str, folder: Path, size: Size, stack: ExitStack) -> Path | str:
    if kind == "postgres":
        address = stack.enter_context(postgres_bank.build(folder, size))
        print(f"postgres   {postgres_bank.bytes_a_minute_row(address):8.1f} bytes per minute row, indexes too")
        return address
    path = sqlite_bank.build(folder, size)
    size_bytes = sqlite_bank.bytes_a_minute_row(path)
    print(f"sqlite     {size_bytes:8.1f} bytes per minute row{_against(size_bytes, MOST_BYTES)}")
    return path


def measure(folder: Path, size: Size, kinds: list[str]) -> bool:
    """Prints a line for each question and store; says whether every bar was met."""
    print(f"{size.services} services x 6 data centers x {size.days} days of minutes: {size.rows:,} rows of cells")
    found: dict[tuple[str, str], Measured] = {}
    for kind in kinds:
        began = time.monotonic()
        with questions(kind, folder, size) as asked:
            print(f"{kind:10} {time.monotonic() - began:8.1f} s to build and open", flush=True)
            for name, ask in asked.items():
                try:
                    with awake():
                        found[name, kind] = measured(ask, PEER_SECONDS)
                except peers.Refused as error:
                    print(f"{kind:10} {name:32} refused: {error}", flush=True)
                    continue
                print(_line(name, kind, found), flush=True)
    return all(found[key].median_ms <= bar for key, bar in BARS_MS.items() if key in found)


def _line(name: str, kind: str, found: Mapping[tuple[str, str], Measured]) -> str:
    this, ours = found[name, kind], found.get((name, "sqlite"))
    ratio = f"{this.median_ms / ours.median_ms:9.1f} x sqlite" if ours and kind != "sqlite" else ""
    bar = BARS_MS.get((name, kind))
    return (
        f"{kind:10} {name:32} first {this.first_ms:9.1f}  median {this.median_ms:9.2f}  best {this.best_ms:9.2f}  "
        f"CPU here {this.cpu_ms:7.2f} ms {this.answers:6} answers{ratio}{_against(this.median_ms, bar)}"
    )


def _against(value: float, bar: float | None) -> str:
    if bar is None:
        return ""
    return f"  (bar {bar:g}: {'met' if value <= bar else 'MISSED'})"


def main() -> int:
    """Measures in a folder that stays, or in one that goes. Exit 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description="a bank's month of minutes in four stores")
    parser.add_argument("--services", type=int, default=20)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--full", action="store_true", help="200 services and 30 days: 52 million rows, 15 GB")
    parser.add_argument("--dir", type=Path, help="keep what is built in this folder, and use what is there")
    parser.add_argument("--stores", default=",".join(STORES), help=f"any of {','.join(STORES)}")
    args = parser.parse_args()
    size = FULL if args.full else Size(args.services, args.days)
    kinds = [kind for kind in STORES if kind in args.stores.split(",")]
    if args.dir is not None:
        args.dir.mkdir(parents=True, exist_ok=True)
        return 0 if measure(args.dir.absolute(), size, kinds) else 1
    with tempfile.TemporaryDirectory(prefix="bank-") as folder:
        Path(folder).chmod(0o755)  # servers run as another user
        return 0 if measure(Path(folder), size, kinds) else 1


if __name__ == "__main__":
    sys.exit(main())
