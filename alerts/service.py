"""Runs alerting: one thread that looks whether the store changed, judges, and writes what follows; one process of all.

Every process that runs a service keeps a Leadership of the lease ``alerts``. Who holds it evaluates, writes under its
token and sends; the others stand by. A new holder goes on from the journal: what nobody judged meanwhile is judged then
and said to be replayed, what was judged is not told twice. A round that fails loses nothing: it is logged once per
cause and tried again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from alerts.evaluating.bookkeeping import BOOK_EVERY_MS, next_booking
from alerts.evaluating.evaluation import Evaluation, Step
from alerts.evaluating.notifying import Notifier, NotifySetting
from alerts.evaluating.reading_on import ReadingOn
from alerts.evaluating.setting import AlertSetting
from alerts.kinds.registry import Kinds
from alerts.notify.dispatcher import ChannelStatus
from store.errors import LeaseLost, StaleDocument, StoreError
from store.leadership import Leadership, LeaseTiming, Work, new_owner
from store.port import Store

log = logging.getLogger(__name__)
LEASE = "alerts"
EVALUATING = Work("process", "evaluates", "evaluated")
MOST_FOLDS = 20
"""So often is one tick folded anew because people acted in the same instant; then the next tick goes on."""
FRESH_WITHIN_MS = 15_000
"""Data whose judgement is older are not fresh: no sign of life goes out."""


@dataclass(frozen=True, slots=True)
class AlertPace:
    """How often to look whether the store changed, for how long at most to wait for what comes with a change (the data
    centers' pages of one second follow each other closely: one tick for all), how long none must come for that, and
    how long a tick may stay away when nothing changed; in seconds."""

    poll_seconds: float = 0.04
    coalesce_seconds: float = 0.15
    calm_seconds: float = 0.03
    tick_seconds: float = 1.0


@dataclass(slots=True)
class AlertWork:
    """What the service did so far, for its own metrics; written by its thread alone. ``lag_seconds``: by how much the
    newest judged slot was behind the clock at the end of the last tick; None before the first."""

    ticks: int = 0
    seconds: float = 0.0
    last_seconds: float = 0.0
    failures: int = 0
    folds_again: int = 0
    transitions: int = 0
    deliveries: int = 0
    lag_seconds: float | None = None


class AlertService:
    """``owner``: another name for each process. ``told``: called when transitions or deliveries were written, so that
    who shows them need not look. ``now_ms`` is the wall clock, ``monotonic`` the one of ages."""

    def __init__(
        self,
        store: Store,
        setting: AlertSetting,
        notify: NotifySetting,
        *,
        owner: str = "",
        timing: LeaseTiming | None = None,
        pace: AlertPace | None = None,
        told: Callable[[], None] = lambda: None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.work = AlertWork()
        self.owner = owner or new_owner()
        self._store = store
        self._setting = setting
        self._notify = notify
        self._pace = pace or AlertPace()
        self._told = told
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._leadership = Leadership(store, [LEASE], self.owner, timing, work=EVALUATING)
        self._began_ms = now_ms()
        self._reading_on = ReadingOn(store)
        self._kinds = Kinds(setting.kinds, setting.estate, self._began_ms)
        self._coming: tuple[AlertSetting, NotifySetting] | None = None
        self._evaluation: Evaluation | None = None
        self._notifier: Notifier | None = None
        self._evaluated_ms: int | None = None
        self._version: int | None = None
        self._ticked: float | None = None
        self._more = False
        self._booked_ms = 0
        self._fault = ""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def leads(self) -> bool:
        """Whether this process is the one that evaluates."""
        return self._leadership.leads

    @property
    def holder(self) -> str:
        """Who evaluates instead, as last seen; empty when that is not known."""
        return self._leadership.holder(LEASE)

    @property
    def fault(self) -> str:
        """Why nothing can be evaluated or sent, in one line; empty when all is well."""
        notifier = self._notifier
        told = "" if notifier is None else notifier.fault
        return "; ".join(each for each in (self._fault, told) if each)

    @property
    def evaluated_ms(self) -> int | None:
        """End of the newest slot that this process judged; None before the first."""
        return self._evaluated_ms

    def tick_age_seconds(self) -> float | None:
        """Since the last tick that went well; None before the first."""
        ticked = self._ticked
        return None if ticked is None else self._monotonic() - ticked

    def channels(self) -> list[ChannelStatus]:
        """Every channel of this process; none while another one notifies."""
        notifier = self._notifier
        return [] if notifier is None else notifier.status()

    def start(self) -> None:
        """Asks for the lease and starts the thread; once."""
        self.start_leading()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def start_leading(self) -> None:
        """Asks for the lease alone, for whoever calls ``look`` himself; once."""
        self._leadership.start()

    def stop(self) -> None:
        """Ends the tick under way, sending, and the lease, so that a standby takes over at once."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._resign()
        self._leadership.stop()

    def change(self, setting: AlertSetting, notify: NotifySetting) -> None:
        """From the next tick on judges and tells by these: as after a restart, from the journal, without giving the
        lease away. From any thread."""
        self._coming = (setting, notify)

    def look(self) -> bool:
        """One round: ticks when the store changed or a tick is due, and this process holds the lease; True when it
        did. What fails is kept in ``fault``, and tried again at the next round."""
        self._take_coming()
        token = self._leadership.token(LEASE)
        try:
            if token is None:
                self._resign()
                self._recovered()
                return False
            if not self._due():
                return False
            self._tick(token)
        except LeaseLost:
            self._leadership.refused()
            self._resign()
            return False
        except StoreError as error:
            self._failed(str(error))
            return False
        self._recovered()
        return True

    def _take_coming(self) -> None:
        coming, self._coming = self._coming, None
        if coming is None:
            return
        self._resign()
        self._setting, self._notify = coming
        self._began_ms = self._now_ms()
        self._kinds = Kinds(self._setting.kinds, self._setting.estate, self._began_ms)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception as error:  # the outermost edge: one bad tick must not end all alerting
                log.exception("a tick of the alerts failed")
                self._failed(f"{type(error).__name__}: {error}")
                self._evaluation = None
            self._stopping.wait(self._pace.poll_seconds if not self._fault else self._pace.tick_seconds)

    def _due(self) -> bool:
        age = self.tick_age_seconds()
        if self._more or self._evaluation is None or age is None or age >= self._pace.tick_seconds:
            return True
        version = self._store_version()
        if version == self._version:
            return False
        until = self._monotonic() + self._pace.coalesce_seconds
        while self._monotonic() < until and not self._stopping.wait(self._pace.calm_seconds):
            before, version = version, self._store_version()
            if version == before:
                break
        return True

    def _store_version(self) -> int:
        with self._store.reading() as reader:
            return reader.version()

    def _tick(self, token: int) -> None:
        begun = self._monotonic()
        evaluation = self._evaluation or self._begin()
        step = self._judged(evaluation)
        while step is None:
            if self._stopping.is_set():
                return
            step = self._judged(evaluation)
        self._note(evaluation, self._kept(evaluation, step, token), begun)
        self._book(token)

    def _begin(self) -> Evaluation:
        """A new term: goes on from the journal."""
        if self._notifier is None:
            self._notifier = Notifier(self._store, self._notify, self.owner, self._is_fresh)
            self._notifier.start()
        with self._store.reading() as reader:
            self._evaluation = Evaluation(self._setting, self._kinds, self._notifier.outlets, reader.journal())
        return self._evaluation

    def _judged(self, evaluation: Evaluation) -> Step | None:
        """Judges what is new and says what follows; None while there is more: a long absence takes several readings,
        for each keeps the store's log of writes."""
        due_ms = None if self._notifier is None else self._notifier.oldest_due_ms()
        is_young = self._now_ms() - self._began_ms < self._setting.kinds.silence.starting_ms
        with self._store.reading() as reader:
            self._version = reader.version()
            # asked after the view was opened: a lease that changed hands in between must not vouch for the old holder
            reading_on = self._reading_on.names() if is_young else frozenset()
            now_ms = self._now_ms()
            if evaluation.judge(reader, now_ms, due_ms, reading_on):
                return None
            return evaluation.step(reader, now_ms)

    def _kept(self, evaluation: Evaluation, step: Step, token: int) -> Step:
        """Writes a step; folded anew for as long as people act in the same instant."""
        for _ in range(MOST_FOLDS):
            try:
                self._write(step, token)
            except StaleDocument as stale:
                log.info("folding again: %s", stale)
                self.work.folds_again += 1
            except StoreError:
                self._evaluation_goes_back(evaluation)
                raise
            else:
                evaluation.written()
                return step
            self._evaluation_goes_back(evaluation)
            with self._store.reading() as reader:
                step = evaluation.step(reader, self._now_ms())
        self._evaluation_goes_back(evaluation)
        raise StaleDocument("alerts", "journal")

    def _write(self, step: Step, token: int) -> None:
        if not (step.change.entries or step.change.documents):
            return
        self._store.write(replace(step.change, lease=LEASE, token=token))
        if step.deliveries and self._notifier is not None:
            self._notifier.wake()
        if step.transitions or step.deliveries:
            self._told()
        if self._version is not None:
            self._version += max(1, len(step.change.entries))  # what we wrote ourselves is no news

    def _book(self, token: int) -> None:
        """One maintenance window that is over long enough, now and then: reports of last year need it."""
        now_ms = self._now_ms()
        if 0 <= now_ms - self._booked_ms < BOOK_EVERY_MS:
            return
        with self._store.reading() as reader:
            change = next_booking(reader, self._setting.catalog.zone, now_ms)
        if change is None:
            self._booked_ms = now_ms
            return
        self._store.write(replace(change, lease=LEASE, token=token))

    def _evaluation_goes_back(self, evaluation: Evaluation) -> None:
        with self._store.reading() as reader:
            evaluation.unwritten(reader.journal())

    def _note(self, evaluation: Evaluation, step: Step, begun: float) -> None:
        work, now = self.work, self._monotonic()
        work.ticks += 1
        work.last_seconds = now - begun
        work.seconds += work.last_seconds
        work.transitions += step.transitions
        work.deliveries += step.deliveries
        self._ticked, self._more = now, step.more
        self._evaluated_ms = evaluation.evaluated_ms
        if self._evaluated_ms is not None:
            work.lag_seconds = (self._now_ms() - self._evaluated_ms) / 1000

    def _resign(self) -> None:
        self._evaluation = None
        if self._notifier is not None:
            self._notifier.stop()
            self._notifier = None

    def _is_fresh(self) -> bool:
        age, evaluated_ms = self.tick_age_seconds(), self._evaluated_ms
        if age is None or evaluated_ms is None or self._fault:
            return False
        return age * 1000 < FRESH_WITHIN_MS and self._now_ms() - evaluated_ms < FRESH_WITHIN_MS

    def _failed(self, cause: str) -> None:
        self.work.failures += 1
        if cause != self._fault:
            log.error("alerts are not evaluated: %s", cause)
        self._fault = cause

    def _recovered(self) -> None:
        if self._fault:
            log.info("alerts are evaluated again")
            self._fault = ""
