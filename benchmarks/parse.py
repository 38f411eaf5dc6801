"""How long one page of metrics takes: this project's reader beside prometheus_client's, in the same run.

    python benchmarks/parse.py

Prints medians of CPU milliseconds for a page of 12,000 samples (200 services x 6 data centers x 5 routes x 2 outcomes)
and exits 1 when a later page takes more than 15 ms.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from collectors.mapping import MetricMap
from collectors.openmetrics import PageParser

MOST_MS = 15.0
ROUNDS = 25


def page(base: int, changing: bool, round_number: int) -> str:
    """One OpenMetrics page of 12,000 counters; all of them grow from round to round when ``changing``."""
    grown = round_number * 7 if changing else 0
    lines = ["# TYPE lending_requests counter"]
    number = base
    for service in range(200):
        for data_center in range(6):
            for route in range(5):
                for outcome in ("ok", "system_error"):
                    number += 1
                    labels = (
                        f'product="service-{service:03}",step="route-{route}",data_center="dc{data_center}",'
                        f'dcn="dc{data_center}-n01",outcome="{outcome}",traffic="customer"'
                    )
                    lines.append(f"lending_requests_total{{{labels}}} {number + grown}")
    lines += ["process_start_time_seconds 1795347619.25", "# EOF", ""]
    return "\n".join(lines)


def median_ms(work: Callable[[str], object], pages: list[str]) -> float:
    """Median CPU milliseconds of ``work`` over the pages."""
    spent = []
    for text in pages:
        began = time.process_time()
        work(text)
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent)


def later_pages(changing: bool) -> tuple[float, float]:
    """First page, then the median of the following ones."""
    pages = [page(1_000_000, changing, number) for number in range(ROUNDS + 1)]
    parser = PageParser(MetricMap())
    began = time.process_time()
    parser.parse(pages[0], 0, openmetrics=True)
    first = (time.process_time() - began) * 1000
    return first, median_ms(lambda text: parser.parse(text, 0, openmetrics=True), pages[1:])


def main() -> int:
    """Prints the table; 1 when the bar is missed."""
    first, quiet = later_pages(changing=False)
    _, busy = later_pages(changing=True)
    library = median_ms(lambda text: list(text_string_to_metric_families(text)), [page(1_000_000, True, 1)] * 3)
    samples = page(0, False, 0).count("\nlending_requests_total{") + 1
    print(f"{samples} samples on a page, median CPU ms of {ROUNDS} pages")
    print(f"first page                      {first:8.2f}")
    print(f"later page, nothing changed     {quiet:8.2f}   1/{library / quiet:.0f} of prometheus_client")
    print(f"later page, everything changed  {busy:8.2f}   1/{library / busy:.0f} of prometheus_client")
    print(f"prometheus_client.parser        {library:8.2f}")
    return 0 if max(quiet, busy) <= MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
