"""Pages wait on disk while the store is away, and are counted in order, each once, afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.mapping import MetricMap
from collectors.spool import PageSpool, SpooledPage
from collectors.watcher import ExpositionSource, Watcher
from slo.counts import Counts
from slo.outcomes import OutcomeTable
from store.errors import StoreUnavailable
from store.memory import MemoryStore
from store.records import Batch, Gap, Read, Resume, Scope, Source

T0 = 1_795_000_100_000
PAGE = SpooledPage(T0, 5, openmetrics=True, skew_ms=None, clock="boot", sent_ns=1, answered_ns=2, text="a 1\n" * 50)


class AwayStore(MemoryStore):
    """A store that can be away, or lose its answer after the commit."""

    away = False
    answer_is_lost = False

    def register(self, source: Source, now_ms: int) -> None:
        self._refuse_when_away()
        super().register(source, now_ms)

    def resume(self, source: str) -> Resume:
        self._refuse_when_away()
        return super().resume(source)

    def commit(self, batch: Batch) -> int:
        self._refuse_when_away()
        version = super().commit(batch)
        if self.answer_is_lost:
            raise StoreUnavailable("there", "answer lost")
        return version

    def _refuse_when_away(self) -> None:
        if self.away:
            raise StoreUnavailable("there", "connection refused")


class Clock:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall = T0

    def monotonic_ns(self) -> int:
        return (self.wall - T0) * 1_000_000

    def wall_ms(self) -> int:
        return self.wall


class Desk:
    """One source on one folder; ``begin`` starts a collector anew, as after a kill -9."""

    def __init__(self, url: str, outcomes: OutcomeTable, folder: Path) -> None:
        self.store, self.clock, self.folder = AwayStore(), Clock(), folder
        self._begin: Callable[[], Watcher] = lambda: Watcher(
            ExpositionSource(Source("dc1", "exposition", "dc1", 1000), url, timeout_s=2.0),
            self.store,
            MetricMap(),
            outcomes,
            self.clock,
            spool=PageSpool(folder, "dc1"),
        )
        self.watcher = self._begin()

    def begin(self) -> None:
        self.watcher.close()
        self.watcher = self._begin()

    def look(self, times: int = 1) -> Read:
        """The next seconds' attempts."""
        for _ in range(times):
            self.clock.wall += 1000
            read = self.watcher.attempt(self.clock.wall)
        return read

    def counted(self) -> int:
        with self.store.reading() as reader:
            totals = reader.totals(Scope.BANK, 0, 2 * T0 // 1000)
        return sum(totals.values(), Counts(0, 0)).total

    def gaps(self) -> list[Gap]:
        with self.store.reading() as reader:
            return reader.gaps(0, 10**15)

    def collected(self) -> list[int]:
        with self.store.reading() as reader:
            return [read.at_ms for read in reader.reads("dc1", 0, 10**15) if read.collected]


@pytest.fixture
def desk(exporter: Any, outcomes: OutcomeTable, tmp_path: Path) -> Iterator[Desk]:
    exporter.count("ok", 0)
    made = Desk(exporter.url, outcomes, tmp_path / "spool")
    made.look()
    yield made
    made.watcher.close()


def test_what_only_a_dead_process_knew_is_counted(desk: Desk, exporter: Any) -> None:
    """The store is away, the process dies, and so does the collector: every page that anybody saw is counted."""
    desk.store.away = True
    exporter.count("ok", 5)
    assert not desk.look().collected
    exporter.count("ok", 7)
    desk.look()
    exporter.kill()
    exporter.restart()
    desk.begin()
    exporter.count("ok", 11)
    desk.look()
    desk.store.away = False
    exporter.count("ok", 1)
    desk.look(2)
    assert desk.counted() == 5 + 7 + 11 + 1
    times = desk.collected()
    assert times == list(range(times[0], times[-1] + 1, 1000))
    assert [gap.exact for gap in desk.gaps()] == [False]  # between two pages of two lives somebody may have counted
    assert not desk.watcher._spool.waiting
    assert list(desk.folder.iterdir()) == []


def test_a_commit_whose_answer_was_lost_is_not_counted_again(desk: Desk, exporter: Any) -> None:
    desk.store.answer_is_lost = True
    exporter.count("ok", 5)
    desk.look()
    desk.store.answer_is_lost = False
    exporter.count("ok", 3)
    desk.look(3)
    assert desk.counted() == 8


def test_a_collector_that_dies_while_it_catches_up_counts_nothing_twice(desk: Desk, exporter: Any) -> None:
    """Killed after a commit, before the line was dropped: the next life skips what is counted."""
    desk.store.away = True
    for _ in range(3):
        exporter.count("ok", 2)
        desk.look()
    kept = next(desk.folder.iterdir()).read_bytes()
    desk.store.away = False
    desk.look()
    desk.begin()
    (desk.folder / "dc1.jsonl").write_bytes(kept + b"[17950001")  # as it was, and a line that was torn
    desk.begin()
    exporter.count("ok", 1)
    desk.look(2)
    assert desk.counted() == 7


def test_a_target_that_is_silent_meanwhile_is_told_as_ever(desk: Desk, exporter: Any) -> None:
    desk.store.away = True
    exporter.count("ok", 2)
    desk.look()
    exporter.kill()
    assert "refused" in desk.look().reason
    desk.store.away = False
    exporter.start()
    desk.look(2)
    assert desk.counted() == 2
    assert len(desk.collected()) == 4


def test_a_spool_that_is_full_leaves_it_to_the_counters(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said once; what is in it is kept."""
    spool = PageSpool(tmp_path / "spool", "prom/dc1", most_bytes=400)
    assert spool.append(PAGE)
    taken = [spool.append(replace(PAGE, at_ms=T0 + n)) for n in range(1, 20)]
    assert not taken[-1]
    assert len([record for record in caplog.records if "takes no page" in record.getMessage()]) == 1
    assert spool.first() == PAGE


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "spool").write_text("a file", encoding="utf-8")
    spool = PageSpool(tmp_path / "spool", "dc1")
    assert [spool.append(PAGE), spool.append(PAGE)] == [False, False]
    assert len(caplog.records) == 1


def test_pages_come_back_in_order_and_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    spool = PageSpool(tmp_path, "dc1")
    for n in range(3):
        spool.append(replace(PAGE, at_ms=T0 + n))
    lines = spool.path.read_bytes().splitlines(keepends=True)
    spool.path.write_bytes(lines[0] + b"[1,2]\n" + lines[1] + lines[2] + b"torn")
    again, times = PageSpool(tmp_path, "dc1"), []
    while (page := again.first()) is not None:
        times.append(page.at_ms)
        again.drop_first()
    assert times == [T0, T0 + 1, T0 + 2]
    assert not spool.path.exists()
