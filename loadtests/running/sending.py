"""The open user: sends arrivals when the plan wants them, whatever became of earlier ones. Imports locust, gevent."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

import gevent
from locust import User, task
from locust.user.task import LOCUST_STATE_STOPPING

from loadtests.arrivals.pacing import Pacer
from loadtests.borrowers.journey import Clock, Outcome, Session
from loadtests.running.tally import Tally

Arrive = Callable[[Session, Clock, int], Outcome]
"""Makes one logical request for an arrival that was intended at this monotonic nanosecond."""

LONGEST_NAP_S = 0.05
"""So soon the sender notices that it is to stop."""

_AT_ONCE = 16
"""After so many arrivals that were due together, those under way get their turn."""

_DRAIN_LOOK_S = 0.01

_logger = logging.getLogger(__name__)


class SteadyClock:
    """The clock of a generator."""

    monotonic_ns = staticmethod(time.monotonic_ns)
    unix_s = staticmethod(time.time)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Waits; others go on."""
        gevent.sleep(seconds)


class Sender:
    """Sends one worker's part of a plan. ``tally`` is where it counts; ``ended`` hears of each outcome."""

    def __init__(
        self,
        arrive: Arrive,
        sessions: list[Session],
        tally: Callable[[], Tally],
        ended: Callable[[Outcome], None],
    ) -> None:
        self._arrive = arrive
        self._free = sessions
        self._tally = tally
        self._ended = ended
        self._room = len(sessions)
        self._clock = SteadyClock()
        self.begin_ns = 0
        self.sent_until_ns = 0

    @property
    def under_way(self) -> int:
        """Requests that have not ended."""
        return self._room - len(self._free)

    def send(self, pacer: Pacer, stopped: Callable[[], bool]) -> None:
        """Sends until the plan is empty or ``stopped``; what is due at that moment still goes."""
        self.begin_ns = time.monotonic_ns()
        while not stopped():
            wait_ns = pacer.wait_ns(time.monotonic_ns() - self.begin_ns)
            if wait_ns is None:
                break
            if wait_ns:
                gevent.sleep(min(wait_ns / 1e9, LONGEST_NAP_S))
                continue
            self._start_due(pacer, time.monotonic_ns() - self.begin_ns)
        until_ns = time.monotonic_ns() - self.begin_ns
        while pacer.wait_ns(until_ns) == 0:
            self._start_due(pacer, until_ns)
        self.sent_until_ns = until_ns

    def drain(self, seconds: float) -> None:
        """Waits for what is under way."""
        deadline_s = time.monotonic() + seconds
        while self.under_way and time.monotonic() < deadline_s:
            gevent.sleep(_DRAIN_LOOK_S)

    def second(self, moment_ns: int) -> int:
        """The second of the run that a moment lies in."""
        return max(0, moment_ns - self.begin_ns) // 1_000_000_000

    def _start_due(self, pacer: Pacer, until_ns: int) -> None:
        for _ in range(_AT_ONCE):
            if pacer.wait_ns(until_ns) != 0:
                return
            intended_ns = self.begin_ns + pacer.take()
            if self._free:
                # The light kind: nobody waits for it or ends it, and _run lets nothing out.
                gevent.spawn_raw(self._run, self._free.pop(), intended_ns)
            else:
                self._tally().drop(self.second(intended_ns))
        gevent.sleep(0)

    def _run(self, session: Session, intended_ns: int) -> None:
        self._tally().start((time.monotonic_ns() - intended_ns) // 1000)
        try:
            outcome = self._arrive(session, self._clock, intended_ns)
        except Exception:
            # The outermost edge of an arrival: whatever it is, the run must hear of it and become invalid.
            self._tally().unhandled_errors += 1
            _logger.exception("an arrival ended in an error of the generator")
            return
        finally:
            self._free.append(session)
        self._tally().count(outcome, self.second(outcome.ended_ns))
        self._ended(outcome)


class OpenBorrower(User):
    """All borrowers of one worker: one Locust user that follows the schedule. ``follow`` is set before the run."""

    abstract = True
    follow: ClassVar[Callable[[Callable[[], bool]], None]]

    @task
    def follow_the_plan(self) -> None:
        """Sends this worker's part of the plan, then rests until Locust ends it."""
        type(self).follow(self._stopping)
        while not self._stopping():
            gevent.sleep(LONGEST_NAP_S)

    def _stopping(self) -> bool:
        return bool(self._state == LOCUST_STATE_STOPPING)


def quiet_collector() -> None:
    """Keeps full collections (20 to 70 ms each) out of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)


def reported(environment: Any, outcome: Outcome) -> None:
    """Shows an outcome in Locust's own statistics, in milliseconds from the intended start."""
    environment.events.request.fire(
        request_type=outcome.borrower,
        name=outcome.name,
        response_time=(outcome.ended_ns - outcome.intended_ns) / 1e6,
        response_length=0,
        exception=RuntimeError(outcome.problem or outcome.kind.value) if outcome.kind.failed else None,
        context={},
    )
