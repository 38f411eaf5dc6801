"""A collector whose PostgreSQL is killed and comes back: every event once, no restart of the collector needed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from slo.windows import SHANGHAI
from store.opening import open_store
from store.port import Store
from store.records import Scope, Source
from tests.store.postgres_server import PostgresChild, postgres_child

FAST_MS = 50


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresChild]:
    """A server that may be killed."""
    with postgres_child() as child:
        child.execute("CREATE DATABASE center")
        yield child


@pytest.fixture
def store(server: PostgresChild) -> Iterator[Store]:
    """A store in it."""
    made = open_store(server.address("center"), SHANGHAI, upgrade=True)
    yield made
    made.close()


def good(store: Store) -> int:
    """Good events that the store holds."""
    with store.reading() as reader:
        return sum(counts.good for counts in reader.totals(Scope.BANK, 0, 2**32).values())


def reads(store: Store, *, collected: bool) -> int:
    """Attempts that went well, or did not."""
    with store.reading() as reader:
        return sum(read.collected is collected for read in reader.reads("dc1", 0, 2**42))


def wait_until(happened: Callable[[], bool], most_s: float = 60.0) -> None:
    """Polls, and fails when it takes too long."""
    deadline = time.monotonic() + most_s
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_server_delays_and_loses_nothing(exporter, store: Store, server: PostgresChild, outcomes) -> None:
    """kill -9 three times, at any moment of a commit; events go on meanwhile and are there afterwards, once each."""
    source = Source("dc1", "exposition", "dc1", FAST_MS)
    exporter.count("ok", 1)
    collector = ExpositionCollector([ExpositionSource(source, exporter.url, timeout_s=2)], store, MetricMap(), outcomes)
    collector.start()
    try:
        wait_until(lambda: reads(store, collected=True) > 0)
        for number in range(3):
            seen = reads(store, collected=True)
            exporter.count("ok", 100)
            wait_until(lambda seen=seen: reads(store, collected=True) > seen)
            exporter.count("ok", 10)
            time.sleep(0.013 * number)
            server.stop(signal.SIGKILL)
            exporter.count("ok", 1000)
            time.sleep(2 * FAST_MS / 1000)
            server.start()
        wait_until(lambda: good(store) == 3 * 1110)
        wait_until(lambda: reads(store, collected=False) > 0)
        seen = reads(store, collected=True)
        wait_until(lambda: reads(store, collected=True) > seen + 2)
    finally:
        assert collector.stop()
    assert good(store) == 3 * 1110
