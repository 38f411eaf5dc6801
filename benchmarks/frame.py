"""What a frame and a viewer cost, on a store of the demo's size: 14 products x 6 data centers x 10 DCNs, thirty-five
days of history, five minutes of live seconds. Prints medians of CPU milliseconds; run: python benchmarks/frame.py"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import flask

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard.curve import as_bytes, read_curve
from dashboard.past import ROLLING_S
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.snapshot import Setting
from slo.catalog import Catalog, DataCenter, Product
from slo.counts import Counts
from slo.objective import Objective
from slo.outcomes import OutcomeTable
from slo.states import StatePolicy
from slo.windows import DAY_S, HOUR_S, MINUTE_S, SHANGHAI, day_start
from store.opening import open_store
from store.port import Store
from store.records import (
    Accounts,
    Batch,
    Cost,
    Events,
    HistoryChunk,
    Kind,
    Level,
    Read,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)

PRODUCTS = [f"product_{n:02d}" for n in range(14)]
CENTERS = [f"dc{n}" for n in range(1, 7)]
CATEGORIES = ("compute", "storage", "network", "database", "licences", "staff", "facilities", "other")
LIVE_SECONDS = 300
HISTORY_DAYS = 400
MINUTE_DAYS = 8
DAY_COUNTS = Counts(good=11_900_000, bad=35, ignored=100, transactions=3_400_000)


def catalog() -> Catalog:
    """Fourteen products in six data centers."""
    objective = Objective.parse("99.999")
    products = tuple(Product(name, {"zh": name, "en": name}, objective) for name in PRODUCTS)
    centers = tuple(DataCenter(name, {"zh": name, "en": name}) for name in CENTERS)
    outcomes = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
    return Catalog("bench", products, centers, outcomes, objective, SHANGHAI)


def units() -> Iterator[tuple[Unit, int]]:
    """Units of the shown scopes and how many cells each sums."""
    yield Unit(Scope.BANK), len(PRODUCTS) * len(CENTERS)
    for product in PRODUCTS:
        yield Unit(Scope.PRODUCT, product), len(CENTERS)
        for center in CENTERS:
            yield Unit(Scope.CELL, product, center), 1


def times(counts: Counts, factor: int, divisor: int) -> Counts:
    """Counts of several cells over a part of the day."""
    return Counts(*(n * factor // divisor for n in (counts.good, counts.bad, counts.ignored, counts.transactions)))


def slices(level: Level, from_s: int, to_s: int, step_s: int) -> dict[tuple[Level, int, Unit], Counts]:
    """Evenly spread counts of one level."""
    each = {unit: times(DAY_COUNTS, factor * step_s, DAY_S) for unit, factor in units()}
    return {(level, at, unit): counts for at in range(from_s, to_s, step_s) for unit, counts in each.items()}


def fill_history(store: Store, until_s: int) -> None:
    """A day at a time, newest first, with minutes for the last days, as the demo does."""
    today = day_start(until_s)
    for back in range(HISTORY_DAYS + 1):
        from_s = today - back * DAY_S
        to_s = min(from_s + DAY_S, until_s)
        counts = slices(Level.DAY, from_s, from_s + 1, DAY_S) | slices(Level.HOUR, from_s, to_s, HOUR_S)
        if back <= MINUTE_DAYS:
            counts |= slices(Level.MINUTE, from_s, to_s, MINUTE_S)
        costs = [Cost(from_s, c, p, d, 100) for c in CATEGORIES for p in PRODUCTS for d in CENTERS]
        accounts = [Accounts(from_s, p, "active", d, 4_000_000) for p in PRODUCTS for d in CENTERS]
        store.add_history(HistoryChunk(Span(from_s, to_s), counts, tuple(costs), tuple(accounts)))


def batch(center: str, version: int, at_ms: int) -> Batch:
    """One second of one data center."""
    slot = at_ms // 1000 - 1
    dcns = [f"{center}-n{n:02d}" for n in range(1, 11)]
    events = tuple(
        Events(slot, p, center, dcn, step, "ok", "customer", Kind.GOOD, 20)
        for p in PRODUCTS
        for dcn in dcns
        for step in ("apply", "risk", "repay")
    )
    begun = tuple(Transactions(slot, p, center, dcn, "customer", 12) for p in PRODUCTS for dcn in dcns)
    return Batch(center, version, (Read(at_ms, True),), at_ms, events, begun)


class Live:
    """Six sources that commit a second each time they are asked."""

    def __init__(self, store: Store, start_ms: int) -> None:
        self.at_ms = start_ms
        self._store = store
        self._versions: dict[str, int] = {}
        for center in CENTERS:
            store.register(Source(center, "exposition", center, 1000), start_ms)
            self._versions[center] = store.resume(center).version

    def second(self) -> None:
        """Commits the next second of every data center."""
        self.at_ms += 1000
        for center in CENTERS:
            self._versions[center] = self._store.commit(batch(center, self._versions[center], self.at_ms))


def cpu_ms(act: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None) -> float:
    """Median CPU milliseconds of this process per call; ``before`` runs unmeasured."""
    spent = []
    for _ in range(rounds):
        before()
        begun = time.process_time_ns()
        act()
        spent.append((time.process_time_ns() - begun) / 1e6)
    return statistics.median(spent)


def per_request_ms(app: flask.Flask, headers: dict[str, str], status: int, rounds: int = 2000) -> float:
    """CPU milliseconds of the app for one request, without a server."""
    client = app.test_client()
    assert client.get("/api/v1/snapshot", headers=headers).status_code == status
    environ = client.application.test_request_context("/api/v1/snapshot", headers=headers).request.environ
    begun = time.process_time_ns()
    for _ in range(rounds):
        b"".join(app.wsgi_app(dict(environ), lambda *_: lambda _b: None))
    return (time.process_time_ns() - begun) / rounds / 1e6


def main() -> None:
    """Fills a store, then measures."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "bench.db", SHANGHAI, upgrade=True)
        start_s = int(time.time()) // MINUTE_S * MINUTE_S - LIVE_SECONDS
        fill_history(store, start_s)
        live = Live(store, start_s * 1000)
        for _ in range(LIVE_SECONDS):
            live.second()
        measure(store, live)
        store.close()


def measure(store: Store, live: Live) -> None:
    """Frames of moving seconds, then requests."""
    clock = [0.0]
    publisher = Publisher(
        store,
        Setting(catalog(), StatePolicy(), True, "bench"),
        now_ms=lambda: live.at_ms + 300,
        monotonic=lambda: clock[0],
    )

    def tick() -> None:
        clock[0] += 1.0
        live.second()

    begun = time.process_time_ns()
    publisher.publish_if_due()
    print(f"first frame                     {(time.process_time_ns() - begun) / 1e6:8.2f} ms")
    print(f"frame (median of 50)            {cpu_ms(publisher.publish_if_due, 50, tick):8.2f} ms")
    print(f"quiet poll                      {cpu_ms(publisher.publish_if_due, 50):8.3f} ms")

    def forget() -> None:
        tick()
        publisher.forget()

    print(f"frame with everything read anew {cpu_ms(publisher.publish_if_due, 5, forget):8.2f} ms")
    now_s = live.at_ms // 1000
    with store.reading() as reader:
        curve_ms = cpu_ms(lambda: as_bytes(read_curve(reader, live.at_ms, SHANGHAI)), 5)
        totals_ms = cpu_ms(lambda: reader.totals(Scope.CELL, now_s - ROLLING_S, now_s), 5)
    print(f"curve (once a minute)           {curve_ms:8.2f} ms")
    print(f"totals of 30 days of cells      {totals_ms:8.2f} ms")
    frame = publisher.frame
    assert frame is not None
    print(f"bytes: raw {len(frame.document.raw)}, gzip {len(frame.document.gzip)}")
    app = flask.Flask("bench")
    register_routes(app, publisher)
    print(f"request 200 gzip                {per_request_ms(app, {'Accept-Encoding': 'gzip, deflate'}, 200):8.3f} ms")
    print(f"request 304                     {per_request_ms(app, {'If-None-Match': frame.document.etag}, 304):8.3f} ms")


if __name__ == "__main__":
    main()
