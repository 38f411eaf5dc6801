"""Announced maintenance is in no sum that alerts are made of: it pages nobody while it lasts, nor afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.desk.maintenance import Maintenance, announce
from alerts.engine import Engine
from alerts.feed import Feed
from alerts.model import AlertState, Level, Transition
from alerts.policy import Policy, Slo
from slo.objective import Objective
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.memory import MemoryStore
from store.opening import open_store
from store.port import Store
from store.records import CUSTOMER, Batch, Events, Read, Source
from tests.alerts.estate import BEGIN_S

PER_SECOND = 200
CENTERS = ("dc1", "dc2")
FROM_S = BEGIN_S - BEGIN_S % 60 + 120
TO_S = FROM_S + 60


class Watched:
    """One product in two data centers, and an engine that is fed after every second; ``dc2`` is worked on."""

    def __init__(self, store: Store, policy: Policy) -> None:
        self.store = store
        objective = Objective.parse("99.999")
        self._slos = [
            Slo("bank", "", objective, PERIOD_SECONDS, policy, {}),
            Slo("weilidai", "weilidai", objective, PERIOD_SECONDS, policy, {}),
        ]
        self._versions = dict.fromkeys(CENTERS, 0)
        self.found: list[Transition] = []
        for name in CENTERS:
            store.register(Source(name, "exposition", name, 1000), (FROM_S - 60) * 1000)
        window = Maintenance("w", "rack", "CHG-1", "li", (), ("dc2",), FROM_S, TO_S, 0)
        store.write(announce(window, (FROM_S - 60) * 1000))
        self.start()

    def start(self) -> None:
        """A new process."""
        self.engine = Engine(self._slos)
        self._feed = Feed(self.engine.window_lengths_s)

    def run(self, from_s: int, to_s: int, *, bad_share: int = 0) -> None:
        """Pages of every second of both; so many per cent of dc2's fail."""
        for end_s in range(from_s + 1, to_s + 1):
            self._page("dc1", end_s, 0)
            self._page("dc2", end_s, PER_SECOND * bad_share // 100)
            self.tick(end_s)

    def tick(self, end_s: int) -> None:
        """Judges what is new."""
        with self.store.reading() as reader:
            self.found += self.engine.tick(self._feed.read(reader, end_s * 1000))

    def _page(self, center: str, end_s: int, bad: int) -> None:
        kinds = ((Kind.GOOD, "ok", PER_SECOND - bad), (Kind.BAD, "system_error", bad))
        counted = tuple(
            Events(end_s - 1, "weilidai", center, f"{center}-a", "apply", outcome, CUSTOMER, kind, number)
            for kind, outcome, number in kinds
            if number
        )
        read = (Read(end_s * 1000, True),)
        batch = Batch(center, self._versions[center], read, end_s * 1000, counted)
        self._versions[center] = self.store.commit(batch)


@pytest.fixture(params=["memory", "sqlite"])
def watched(request: pytest.FixtureRequest, tmp_path: Path, policy: Policy) -> Iterator[Watched]:
    """Nothing was read yet."""
    made = MemoryStore() if request.param == "memory" else open_store(tmp_path / "s.sqlite", SHANGHAI, upgrade=True)
    yield Watched(made, policy)
    made.close()


def test_work_that_ends_in_time_fires_nothing_of_any_level(watched: Watched) -> None:
    watched.run(FROM_S - 5, FROM_S)
    watched.run(FROM_S, TO_S, bad_share=100)
    watched.run(TO_S, TO_S + 20)
    assert watched.found == []


def test_a_process_that_starts_afterwards_leaves_the_work_out_too(watched: Watched) -> None:
    """Its sums come from the store."""
    watched.run(FROM_S - 5, FROM_S)
    watched.run(FROM_S, TO_S, bad_share=100)
    watched.run(TO_S, TO_S + 3)
    watched.start()
    watched.run(TO_S + 3, TO_S + 6)
    assert watched.found == []


def test_what_lasts_beyond_its_end_counts_from_there(watched: Watched) -> None:
    """Alone: the evidence holds no failure from inside."""
    watched.run(FROM_S - 5, FROM_S)
    watched.run(FROM_S, TO_S, bad_share=100)
    watched.run(TO_S, TO_S + 3, bad_share=100)
    cliff = [each for each in watched.found if each.key.rule == "cliff" and each.state is AlertState.FIRING]
    by_level = {each.key.subject.level: each for each in cliff}
    assert set(by_level) >= {Level.BANK, Level.PRODUCT, Level.CELL}
    assert {each.at_ms for each in by_level.values()} == {(TO_S + 1) * 1000}
    assert by_level[Level.PRODUCT].evidence.long.bad == PER_SECOND


def test_failures_elsewhere_fire_during_work(watched: Watched) -> None:
    watched.run(FROM_S - 5, FROM_S - 3)
    watched.run(FROM_S - 3, FROM_S, bad_share=100)
    assert {each.key.subject.level for each in watched.found} >= {Level.PRODUCT, Level.CELL}
