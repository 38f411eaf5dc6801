"""One generator process's part of a run: it sends, counts, and hands its counts over once a second. Imports gevent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loadtests.arrivals.pacing import Pacer
from loadtests.borrowers.journey import Outcome, Session
from loadtests.running.options import Asked
from loadtests.running.sending import Arrive, Sender, quiet_collector
from loadtests.running.tally import Tally, packed, unpacked


@dataclass(frozen=True, slots=True)
class Borrowing:
    """What is to be sent: ``arrivals(seed, worker)`` makes this process's borrowers, ``session(host)`` a connection.
    ``closed()`` lets closed users begin no more requests, and says how many of theirs are under way."""

    arrivals: Callable[[int, int], Arrive]
    session: Callable[[str], Session]
    closed: Callable[[], int] = lambda: 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """Counts since the last delivery. ``number`` counts deliveries, so that a lost one shows. ``final``: everything
    has ended or was given up; ``unfinished`` says how many requests never ended, ``elapsed_ns`` until when was sent."""

    number: int
    tally: Tally
    final: bool
    unfinished: int
    elapsed_ns: int

    def as_message(self) -> dict[str, Any]:
        """For the way to the master."""
        return {
            "number": self.number,
            "tally": packed(self.tally),
            "final": self.final,
            "unfinished": self.unfinished,
            "elapsed_ns": self.elapsed_ns,
        }

    @classmethod
    def of_message(cls, message: dict[str, Any]) -> Delivery:
        """What ``as_message`` made."""
        return cls(**{**message, "tally": unpacked(message["tally"])})


class Part:
    """The part of one process in one run."""

    def __init__(self, asked: Asked, borrowing: Borrowing, host: str, ended: Callable[[Outcome], None]) -> None:
        self._asked = asked
        self._ended = ended
        self._tally = self._fresh()
        self._sender: Sender | None = None
        self._borrowing = borrowing
        self._host = host
        self._begin_ns = time.monotonic_ns()
        self._elapsed_ns = 0
        self._deliveries = 0
        self._over = False
        self._told_to_stop = False

    @property
    def over(self) -> bool:
        """Whether nothing more will be sent or counted."""
        if self._told_to_stop and self._asked.plan is None:
            self._over = self._borrowing.closed() == 0
        return self._over

    def follow(self, worker: int, workers: int, stopped: Callable[[], bool]) -> None:
        """Sends this worker's arrivals and waits for their ends."""
        plan = self._asked.plan
        if plan is None:
            return
        sessions = [self._borrowing.session(self._host) for _ in range(self._asked.pool)]
        arrive = self._borrowing.arrivals(self._asked.seed, worker)
        self._sender = Sender(arrive, sessions, lambda: self._tally, self._ended)
        quiet_collector()
        self._sender.send(Pacer(plan, worker, workers), lambda: self._told_to_stop or stopped())
        self._elapsed_ns = self._sender.sent_until_ns
        self._sender.drain(self.patience_s)
        self._over = True

    @property
    def patience_s(self) -> float:
        """How long requests under way may still take at the end."""
        return 5 + 3 * self._asked.deadline_ms / 1000

    def stop(self) -> None:
        """Sends nothing more; what is under way ends."""
        self._told_to_stop = True
        if self._asked.plan is not None and self._sender is None:
            self._over = True

    def count(self, outcome: Outcome) -> None:
        """Counts a request of a closed user."""
        self._tally.arrivals_started += 1
        self._tally.count(outcome, (outcome.ended_ns - self._begin_ns) // 1_000_000_000)

    def deliver(self) -> Delivery:
        """Hands over what was counted since the last time."""
        over = self.over
        tally, self._tally = self._tally, self._fresh()
        self._deliveries += 1
        unfinished = self._sender.under_way if self._sender is not None else 0
        return Delivery(self._deliveries, tally, over, unfinished, self._elapsed_ns)

    def _fresh(self) -> Tally:
        return Tally(self._asked.deadline_ms * 1000, self._asked.claims.limits_us)
