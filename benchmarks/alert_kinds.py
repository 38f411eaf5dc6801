"""CPU of one tick of every alert that is not a burn rate, in a store of the demo's size: 14 products, 6 data centers,
840 DCNs, four past weeks of minutes around now, 15 objectives, 800 gauges. Prints milliseconds.

    python -m benchmarks.alert_kinds [SECONDS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

from alerts.kinds.facts import Estate
from alerts.kinds.pipeline import Operations
from alerts.kinds.policy import KindPolicy
from alerts.kinds.registry import Kinds
from alerts.policy import Policy, Slo
from slo.counts import Counts
from slo.objective import Objective
from slo.outcomes import Kind
from slo.windows import DAY_S, SHANGHAI
from store.opening import open_store
from store.port import Store
from store.records import (
    Batch,
    Events,
    Gauge,
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
from store.slices import slice_start

NOON_S = 1_795_233_600
PRODUCTS = tuple(f"product{number}" for number in range(14))
CENTERS = tuple(f"dc{number}" for number in range(6))
DCNS = 10
PER_MINUTE = 60_000


def past(store: Store) -> None:
    """Two hours of minutes around the same instant of each of the last four weeks."""
    for week in range(1, 5):
        begin_s = NOON_S - 7 * DAY_S * week - 7200
        counts: dict[tuple[Level, int, Unit], Counts] = {}
        for at_s in range(begin_s, begin_s + 4 * 3600, 60):
            for product in PRODUCTS:
                for level in (Level.MINUTE, Level.HOUR, Level.DAY):
                    for unit in (Unit(Scope.PRODUCT, product), Unit(Scope.BANK)):
                        key = (level, slice_start(level, at_s, SHANGHAI), unit)
                        counts[key] = counts.get(key, Counts()) + Counts(PER_MINUTE, 0, 0, PER_MINUTE)
        store.add_history(HistoryChunk(Span(begin_s, begin_s + 4 * 3600), counts))


def second(store: Store, at_s: int, gauges: tuple[Gauge, ...] = ()) -> None:
    """One page of every data center."""
    for center in CENTERS:
        dcns = [(product, f"{center}-{number}") for product in PRODUCTS for number in range(DCNS)]
        events = tuple(Events(at_s - 1, p, center, d, "apply", "ok", "customer", Kind.GOOD, 17) for p, d in dcns)
        begun = tuple(Transactions(at_s - 1, p, center, d, "customer", 17) for p, d in dcns)
        read = Read(at_s * 1000, True, samples=1000)
        version = store.resume(center).version
        own = tuple(gauge for gauge in gauges if gauge.source == center)
        store.commit(Batch(center, version, (read,), at_s * 1000, events, begun, gauges=own))


def ticks(store: Store, seconds: int) -> Iterator[float]:
    """Milliseconds of CPU of each tick, one after each second's pages."""
    policy, target = Policy("benchmark", (), 5), Objective.parse("99.999")
    slos = tuple(Slo(p or "bank", p, target, 30 * DAY_S, policy, {}) for p in ("", *PRODUCTS))
    kinds = Kinds(KindPolicy(), Estate(PRODUCTS, slos, retention=Retention()), (NOON_S - 60) * 1000)
    for at_s in range(NOON_S, NOON_S + seconds):
        second(store, at_s)
        now_ms = at_s * 1000 + 200
        with store.reading() as reader:
            reader.version()
            began = time.process_time()
            kinds.tick(reader, now_ms, Operations(now_ms))
            yield (time.process_time() - began) * 1000


def main(seconds: int) -> None:
    """Prints what ticks cost: the first, which asks everything, and the others."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "store.sqlite", SHANGHAI, upgrade=True)
        past(store)
        for center in CENTERS:
            store.register(Source(center, "exposition", center, 1000), (NOON_S - 60) * 1000)
        gauges = tuple(Gauge(CENTERS[n % 6], "load", f'shard="{n}"', NOON_S * 1000, "1") for n in range(800))
        for at_s in range(NOON_S - 40, NOON_S):
            second(store, at_s, gauges if at_s == NOON_S - 40 else ())
        first, *others = ticks(store, seconds)
        store.close()
    ordered = sorted(others)
    print(
        f"first {first:.1f} ms; others median {median(others):.1f}, mean {mean(others):.1f}, "
        f"p95 {ordered[len(ordered) * 95 // 100]:.1f}, worst {ordered[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 130)
