"""A bank in a real store: pages second by second, as collectors commit them, and simulated weeks before."""

from __future__ import annotations

from collections.abc import Sequence

from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import DAY_S, SHANGHAI
from store.port import Store
from store.records import (
    Batch,
    Events,
    Gap,
    Gauge,
    HistoryChunk,
    Incarnation,
    Level,
    Read,
    Scope,
    Source,
    Span,
    Transactions,
    Unit,
)
from store.slices import slice_start

NOON_S = 1_795_233_600  # 2026-11-21 04:00 UTC, noon in Shanghai
PRODUCTS = ("micro", "identity")
CENTERS = ("dc1", "dc2")


class Bank:
    """Two products in two data centers."""

    def __init__(self, store: Store, *, centers: Sequence[str] = CENTERS, products: Sequence[str] = PRODUCTS) -> None:
        self.store = store
        self.centers = tuple(centers)
        self.products = tuple(products)

    def register(self, at_s: int) -> None:
        """Makes the sources known, as collectors do when they start."""
        for center in self.centers:
            self.store.register(Source(center, "exposition", center, 1000), at_s * 1000)

    def live(self, from_s: int, to_s: int, *, begun: int = 30, bad: int = 0, only: Sequence[str] = ()) -> None:
        """Pages of every second of ``[from_s, to_s]``."""
        for at_s in range(from_s, to_s + 1):
            for center in only or self.centers:
                self.page(center, at_s, begun=begun, bad=bad)

    def page(self, center: str, at_s: int, *, begun: int = 30, bad: int = 0, samples: int = 100) -> None:
        """One accepted page: so many transactions, all good but ``bad`` of them, of every product."""
        slot = at_s - 1
        kinds = ((Kind.GOOD, "ok", begun - bad), (Kind.BAD, "system_error", bad))
        events = tuple(
            Events(slot, product, center, "", "apply", outcome, "customer", kind, number)
            for product in self.products
            for kind, outcome, number in kinds
            if number
        )
        self.commit(
            center,
            Read(at_s * 1000, True, samples=samples),
            watermark_ms=at_s * 1000,
            events=events,
            transactions=tuple(Transactions(slot, p, center, "", "customer", begun) for p in self.products if begun),
            incarnations=(Incarnation(center, 1000, 0, 0, at_s * 1000, at_s * 1000),),
        )

    def failed(self, center: str, at_s: int, reason: str) -> None:
        """One read that brought no page."""
        self.commit(center, Read(at_s * 1000, False, reason))

    def gauge(self, center: str, name: str, value: str, at_s: int, labels: str = "") -> None:
        """What a collector tells of quality."""
        self.commit(center, gauges=(Gauge(center, name, labels, at_s * 1000, value),))

    def gap(self, center: str, from_s: int, to_s: int, *, exact: bool) -> None:
        """A gap that was closed."""
        self.commit(center, gaps=(Gap(center, from_s * 1000, to_s * 1000, exact, "away"),))

    def commit(self, center: str, *reads: Read, **parts: object) -> None:
        """Commits a batch."""
        version = self.store.resume(center).version
        self.store.commit(Batch(center, version, tuple(reads), **parts))  # type: ignore[arg-type]

    def past_weeks(
        self, at_s: int, weeks: Sequence[int], per_minute: int, *, before_s: int = 7200, after_s: int = 900
    ) -> None:
        """Simulated minutes around the same instant some weeks ago: so many transactions a minute and product."""
        for week in weeks:
            begin = (at_s - 7 * DAY_S * week - before_s) // 60 * 60
            end = (at_s - 7 * DAY_S * week + after_s) // 60 * 60
            self.history(Level.MINUTE, range(begin, end, 60), 60, per_minute)

    def history(self, level: Level, begins: range, length_s: int, transactions: int) -> None:
        """Simulated slices of one level; hours and days above it as sums."""
        counts: dict[tuple[Level, int, Unit], Counts] = {}
        for at_s in begins:
            for product in self.products:
                for center in self.centers:
                    cell = Unit(Scope.CELL, product, center)
                    _add(counts, level, at_s, cell, transactions // len(self.centers))
        self.store.add_history(HistoryChunk(Span(begins[0], begins[-1] + length_s), counts))


def _add(counts: dict[tuple[Level, int, Unit], Counts], level: Level, at_s: int, cell: Unit, number: int) -> None:
    units = (cell, Unit(Scope.PRODUCT, cell.product), Unit(Scope.BANK))
    for above in (each for each in Level if each >= level):
        for unit in units:
            key = (above, slice_start(above, at_s, SHANGHAI), unit)
            counts[key] = counts.get(key, Counts()) + Counts(good=number, transactions=number)
