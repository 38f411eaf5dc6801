"""Targets and their meaning change while they are read: no tick is missed, nothing is counted twice or lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from collectors.errors import BadTarget
from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import Limits, MetricMap
from slo.outcomes import OutcomeTable
from store.leadership import Leadership, LeaseTiming
from store.memory import MemoryStore
from store.records import Read, Scope, Source

INTERVAL_MS = 300
PATIENCE_S = 30.0
QUICK = LeaseTiming(ttl_ms=900, renew_ms=100)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def target(url: str, name: str = "dc1", interval_ms: int = INTERVAL_MS) -> ExpositionSource:
    return ExpositionSource(Source(name, "exposition", name, interval_ms), url)


class Room:
    """A collector with its leases, reading the exporter as dc1."""

    def __init__(self, store: MemoryStore, url: str, outcomes: OutcomeTable) -> None:
        self.store, self.url, self.outcomes, self.changes = store, url, outcomes, 0
        self.leadership = Leadership(store, ["dc1"], "here", QUICK)
        self.collector = ExpositionCollector([target(url)], store, MetricMap(), outcomes, leadership=self.leadership)
        self.leadership.start()
        self.collector.start()

    def change(self, *targets: ExpositionSource) -> None:
        """Other targets, and always another meaning, so that every watcher is replaced."""
        self.changes += 1
        mapping = replace(MetricMap(), limits=Limits(5000 + self.changes))
        self.leadership.change([each.source.id for each in targets])
        self.collector.change(targets, mapping, self.outcomes)

    def reads(self, name: str = "dc1") -> list[Read]:
        with self.store.reading() as reader:
            return reader.reads(name, 0, 10**15)

    def collected_again(self, name: str = "dc1") -> None:
        """Waits until two more pages are stored."""
        before = len([read for read in self.reads(name) if read.collected])
        until(lambda: len([read for read in self.reads(name) if read.collected]) >= before + 2)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def room(store: MemoryStore, exporter: Any, outcomes: OutcomeTable) -> Iterator[Room]:
    made = Room(store, exporter.url, outcomes)
    until(lambda: bool(made.reads()))
    yield made
    made.collector.stop()
    made.leadership.stop()


def test_no_tick_is_missed_while_the_meaning_changes(room: Room, exporter: Any) -> None:
    """Every tick has its row, one that a busy machine ran late too; every event is counted once."""
    for _ in range(12):
        exporter.count("ok", 3)
        room.change(target(room.url))
        time.sleep(0.13)
    room.collected_again()
    times = [read.at_ms for read in room.reads()]
    assert [after - before for before, after in pairwise(times)] == [INTERVAL_MS] * (len(times) - 1)
    with room.store.reading() as reader:
        counted = sum(counts.total for counts in reader.totals(Scope.BANK, 0, 10**11).values())
    assert counted == 36


def test_targets_come_and_go(room: Room) -> None:
    """One that comes is read under a lease of its own; one that goes gives its lease back and has no more rows."""
    room.change(target("http://127.0.0.1:1/metrics", "dc2"), target(room.url))
    until(lambda: bool(room.reads("dc2")))
    assert not room.reads("dc2")[-1].collected
    room.change(target(room.url))
    until(lambda: room.store.leases()["dc2"].owner == "")
    rows = len(room.reads("dc2"))
    room.collected_again()
    assert len(room.reads("dc2")) == rows


def test_a_target_under_another_name_is_no_duplicate_of_itself(room: Room) -> None:
    room.change(target(room.url, "renamed"))
    room.collected_again("renamed")


def test_what_cannot_be_read_changes_nothing(room: Room) -> None:
    with pytest.raises(BadTarget):
        room.change(target("gopher://nowhere"))
    room.leadership.change(["dc1"])
    room.collected_again()
