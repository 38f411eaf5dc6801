"""CPU and memory of the simulated past: `python -m benchmarks.history` generates 400 days and keeps nothing."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from lending.estate import load_estate
from lending.history import history

ESTATE = Path(__file__).resolve().parent.parent / "config" / "estate.yaml"
UNTIL_S = 1_795_347_600  # 2026-11-22 19:40 in Shanghai
DAYS = 400
MOST_SECONDS = 10.0


def main() -> int:
    """Prints chunks, rows, CPU seconds and peak memory; exit 1 when it took longer than the limit."""
    estate = load_estate(ESTATE)
    before_mb = _peak_mb()
    begin = time.process_time()
    chunks = rows = 0
    for chunk in history(estate, UNTIL_S, DAYS, 1, estate.transactions_per_day):
        chunks, rows = chunks + 1, rows + len(chunk.rows)
    seconds = time.process_time() - begin
    print(
        f"{DAYS} days: {chunks} chunks, {rows:,} rows, {seconds:.1f} CPU s, peak {before_mb:.0f} -> {_peak_mb():.0f} MB"
    )
    return 0 if seconds <= MOST_SECONDS else 1


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
