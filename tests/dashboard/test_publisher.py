"""The publisher: frames when something changed, a frame a second anyway, and none from a store that fails."""

from __future__ import annotations

import gzip
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import orjson
import pytest

from dashboard.frame import document
from dashboard.publisher import Pace, Publisher
from store.errors import StoreUnavailable
from store.port import Reader

Bank = Any
Wait = Callable[[Callable[[], object]], None]


class Clock:
    """A wall clock and a monotonic clock that move only when told."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.seconds = 100.0

    def forward(self, seconds: float) -> None:
        """Lets time go by."""
        self.now_ms += int(seconds * 1000)
        self.seconds += seconds


class Breakable:
    """A store that can be made unavailable."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.cause: Exception | None = None

    def reading(self) -> AbstractContextManager[Reader]:
        """A view of the store, or its fault."""
        if self.cause is not None:
            raise self.cause
        view: AbstractContextManager[Reader] = self._store.reading()
        return view


@pytest.fixture
def clock(noon_s: int) -> Clock:
    """Time stands at five seconds after noon."""
    return Clock(noon_s * 1000 + 5000)


@pytest.fixture
def store(bank: Bank, noon_s: int) -> Breakable:
    """A store with five live seconds."""
    bank.live(noon_s, noon_s + 5)
    return Breakable(bank.store)


@pytest.fixture
def publisher(bank: Bank, store: Any, clock: Clock) -> Publisher:
    """Not started: driven by hand."""
    pace = Pace(coalesce_seconds=0.0)
    return Publisher(store, bank.setting, pace=pace, now_ms=lambda: clock.now_ms, monotonic=lambda: clock.seconds)


@contextmanager
def started(publisher: Publisher) -> Iterator[Publisher]:
    """A publisher whose thread runs, stopped in any case."""
    publisher.start()
    try:
        yield publisher
    finally:
        publisher.stop()


def test_the_first_look_makes_the_first_frame(publisher: Publisher, clock: Clock) -> None:
    """Raw and compressed bytes say the same."""
    assert publisher.frame is None
    assert publisher.frame_age_seconds() is None
    assert publisher.publish_if_due()
    frame = publisher.frame
    assert frame is not None
    assert gzip.decompress(frame.document.gzip) == frame.document.raw
    parsed = orjson.loads(frame.document.raw)
    assert parsed["sequence"] == frame.sequence
    assert parsed["taken_at_ms"] == frame.taken_at_ms == clock.now_ms
    assert frame.document.etag == f'W/"{frame.sequence}"'
    assert publisher.curve is not None


def test_nothing_new_within_a_tick_makes_no_frame(publisher: Publisher, clock: Clock) -> None:
    """Polling is not publishing."""
    publisher.publish_if_due()
    first = publisher.frame
    clock.forward(0.9)
    assert not publisher.publish_if_due()
    assert publisher.frame is first


def test_after_a_tick_there_is_a_frame_because_ages_moved(publisher: Publisher, clock: Clock) -> None:
    """The sequence grows by one."""
    publisher.publish_if_due()
    first = publisher.frame
    clock.forward(1.0)
    assert publisher.publish_if_due()
    assert publisher.frame is not None
    assert first is not None
    assert publisher.frame.sequence == first.sequence + 1
    assert orjson.loads(publisher.frame.document.raw)["sources"][0]["age_seconds"] == 1.0


def test_a_commit_makes_a_frame_before_the_tick(publisher: Publisher, clock: Clock, bank: Bank, noon_s: int) -> None:
    """With what was committed."""
    publisher.publish_if_due()
    bank.page(noon_s + 6, good=100, begun=30)
    clock.forward(0.2)
    assert publisher.publish_if_due()
    assert publisher.frame is not None
    assert orjson.loads(publisher.frame.document.raw)["bank"]["transactions"]["today"] == 5 * 120 + 120


def test_a_frame_never_changes_once_it_is_made(publisher: Publisher, clock: Clock) -> None:
    """Viewers may hold it for as long as they like."""
    publisher.publish_if_due()
    frame = publisher.frame
    assert frame is not None
    before = bytes(frame.document.raw)
    clock.forward(1)
    publisher.publish_if_due()
    assert frame.document.raw == before
    with pytest.raises(AttributeError):
        frame.sequence = 1  # type: ignore[misc]


def test_a_failing_store_leaves_the_old_frame_and_one_line_in_the_log(
    publisher: Publisher, store: Breakable, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The frame's age grows; the fault is told until the store answers again."""
    publisher.publish_if_due()
    old = publisher.frame
    store.cause = StoreUnavailable("monitor.db", "disk is full")
    with caplog.at_level(logging.INFO, logger="dashboard.publisher"):
        for _ in range(5):
            clock.forward(1)
            assert not publisher.publish_if_due()
        assert (publisher.frame, publisher.frame_age_seconds()) == (old, 5.0)
        assert publisher.fault == "store monitor.db: disk is full"
        store.cause = None
        assert publisher.publish_if_due()
    assert publisher.fault == ""
    assert publisher.work.failures == 5
    assert [r.getMessage() for r in caplog.records] == [
        "no new frame: store monitor.db: disk is full",
        "frames are made again",
    ]


def test_sequences_go_on_above_those_of_the_server_before(bank: Bank, store: Any, clock: Clock) -> None:
    """A restart never shows a viewer a sequence that it had seen."""
    seen = []
    for _ in range(3):
        publisher = Publisher(store, bank.setting, now_ms=lambda: clock.now_ms, monotonic=lambda: clock.seconds)
        for _ in range(4):
            publisher.publish_if_due()
            assert publisher.frame is not None
            seen.append(publisher.frame.sequence)
            clock.forward(1)
    assert seen == sorted(set(seen))


def test_the_curve_is_drawn_again_when_a_minute_closed(
    publisher: Publisher, clock: Clock, bank: Bank, noon_s: int
) -> None:
    """And is otherwise the same document, so that its tag answers 304."""
    publisher.publish_if_due()
    first = publisher.curve
    for second in range(6, 59):
        bank.page(noon_s + second, good=100, begun=30)
        clock.forward(1)
        publisher.publish_if_due()
    assert publisher.curve is first
    for second in range(59, 62):
        bank.page(noon_s + second, good=100, begun=30)
        clock.forward(1)
        publisher.publish_if_due()
    assert publisher.curve is not None
    assert publisher.curve is not first
    assert orjson.loads(publisher.curve.raw)["today"][-1] == 120


def test_a_running_publisher_shows_a_commit_and_ticks_by_itself(bank: Bank, wait_until: Wait) -> None:
    """With the real clock and its own thread."""
    with started(Publisher(bank.store, bank.setting, pace=Pace(0.02, 0.01, 0.2))) as publisher:
        wait_until(lambda: publisher.frame is not None)
        first = publisher.frame
        assert first is not None
        wait_until(lambda: publisher.frame is not None and publisher.frame.sequence > first.sequence + 2)
        bank.register(first.taken_at_ms // 1000, "dc1")
        wait_until(lambda: publisher.frame is not None and publisher.frame.sources)
    assert "publisher" not in {t.name for t in threading.enumerate()}


def test_commits_that_come_together_make_one_frame(bank: Bank, noon_s: int, wait_until: Wait) -> None:
    """Six sources of one second are one change to look at."""
    bank.live(noon_s, noon_s + 2)
    pace = Pace(poll_seconds=0.02, coalesce_seconds=0.3, tick_seconds=60)
    with started(Publisher(bank.store, bank.setting, pace=pace)) as publisher:
        wait_until(lambda: publisher.frame is not None)
        for second in range(3, 9):
            bank.page(noon_s + second, good=1)
        wait_until(lambda: publisher.work.frames > 1)
    assert publisher.work.frames == 2


def test_who_is_woken_looks_at_once(bank: Bank, noon_s: int, wait_until: Wait) -> None:
    """Whatever evaluates beside it need not be noticed by looking: the pace here is a minute."""
    pace = Pace(poll_seconds=60, coalesce_seconds=60, tick_seconds=120)
    with started(Publisher(bank.store, bank.setting, pace=pace)) as publisher:
        wait_until(lambda: publisher.frame is not None)
        bank.live(noon_s, noon_s + 2)
        publisher.wake()
        wait_until(lambda: publisher.frame is not None and publisher.frame.sources)


def test_a_defect_in_one_frame_does_not_end_the_thread(
    bank: Bank, store: Breakable, wait_until: Wait, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, told as a fault, and tried again."""
    store.cause = ZeroDivisionError("a defect")
    with started(Publisher(store, bank.setting, pace=Pace(0.02, 0.0, 0.1))) as publisher:  # type: ignore[arg-type]
        wait_until(lambda: publisher.fault == "ZeroDivisionError: a defect")
        store.cause = None
        wait_until(lambda: publisher.frame is not None and publisher.fault == "")
    assert "a frame could not be made" in caplog.text


def test_stop_ends_the_thread_and_is_harmless_before_a_start(bank: Bank) -> None:
    """The newest frame stays."""
    publisher = Publisher(bank.store, bank.setting)
    publisher.stop()
    publisher.start()
    publisher.stop()
    assert "publisher" not in {t.name for t in threading.enumerate()}


def test_the_same_bytes_give_the_same_document() -> None:
    """No time stamp in the compressed form."""
    assert document(b"x" * 1000, "1") == document(b"x" * 1000, "1")
