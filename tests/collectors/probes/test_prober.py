"""Probes on schedule, from several vantage points, into the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from collectors.probes.prober import MOST_WAITING, Prober
from collectors.probes.target import Target, Vantage
from slo.states import SliceState
from store.errors import StoreUnavailable
from store.memory import MemoryStore
from store.probes import ProbeCounts, ProbeKey, ProbeResult, ProbeStatus
from store.records import Scope

GOOD, BAD = SliceState.GOOD, SliceState.BAD
Maker = Callable[..., Target]


def statuses(store: MemoryStore) -> list[ProbeStatus]:
    """What the store knows."""
    with store.reading() as reader:
        return reader.probes().statuses()


def results(store: MemoryStore, key: ProbeKey) -> list[ProbeResult]:
    """All results of one probe."""
    with store.reading() as reader:
        return reader.probes().results(key, 0, 10**15)


def until(true: Callable[[], bool]) -> None:
    """Waits for what must come soon."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Flaky(MemoryStore):
    """A store that can be out of reach."""

    away = False

    def record_probes(self, results: Any) -> int:
        """As ever, or nothing."""
        if self.away:
            raise StoreUnavailable("here", "database is locked")
        return super().record_probes(results)


def test_one_run_of_every_probe_from_every_vantage_point(service: Any, target: Maker) -> None:
    """Two places and two probes are four results, told apart and never events."""
    east, west = Vantage("east", source_address="127.0.0.2"), Vantage("west", source_address="127.0.0.3")
    places = [(path, place) for path in ("/ok", "/status/500") for place in (east, west)]
    store = MemoryStore()
    targets = [target(service.url(path), name=f"p{path[-1]}", vantage=place) for path, place in places]
    found = Prober(targets, store).run_once()
    assert {r.key: r.state for r in found} == {
        ("pk", "east"): GOOD,
        ("pk", "west"): GOOD,
        ("p0", "east"): BAD,
        ("p0", "west"): BAD,
    }
    assert len({r.at_ms for r in found}) == 1
    with store.reading() as reader:
        assert reader.probes().totals(0, 10**11)[ProbeKey("p0", "west")] == ProbeCounts(bad=1)
        assert all(reader.totals(scope, 0, 10**11) == {} for scope in Scope)


def test_probes_run_each_second_at_whole_seconds(service: Any, target: Maker) -> None:
    """Second resolution on an absolute schedule; a slow neighbor delays nobody."""
    store = MemoryStore()
    quick, slow = target(service.url("/ok"), name="quick"), target(service.url("/hang"), name="slow", limit_ms=900)
    prober = Prober([quick, slow], store)
    prober.start()
    until(lambda: len(results(store, slow.probe.key)) >= 2 and len(results(store, quick.probe.key)) >= 3)
    assert prober.stop()
    times = [result.at_ms for result in results(store, quick.probe.key)]
    assert times == list(range(times[0], times[-1] + 1, 1000))
    assert times[0] % 1000 == 0
    assert {r.state for r in results(store, quick.probe.key)} == {GOOD}
    assert {(r.state, r.reason[:7]) for r in results(store, slow.probe.key)} == {(BAD, "timeout")}


def test_a_service_that_dies_is_seen_dying(serve: Callable[..., Any], target: Maker) -> None:
    """The newest state is the store's word on it."""
    service, store = serve(), MemoryStore()
    prober = Prober([target(service.url("/ok"))], store)
    prober.run_once()
    service.shutdown()
    service.server_close()
    prober.run_once()
    (status,) = statuses(store)
    assert status.last is not None
    assert (status.last.state, status.last.reason) == (BAD, "refused: Connection refused")


def test_results_wait_for_a_store_that_is_away(service: Any, target: Maker, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is lost, and one line says so, not one per run."""
    store = Flaky()
    store.away = True
    prober = Prober([target(service.url("/ok"))], store)
    for _ in range(3):
        prober.run_once()
        time.sleep(0.002)
    store.away = False
    prober.flush()
    assert len(results(store, ProbeKey("p", "here"))) == 3
    assert [r.message for r in caplog.records] == ["results of probes wait: store here: database is locked"]
    assert MOST_WAITING >= 1000


def test_two_probers_of_one_vantage_point_count_nothing_twice(service: Any, target: Maker) -> None:
    """Started by mistake, as collectors may be."""
    store = MemoryStore()
    probers = [Prober([target(service.url("/ok"))], store) for _ in range(2)]
    for prober in probers:
        prober.start()
    until(lambda: len(results(store, ProbeKey("p", "here"))) >= 2)
    for prober in probers:
        assert prober.stop()
    seconds = {result.at_ms for result in results(store, ProbeKey("p", "here"))}
    with store.reading() as reader:
        assert reader.probes().totals(0, 10**11) == {ProbeKey("p", "here"): ProbeCounts(good=len(seconds))}


def test_a_prober_without_probes_does_nothing() -> None:
    """No thread, no row."""
    before = threading.active_count()
    prober = Prober([], MemoryStore())
    prober.start()
    assert threading.active_count() == before
    assert prober.stop()
    assert prober.run_once() == []
