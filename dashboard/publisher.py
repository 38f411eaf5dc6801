"""One thread turns the store into frames: one per change, at least one per second, each swapped in whole.

Sequences start at the wall clock's milliseconds and grow by one per frame, so that a restarted server goes on above
every sequence that it gave before (it builds far fewer than a thousand frames a second). Viewers treat any sequence
that differs from their last as new, which covers a clock that was set back as well.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

from alerts.incidents.words import Names
from dashboard import curve, render
from dashboard.alerting import OpenBoard
from dashboard.facts import Facts, gather
from dashboard.frame import Document, Frame, document
from dashboard.model import Since
from dashboard.past import Past
from dashboard.snapshot import Setting, judge
from store.errors import StoreError
from store.port import Reader, Store
from store.records import Span

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look for changes, how long to wait for more of them, and how old a frame may become; in seconds.

    ``curve_seconds``: how often at most the curve is drawn again while simulated history grows.
    """

    poll_seconds: float = 0.1
    coalesce_seconds: float = 0.1
    tick_seconds: float = 1.0
    curve_seconds: float = 10.0

    @property
    def limit_seconds(self) -> float:
        """A frame older than three ticks, at least five seconds, is not current."""
        return max(3 * self.tick_seconds, 5.0)


@dataclass(slots=True)
class Work:
    """What the publisher did so far, for its own metrics; written by its thread alone."""

    frames: int = 0
    build_seconds: float = 0.0
    last_build_seconds: float = 0.0
    failures: int = 0


@dataclass(slots=True)
class _Memory:
    """What one frame leaves to the next."""

    sequence: int
    looking_since_ms: int | None = None
    version: int | None = None
    past: Past | None = None
    board: OpenBoard = field(default_factory=OpenBoard)
    since: dict[tuple[str, str], Since] = field(default_factory=dict)
    curve_minute_s: int | None = None
    curve_spans: tuple[Span, ...] = ()
    curve_drawn: float = float("-inf")


class Publisher:
    """Owns the newest frame and curve. ``now_ms`` is the wall clock, ``monotonic`` the one that ages are taken from."""

    def __init__(
        self,
        store: Store,
        setting: Setting,
        *,
        pace: Pace | None = None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pace = pace or Pace()
        self.work = Work()
        self._store = store
        self._setting = setting
        self._coming: Setting | None = None
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._memory = _Memory(sequence=now_ms())
        self._frame: Frame | None = None
        self._curve: Document | None = None
        self._fault = ""
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._hurries = False
        self._thread: threading.Thread | None = None

    @property
    def frame(self) -> Frame | None:
        """The newest frame; None before the first."""
        return self._frame

    @property
    def curve(self) -> Document | None:
        """The newest curve; None before the first."""
        return self._curve

    @property
    def fault(self) -> str:
        """Why no new frame can be made, in one line; empty when all is well."""
        return self._fault

    def frame_age_seconds(self) -> float | None:
        """Age of the newest frame on the monotonic clock; None before the first."""
        frame = self._frame
        return None if frame is None else self._monotonic() - frame.built_monotonic

    def start(self) -> None:
        """Starts the thread; once."""
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread and waits for the frame under way; the newest frame stays, and ages."""
        self._stopping.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Something was written that people must see at once: the next frame waits for nothing. From any thread."""
        self._awake.set()

    def forget(self) -> None:
        """Reads everything anew for the next frame, what changes rarely included. Not while the thread runs."""
        self._memory.past = None

    def change(self, setting: Setting) -> None:
        """From the next frame on shows this. From any thread."""
        self._coming = setting

    def publish_if_due(self) -> bool:
        """Makes a frame when the store changed or a tick went by; True when it did.

        What cannot be read leaves the old frame, logged once per cause.
        """
        try:
            due = self._take_coming() or self._due()
            if due:
                self._publish()
        except StoreError as error:
            self._failed(str(error))
            return False
        if self._fault:
            log.info("frames are made again")
            self._fault = ""
        return due

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._hurries = self._awake.is_set()
            self._awake.clear()
            try:
                self.publish_if_due()
            except Exception as error:  # the outermost edge: one bad frame must not end all frames
                log.exception("a frame could not be made")
                self._failed(f"{type(error).__name__}: {error}")
            self._rest(self.pace.poll_seconds)

    def _rest(self, seconds: float) -> None:
        """Until somebody wakes it or asks it to stop, at most so long."""
        if not self._stopping.is_set():
            self._awake.wait(seconds)

    def _failed(self, cause: str) -> None:
        self.work.failures += 1
        if cause != self._fault:
            log.error("no new frame: %s", cause)
        self._fault = cause

    def _take_coming(self) -> bool:
        coming, self._coming = self._coming, None
        if coming is None:
            return False
        self._setting = coming
        self._memory.past = self._memory.curve_minute_s = None
        return True

    def _due(self) -> bool:
        """Whether something changed (then waits for what comes with it, unless woken), or the frame is a tick old."""
        age = self.frame_age_seconds()
        if age is None or age >= self.pace.tick_seconds:
            return True
        with self._store.reading() as reader:
            changed = reader.version() != self._memory.version
        if changed and not self._hurries:
            self._rest(self.pace.coalesce_seconds)
        return changed

    def _publish(self) -> None:
        begun = self._monotonic()
        with self._store.reading() as reader:
            facts = self._facts(reader)
            drawn = self._next_curve(reader, facts)
        frame = self._next_frame(facts, begun)
        self._frame = frame
        self._curve = drawn or self._curve
        self.work.last_build_seconds = self._monotonic() - begun
        self.work.build_seconds += self.work.last_build_seconds
        self.work.frames += 1

    def _facts(self, reader: Reader) -> Facts:
        setting, past = self._setting, self._memory.past
        facts = gather(
            reader,
            self._now_ms(),
            setting.catalog,
            setting.policy,
            past,
            capacity=setting.capacity,
            kinds=setting.kinds,
            costs=setting.costs,
            board=self._memory.board,
        )
        self._memory.past = facts.past
        return facts

    def _next_frame(self, facts: Facts, built_monotonic: float) -> Frame:
        memory, setting = self._memory, self._setting
        if memory.looking_since_ms is None:
            memory.looking_since_ms = facts.periods.now_ms
        snapshot = judge(facts, setting, memory.sequence + 1, memory.since, memory.looking_since_ms)
        raw = render.as_bytes(snapshot, setting)
        memory.sequence += 1
        memory.version, memory.since = facts.version, snapshot.since()
        return Frame(
            sequence=snapshot.sequence,
            document=document(raw, str(snapshot.sequence)),
            taken_at_ms=snapshot.taken_at_ms,
            built_monotonic=built_monotonic,
            sources=snapshot.sources,
        )

    def _next_curve(self, reader: Reader, facts: Facts) -> Document | None:
        """A new curve when a minute closed, or history grew and the last one is old enough."""
        memory, now_ms, spans = self._memory, facts.periods.now_ms, facts.past.simulated
        closed_s = curve.closed_until_s(facts.statuses, now_ms)
        rested = self._monotonic() - memory.curve_drawn >= self.pace.curve_seconds
        if closed_s == memory.curve_minute_s and not (rested and spans != memory.curve_spans):
            return None
        catalog = self._setting.catalog
        raw = curve.as_bytes(curve.read_curve(reader, now_ms, catalog.zone, Names.of(catalog)))
        memory.curve_minute_s, memory.curve_spans, memory.curve_drawn = closed_s, spans, self._monotonic()
        return document(raw, blake2b(raw, digest_size=8).hexdigest())
