"""A report of 200 services x 6 data centers: over 13 months, and of one month, from a SQLite store of days and hours.

    python -m benchmarks.availability_report [--services 200] [--dir DIR]

Prints CPU and wall seconds, bytes and peak memory of each format, each made in a process of its own (which also opens
the store and composes the report); exit 1 when the report of 13 months misses a bar by CPU time or memory. With --dir
what was built stays there for the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bank.size import DATA_CENTERS, data_center, service
from dashboard.reporting.availability import report
from dashboard.reporting.bank import Bank
from dashboard.reporting.making import laid
from reports.availability.period import Period, days, month
from slo.catalog import Catalog, DataCenter, Product
from slo.counts import Counts
from slo.objective import Objective
from slo.outcomes import OutcomeTable
from slo.windows import DAY_S, HOUR_S, SHANGHAI
from store.opening import open_store
from store.records import HistoryChunk, Level, Scope, Span, Unit

FIRST, END = "2025-10-01", "2026-11-01"
BARS = {"json": 0.3, "pdf": 5.0, "xlsx": 3.0}
MOST_MB = 300.0
HOURS_KEPT = 40
"""Days at the end that have hours as well."""


def periods() -> dict[str, Period]:
    """What is reported."""
    return {"13 months": days(FIRST, END, SHANGHAI), "1 month": month("2026-10", SHANGHAI)}


def catalog(services: int) -> Catalog:
    """All of them at 99.999 %."""
    objective = Objective.parse("99.999")
    products = tuple(Product(service(n), {"en": service(n), "zh": f"服务{n:03d}"}, objective) for n in range(services))
    centers = tuple(DataCenter(data_center(n), {}) for n in range(DATA_CENTERS))
    return Catalog("1", products, centers, OutcomeTable("1", {}), objective, SHANGHAI)


def build(path: Path, services: int) -> None:
    """A day in one transaction; some days of some services lose more than they may. Months that are over are summed."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    store = open_store(part, SHANGHAI, upgrade=True)
    whole = days(FIRST, END, SHANGHAI)
    for number, day in enumerate(whole.days()):
        counts = dict(_day(number, day.from_s, services, hours=number >= len(whole.days()) - HOURS_KEPT))
        store.add_history(HistoryChunk(Span(day.from_s, day.to_s), counts))
    while store.condense(whole.window.to_s + 3 * DAY_S):  # as collectors do once a minute
        pass
    store.close()
    part.rename(path)


def _day(number: int, day_s: int, services: int, *, hours: bool) -> Iterator[tuple[tuple[Level, int, Unit], Counts]]:
    bank = Counts()
    for index in range(services):
        product = Counts()
        for center in range(DATA_CENTERS):
            good = 500_000 + (index * 31 + center * 17 + number * 7) % 70_001
            bad = (index * 7919 + center * 104_729 + number * 31) % 11
            each = Counts(good, bad, 0, good)
            yield (Level.DAY, day_s, Unit(Scope.CELL, service(index), data_center(center))), each
            product += each
        yield (Level.DAY, day_s, Unit(Scope.PRODUCT, service(index))), product
        bank += product
    yield (Level.DAY, day_s, Unit(Scope.BANK)), bank
    if hours:
        for hour in range(24):
            part = Counts(bank.good // 24, bank.bad // 24, 0, bank.transactions // 24)
            yield (Level.HOUR, day_s + hour * HOUR_S, Unit(Scope.BANK)), part


def make(path: Path, services: int, which: str, format_: str) -> None:
    """One report in this process; prints its measurements."""
    bank, period = Bank(catalog(services), "benchmark"), periods()[which]
    store = open_store(path, SHANGHAI, read_only=True)
    # The first question loads what every later one shares; a server has it loaded.
    with store.reading() as reader:
        reader.version()
    wall, cpu = time.perf_counter(), time.process_time()
    with store.reading() as reader:
        made = report(reader, bank, period, (period.window.to_s + 3 * DAY_S) * 1000)
    composed = time.process_time() - cpu
    draw = laid(made, format_, "zh")
    del made  # as whoever makes a file does
    content = draw()
    measured = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "composed": composed,
        "bytes": len(content),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(measured))


def measured(path: Path, services: int, which: str, format_: str) -> dict[str, float]:
    """The same in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.availability_report", "--services", str(services)]
    child = subprocess.run(
        [*words, "--store", str(path), "--period", which, "--format", format_], check=True, stdout=subprocess.PIPE
    )
    found: dict[str, float] = json.loads(child.stdout)
    return found


def main() -> int:
    """Builds, measures, judges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--period", help=argparse.SUPPRESS)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.store:
        make(args.store, args.services, args.period, args.format)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = (args.dir or Path(folder)) / f"report-{args.services}.sqlite"
        if not path.exists():
            build(path, args.services)
        return judge(path, args.services)


def judge(path: Path, services: int) -> int:
    """A line per period and format."""
    missed = 0
    print(f"load {os.getloadavg()[0]:.1f}; {services} services x {DATA_CENTERS} data centers")
    for which in periods():
        for format_ in ("json", "xlsx", "pdf"):
            found = measured(path, services, which, format_)
            late = which == "13 months" and found["cpu"] > BARS.get(format_, found["cpu"])
            missed += late or found["mb"] > MOST_MB
            print(
                f"{which:>9} {format_:>4}: CPU {found['cpu']:.2f} s (composing {found['composed']:.2f}), wall "
                f"{found['wall']:.2f}, {found['bytes']:,.0f} bytes, {found['mb']:.0f} MB{'  MISSED' if late else ''}"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
