"""What the data of a large report cost: 40,000 rows of 14 columns (200 products by 6 data centers, 13 months).

`python -m benchmarks.report_data` prints seconds (CPU and wall), bytes and peak memory of the workbook and the CSV, and
what freezing a document of that size costs; exit 1 when the workbook misses its bar by CPU time or memory.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.report_rendering import large_paper
from reports.issues.freezing import freeze
from reports.issues.model import Origin
from reports.paper.csv import csv
from reports.paper.model import Cell, Column, Kind, Table
from reports.paper.xlsx import xlsx
from slo.windows import SHANGHAI
from store.memory import MemoryStore

MOST_SECONDS, MOST_MB, ROWS = 3.0, 300.0, 40_000
KINDS = (
    *(Kind.TEXT,) * 3,
    Kind.DAY,
    *(Kind.INTEGER,) * 4,
    *(Kind.PERCENT,) * 3,
    Kind.SECONDS,
    Kind.DECIMAL,
    Kind.INSTANT,
)


def values(at: int) -> tuple[int | str | None, ...]:
    """One row: counts of nine digits, shares of as many."""
    good, bad = 10**8 + at * 7919, at % 97
    share = f"99.{at * 7919 % 10**9:09d}"
    counts = (good, bad, good + bad, None if at % 50 == 0 else 0)
    names = (f"product-{at % 200}", f"dc{at % 6 + 1}", "observed", f"2026-10-{at % 31 + 1:02d}")
    return (*names, *counts, share, share, share, bad, f"{at % 1000}.{at % 10}", "2026-10-01T00:00:00+08:00")


def timed(name: str, work: Callable[[], bytes]) -> float:
    """Prints what it costs; CPU seconds."""
    begin, begin_cpu = time.monotonic(), time.process_time()
    made = work()
    cpu, wall = time.process_time() - begin_cpu, time.monotonic() - begin
    print(f"{name}: {cpu:.2f} CPU s, {wall:.2f} s, {len(made) / 1e6:.1f} MB, peak {peak_mb():.0f} MB")
    return cpu


def peak_mb() -> float:
    """Of the whole process so far, with the report itself."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def frozen(rows: list[tuple[int | str | None, ...]]) -> bytes:
    """Contents as they would be written."""
    with MemoryStore(SHANGHAI).reading() as reader:
        change, _ = freeze({"rows": rows}, Origin("availability", "2026-10", "1", "1"), reader.journal(), 0, "bench")
    return change.documents[1].body.encode()


def main() -> int:
    """The workbook first: the peak is its own."""
    rows = [values(at) for at in range(ROWS)]
    columns = tuple(Column(f"c{at}", f"Column {at}", kind) for at, kind in enumerate(KINDS))
    data = Table("data", "Data", columns, tuple(tuple(Cell(value) for value in row) for row in rows))
    paper = replace(large_paper("zh"), data=data)
    cpu = timed("XLSX", lambda: xlsx(paper))
    missed = cpu > MOST_SECONDS or peak_mb() > MOST_MB
    timed("CSV", lambda: csv(paper))
    timed("frozen", lambda: frozen(rows))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
