"""A bank of two products in two data centers over the in-memory store, filled through real commits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dashboard.facts import Facts, gather
from dashboard.model import Since, Snapshot
from dashboard.past import Past
from dashboard.snapshot import Setting, judge
from slo.catalog import Catalog, DataCenter, Product
from slo.counts import Counts
from slo.objective import Objective
from slo.outcomes import Kind, OutcomeTable
from slo.states import StatePolicy
from slo.windows import DAY_S, SHANGHAI
from store.memory import MemoryStore
from store.port import Store
from store.records import (
    Batch,
    Events,
    Gap,
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

NOON_S = int(datetime(2026, 11, 21, 4, 0, tzinfo=UTC).timestamp())
"""Noon of 2026-11-21 in Shanghai."""
MIDNIGHT_S = NOON_S - 12 * 3600

PRODUCTS = ("micro", "identity")
CENTERS = ("dc1", "dc2")


class Bank:
    """Commits pages second by second, as collectors do."""

    def __init__(self, store: Store | None = None) -> None:
        objective = Objective.parse("99.999")
        self.catalog = Catalog(
            version="test",
            products=tuple(Product(p, {"zh": f"中{p}", "en": p}, objective) for p in PRODUCTS),
            data_centers=tuple(DataCenter(c, {"zh": f"中{c}", "en": c}) for c in CENTERS),
            outcomes=OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD}),
            objective=objective,
            zone=SHANGHAI,
        )
        self.store = store or MemoryStore()
        self.setting = Setting(self.catalog, StatePolicy(), demo=True, build="0.1.0")
        self.past: Past | None = None
        self.since: dict[tuple[str, str], Since] = {}
        self._births: dict[str, int] = {}

    def register(self, at_s: int, *centers: str, interval_ms: int = 1000) -> None:
        """Makes the sources of data centers known."""
        for center in centers or CENTERS:
            self.store.register(Source(center, "exposition", center, interval_ms), at_s * 1000)

    def page(self, at_s: int, *centers: str, good: int = 0, bad: int = 0, begun: int = 0, only: str = "") -> None:
        """One accepted page of each data center: the same counts for every product (or only one)."""
        for center in centers or CENTERS:
            slot = at_s - 1
            products = [p for p in PRODUCTS if only in ("", p)]
            events = [Events(slot, p, center, "", "apply", "ok", "customer", Kind.GOOD, good) for p in products]
            events += [Events(slot, p, center, "", "apply", "error", "customer", Kind.BAD, bad) for p in products]
            self.commit(
                center,
                Read(at_s * 1000, True),
                watermark_ms=at_s * 1000,
                events=tuple(e for e in events if e.events),
                transactions=tuple(Transactions(slot, p, center, "", "customer", begun) for p in products if begun),
            )

    def failed(self, at_s: int, reason: str, *centers: str) -> None:
        """One failed read of each data center."""
        for center in centers or CENTERS:
            self.commit(center, Read(at_s * 1000, False, reason))

    def gap(self, from_s: int, to_s: int, *centers: str, exact: bool) -> None:
        """A gap that closes with the page at ``to_s``, which must be committed first."""
        for center in centers or CENTERS:
            self.commit(center, gaps=(Gap(center, from_s * 1000, to_s * 1000, exact, "away"),))

    def commit(self, center: str, *reads: Read, **parts: object) -> None:
        """Commits a batch; the first page of a source begins the life of its process."""
        at_ms = parts.get("watermark_ms")
        if isinstance(at_ms, int):
            born_ms = self._births.setdefault(center, at_ms)
            parts["incarnations"] = (Incarnation(center, born_ms, 0, 0, born_ms, at_ms),)
        version = self.store.resume(center).version
        self.store.commit(Batch(center, version, tuple(reads), **parts))  # type: ignore[arg-type]

    def live(self, from_s: int, to_s: int, *centers: str, good: int = 100, bad: int = 0, begun: int = 30) -> None:
        """A first page at ``from_s``, which only begins the counting, then one per second through ``to_s``."""
        if self.store_is_new(*centers):
            self.register(from_s, *centers)
            self.page(from_s, *centers)
            from_s += 1
        for at_s in range(from_s, to_s + 1):
            self.page(at_s, *centers, good=good, bad=bad, begun=begun)

    def store_is_new(self, *centers: str) -> bool:
        """Whether these sources are not registered yet."""
        with self.store.reading() as reader:
            known = {s.source.id for s in reader.sources()}
        return not known & set(centers or CENTERS)

    def history(self, from_s: int, to_s: int, counts: Counts) -> None:
        """Simulated days: the same counts for every product, data center and day that begins in the stretch."""
        cells = {
            (Level.DAY, at, Unit(Scope.CELL, p, c)): counts
            for at in range(from_s, to_s, DAY_S)
            for p in PRODUCTS
            for c in CENTERS
        }
        whole = Counts(*(4 * n for n in (counts.good, counts.bad, counts.ignored, counts.transactions)))
        bank = {(Level.DAY, at, Unit(Scope.BANK)): whole for at in range(from_s, to_s, DAY_S)}
        self.store.add_history(HistoryChunk(Span(from_s, to_s), cells | bank))

    def facts(self, now_s: float) -> Facts:
        """Facts at an instant; what changes rarely is remembered, as the publisher does."""
        with self.store.reading() as reader:
            facts = gather(reader, int(now_s * 1000), self.catalog, self.setting.policy, self.past)
        self.past = facts.past
        return facts

    def snapshot(self, now_s: float) -> Snapshot:
        """The wall at an instant; states are remembered from one to the next."""
        snapshot = judge(self.facts(now_s), self.setting, 1, self.since)
        self.since = snapshot.since()
        return snapshot


@pytest.fixture
def bank() -> Bank:
    """An empty bank."""
    return Bank()


@pytest.fixture
def noon_s() -> int:
    """Noon of a day, local time."""
    return NOON_S


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Waits for a condition as long as a busy machine may take, then fails."""

    def wait(condition: Callable[[], object], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                pytest.fail("did not happen in time")
            time.sleep(0.01)

    return wait
