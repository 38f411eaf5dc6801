"""The collector over real sockets: many targets, one store, whatever happens to either."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from collectors.exposition import ExpositionCollector, ExpositionSource
from collectors.mapping import MetricMap
from collectors.schedule import NS_PER_MS
from collectors.watcher import Watcher
from store.errors import StaleWriter, StoreUnavailable
from store.memory import MemoryStore
from store.records import Batch, Gap, Incarnation, Read, Retention, Scope, Source

T0 = 1_795_000_100_000
FAST_MS = 100


class FragileStore(MemoryStore):
    """A store that can be locked, or lose its answer after the commit, or be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.locked = False
        self.answer_is_lost = False
        self.pruned: list[int] = []

    def register(self, source: Source, now_ms: int) -> None:
        self._refuse_when_locked()
        super().register(source, now_ms)

    def commit(self, batch: Batch) -> int:
        self._refuse_when_locked()
        version = super().commit(batch)
        if self.answer_is_lost:
            raise StoreUnavailable("here", "answer lost")
        return version

    def prune(self, retention: Retention, now_s: int, *, most_rows: int = 5000) -> int:
        self._refuse_when_locked()
        self.pruned.append(most_rows)
        return most_rows if len(self.pruned) % 3 else 0

    def _refuse_when_locked(self) -> None:
        if self.locked:
            raise StoreUnavailable("here", "database is locked")


class HandClock:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall = T0
        self.mono_ns = 0

    def monotonic_ns(self) -> int:
        return self.mono_ns

    def wall_ms(self) -> int:
        return self.wall

    def pass_ms(self, ms: int) -> None:
        self.wall += ms
        self.mono_ns += ms * NS_PER_MS


@pytest.fixture
def store() -> FragileStore:
    return FragileStore()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def source(name: str = "dc1", interval_ms: int = 1000) -> Source:
    return Source(name, "exposition", name, interval_ms)


@pytest.fixture
def watching(exporter, store, clock, outcomes) -> Iterator[Callable[[], Watcher]]:
    """Makes collectors of the exporter, one after the other or beside each other."""
    watchers: list[Watcher] = []

    def watch() -> Watcher:
        target = ExpositionSource(source(), exporter.url, timeout_s=0.4)
        watchers.append(Watcher(target, store, MetricMap(), outcomes, clock))
        return watchers[-1]

    yield watch
    for watcher in watchers:
        watcher.close()


def good(store: MemoryStore) -> int:
    with store.reading() as reader:
        totals = reader.totals(Scope.BANK, 0, 2 * T0 // 1000)
    return sum(counts.good for counts in totals.values())


def reads(store: MemoryStore, name: str = "dc1") -> list[Read]:
    with store.reading() as reader:
        return reader.reads(name, 0, 10**15)


def gaps(store: MemoryStore) -> list[Gap]:
    with store.reading() as reader:
        return reader.gaps(0, 10**15)


def look(watcher: Watcher, clock: HandClock) -> Read:
    """The next second's attempt."""
    clock.pass_ms(1000)
    return watcher.attempt(clock.wall_ms())


def test_events_between_two_pages_are_counted_once(exporter, store, clock, watching) -> None:
    """The ordinary second; the process's own sequence number is kept with its life."""
    watcher = watching()
    exporter.count("ok", 5)
    look(watcher, clock)
    exporter.count("ok", 3)
    look(watcher, clock)
    look(watcher, clock)
    assert good(store) == 3
    assert [read.collected for read in reads(store)] == [True, True, True]
    with store.reading() as reader:
        (life,) = reader.incarnations("dc1")
    assert life == Incarnation("dc1", exporter.born_ms, 2, 3, T0 + 1000, T0 + 3000)


@pytest.fixture(params=["killed", "frozen", "garbled", "torn", "fractions"])
def trouble(request) -> str:
    """What befalls the target."""
    return request.param


def test_a_target_in_trouble_is_a_failed_read_and_its_events_are_counted_afterwards(
    exporter, store, clock, watching, answered, *, trouble: str
) -> None:
    """The process goes on counting meanwhile; the gap says why, and that its count is whole."""
    watcher = watching()
    look(watcher, clock)
    if trouble == "killed":
        exporter.kill()
    exporter.answer = {
        "killed": exporter.send_page,
        "frozen": exporter.freeze,
        "garbled": exporter.send(answered(b"lending_requests_total{ 1\n# EOF\n")),
        "torn": exporter.send(answered(exporter.page().encode()[:-5])),
        "fractions": exporter.send(answered(exporter.page().replace('"ok"} 0', '"ok"} 0.5').encode())),
    }[trouble]
    code = {"killed": "refused: ", "frozen": "timeout: "}.get(trouble, "garbage: ")
    exporter.count("ok", 4)
    for _ in range(2):
        assert look(watcher, clock).reason.startswith(code)
    exporter.answer = exporter.send_page
    if trouble == "killed":
        exporter.start()
    look(watcher, clock)
    assert good(store) == 4
    assert [read.collected for read in reads(store)] == [True, False, False, True]
    (gap,) = gaps(store)
    assert (gap.from_ms, gap.to_ms, gap.exact) == (T0 + 1000, T0 + 4000, True)
    assert gap.reason.startswith(code)


def test_a_killed_and_restarted_process_counts_from_its_birth(exporter, store, clock, watching) -> None:
    """What the old process did after its last page is lost, and the gap says so."""
    watcher = watching()
    exporter.count("ok", 5)
    look(watcher, clock)
    exporter.count("ok", 9)
    exporter.kill()
    look(watcher, clock)
    exporter.restart()
    exporter.count("ok", 5)
    look(watcher, clock)
    assert good(store) == 5
    assert [gap.exact for gap in gaps(store)] == [False]
    with store.reading() as reader:
        assert [life.first_mark for life in reader.incarnations("dc1")] == [2, None]


def test_a_collector_that_was_away_adds_what_happened_meanwhile_in_one_gap(exporter, store, clock, watching) -> None:
    """Nothing is written for the time away until the next page closes it."""
    look(watching(), clock)
    exporter.count("ok", 7)
    clock.pass_ms(3_600_000)
    assert gaps(store) == []
    look(watching(), clock)
    assert good(store) == 7
    assert gaps(store) == [Gap("dc1", T0 + 1000, T0 + 3_602_000, exact=True, reason="collector was away")]


def test_a_locked_store_delays_and_loses_nothing(exporter, store, clock, watching, caplog) -> None:
    """One line in the log, one row per attempt afterwards."""
    caplog.set_level(logging.INFO)
    watcher = watching()
    look(watcher, clock)
    store.locked = True
    for _ in range(5):
        exporter.count("ok", 2)
        assert look(watcher, clock).reason == "store: here: database is locked"
    store.locked = False
    look(watcher, clock)
    assert good(store) == 10
    assert [read.collected for read in reads(store)] == [True, *[False] * 5, True]
    assert [gap.exact for gap in gaps(store)] == [True]
    assert [record.message for record in caplog.records] == [
        "source dc1 cannot be read: store: here: database is locked",
        "source dc1 is read again",
    ]


def test_a_store_that_is_locked_from_the_start_is_tried_again(exporter, store, clock, watching) -> None:
    """The collector starts before its store can be used."""
    store.locked = True
    watcher = watching()
    assert not look(watcher, clock).collected
    store.locked = False
    assert look(watcher, clock).collected
    assert [read.collected for read in reads(store)] == [False, True]


def test_a_commit_whose_answer_was_lost_is_not_repeated(exporter, store, clock, watching) -> None:
    """The store had it: the version tells."""
    watcher = watching()
    look(watcher, clock)
    exporter.count("ok", 6)
    store.answer_is_lost = True
    look(watcher, clock)
    store.answer_is_lost = False
    for _ in range(3):
        look(watcher, clock)
    assert good(store) == 6


def test_two_collectors_of_one_target_count_nothing_twice(exporter, store, clock, watching) -> None:
    """They do not know of each other; each goes on from where the other is."""
    first, second = watching(), watching()
    look(first, clock)
    for number in range(20):
        exporter.count("ok", 3)
        look(first if number % 3 else second, clock)
        second.attempt(clock.wall_ms())
    look(first, clock)
    look(first, clock)
    assert good(store) == 60


def test_two_running_collectors_count_nothing_twice(exporter, store, outcomes) -> None:
    """The same with threads on one schedule."""
    target = ExpositionSource(source(interval_ms=FAST_MS), exporter.url)
    both = [ExpositionCollector([target], store, MetricMap(), outcomes) for _ in range(2)]
    for collector in both:
        collector.start()
    wait_until(lambda: any(read.collected for read in reads(store)))
    for _ in range(20):
        exporter.count("ok", 1)
        time.sleep(0.03)
    assert all(collector.stop() for collector in both)
    both[0].collect_once()
    both[0].collect_once()
    assert good(store) == 20


def wait_until(happened: Callable[[], bool], most_s: float = 60.0) -> None:
    deadline = time.monotonic() + most_s
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail("it did not happen in time")
        time.sleep(0.01)


def test_a_frozen_target_delays_no_other(exporter, store, outcomes) -> None:
    """The frozen one takes its whole deadline, longer than anybody waits here; the other is read every 100 ms."""
    frozen = type(exporter)()
    frozen.answer = frozen.freeze
    frozen.start()
    targets = [
        ExpositionSource(source("frozen", FAST_MS), frozen.url, timeout_s=90),
        ExpositionSource(source("well", FAST_MS), exporter.url),
    ]
    collector = ExpositionCollector(targets, store, MetricMap(), outcomes)
    try:
        collector.start()
        wait_until(lambda: len(reads(store, "well")) >= 8)
    finally:
        frozen.kill()
        assert collector.stop()
    late = {read.reason for read in reads(store, "well") if not read.collected}
    assert late <= {"skipped: the collector was late"}, "a busy machine may be late; nothing else went wrong"


def test_ticks_missed_behind_a_slow_target_are_rows(exporter, store, outcomes) -> None:
    """An answer that takes three intervals."""
    exporter.answer = lambda connection: (time.sleep(0.3), exporter.send_page(connection))
    collector = ExpositionCollector(
        [ExpositionSource(source(interval_ms=FAST_MS), exporter.url, timeout_s=5)], store, MetricMap(), outcomes
    )
    collector.start()
    wait_until(lambda: sum(read.collected for read in reads(store)) >= 3)
    assert collector.stop()
    rows = reads(store)
    times = [read.at_ms for read in rows]
    assert times == list(range(times[0], times[-1] + 1, FAST_MS))
    assert {read.reason for read in rows if not read.collected} == {"skipped: the collector was late"}


def test_the_collector_stops_at_once_and_starts_again(exporter, store, outcomes) -> None:
    """Between two ticks of a minute."""
    collector = ExpositionCollector(
        [ExpositionSource(source(interval_ms=60_000), exporter.url)], store, MetricMap(), outcomes
    )
    for _ in range(2):
        collector.start()
        began = time.monotonic()
        assert collector.stop()
        assert time.monotonic() - began < 30
    assert threading.active_count() < 20


def test_collecting_once_looks_at_every_source(exporter, store, outcomes) -> None:
    """For the command line: what became of each."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]
    targets = [
        ExpositionSource(source("well"), exporter.url),
        ExpositionSource(source("dead"), f"http://127.0.0.1:{closed_port}/metrics"),
    ]
    results = ExpositionCollector(targets, store, MetricMap(), outcomes).collect_once()
    assert results["well"].collected
    assert results["dead"].reason.startswith("refused: ")
    assert reads(store, "dead") == [results["dead"]]


def test_old_rows_are_pruned_in_small_steps(exporter, store, outcomes, monkeypatch) -> None:
    """Once a minute; a locked store is no reason to give up."""
    monkeypatch.setattr("collectors.exposition.PRUNE_EVERY_S", 0.05)
    store.locked = True
    collector = ExpositionCollector([], store, MetricMap(), outcomes, retention=Retention())
    collector.start()
    time.sleep(0.1)
    store.locked = False
    wait_until(lambda: len(store.pruned) >= 3)
    assert collector.stop()
    assert set(store.pruned) == {2000}


def test_a_defect_in_an_attempt_does_not_end_the_watch(exporter, store, outcomes, monkeypatch) -> None:
    """It becomes a failed read with its cause, and the next attempt goes on."""
    collector = ExpositionCollector(
        [ExpositionSource(source(interval_ms=FAST_MS), exporter.url)], store, MetricMap(), outcomes
    )
    with monkeypatch.context() as broken:
        broken.setattr("collectors.openmetrics.PageParser.parse", lambda *_, **__: 1 / 0)
        collector.start()
        wait_until(lambda: exporter.requests >= 2)
    wait_until(lambda: any(read.collected for read in reads(store)))
    assert collector.stop()
    assert reads(store)[0].reason == "defect: ZeroDivisionError: division by zero"


def test_failed_reads_beyond_the_cap_become_one_row(exporter, store, clock, watching, monkeypatch) -> None:
    """A store that is locked for a night."""
    monkeypatch.setattr("collectors.watcher.MOST_PENDING", 5)
    watcher = watching()
    look(watcher, clock)
    store.locked = True
    for _ in range(12):
        look(watcher, clock)
    store.locked = False
    look(watcher, clock)
    rows = reads(store)
    assert len(rows) == 1 + 1 + 5 + 1
    assert "skipped: 7 failed reads unlisted" in {row.reason for row in rows}


def test_a_rival_is_not_a_failure(exporter, store, clock, watching) -> None:
    """Its page is in the store: no failed read is written for the attempt that lost."""
    first, second = watching(), watching()
    look(first, clock)
    look(second, clock)
    look(first, clock)
    assert all(read.collected for read in reads(store))
    with pytest.raises(StaleWriter):
        store.commit(Batch("dc1", 0, ()))
