"""CPU of one draw of the background demand: `python -m benchmarks.demand` (one data center; six draw each second)."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lending.cells import Cell
from lending.demand import Demand
from lending.estate import load_estate

ESTATE = Path(__file__).resolve().parent.parent / "config" / "estate.yaml"
SECONDS = 2000
MOST_MS = 3.0


def _milliseconds(demand: Demand, seconds: range, cells: Sequence[Cell], faults: dict[int, float]) -> list[float]:
    taken = []
    for second_s in seconds:
        begin = time.process_time_ns()
        demand.draw(second_s, cells, faults)
        taken.append((time.process_time_ns() - begin) / 1e6)
    return taken


def main() -> int:
    """Prints median, 99th percentile and worst CPU of a draw; exit 1 when a median is above the limit."""
    estate = load_estate(ESTATE)
    cells = estate.cells("dc1")
    day = datetime(2026, 11, 17, tzinfo=ZoneInfo("Asia/Shanghai"))
    everywhere = dict.fromkeys(range(len(cells)), 0.5)
    cases = [
        ("night", day + timedelta(hours=4), 1, {}),
        ("morning rise", day + timedelta(hours=8, minutes=30), 1, {}),
        ("peak", day + timedelta(hours=10, minutes=20), 1, {}),
        ("peak, half of everything fails", day + timedelta(hours=10, minutes=20), 1, everywhere),
        ("Double 11 opens", day - timedelta(days=6), 1, {}),
        ("peak at ten times the scale", day + timedelta(hours=10, minutes=20), 10, {}),
    ]
    worst_median = 0.0
    print(f"{len(cells)} cells, CPU ms per draw: median / p99 / worst")
    for name, begin, times, faults in cases:
        demand = Demand(estate.transactions_per_day * times, 1, "dc1")
        start_s = int(begin.timestamp())
        taken = _milliseconds(demand, range(start_s, start_s + SECONDS), cells, faults)
        median = statistics.median(taken)
        worst_median = max(worst_median, median)
        print(f"{name:32} {median:6.3f} / {statistics.quantiles(taken, n=100)[98]:6.3f} / {max(taken):6.3f}")
    return 0 if worst_median <= MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
