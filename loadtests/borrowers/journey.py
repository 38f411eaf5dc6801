"""The contract between borrowers and whoever drives them: Locust users (closed) and the open user (arrivals by schedule).

A borrower is a journey of several **logical requests**. One call of ``Journey.run`` makes exactly one of them, with the
real client's retries inside, and says what became of it. A closed user runs the next one after a think time; an open
user hands each arrival to ``Crowd.arrive`` (crowd.py), so that arrivals per second are logical requests per second.
Neither Locust nor gevent is imported here: the sessions and the clock are arguments.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol


class Kind(enum.Enum):
    """What became of a logical request, as the caller finally saw it."""

    OK = "ok"
    REJECT = "business_reject"
    ERROR = "error"
    NO_ANSWER = "no_answer"
    LATE = "late"
    WRONG = "wrong_answer"

    @property
    def failed(self) -> bool:
        """Whether it is a failure: everything but a correct answer in time; a business reject is a correct answer."""
        return self not in (Kind.OK, Kind.REJECT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One logical request. Times are seconds of the clock's ``monotonic``.

    ``retries``: further HTTP calls with the same key after the first. ``answers``: calls that got any HTTP answer.
    ``counted``: whether the estate counts requests of this step (reads of loans and ledgers are not counted).
    ``key``: the idempotency key, the empty string for reads. ``problem``: one line when it failed, else empty.
    """

    borrower: str
    product: str
    step: str
    key: str
    kind: Kind
    retries: int
    answers: int
    counted: bool
    intended_s: float
    started_s: float
    ended_s: float
    problem: str = ""

    @property
    def name(self) -> str:
        """What it is called in statistics: product/step."""
        return f"{self.product}/{self.step}"

    @property
    def corrected_s(self) -> float:
        """Time to the answer from the intended start: free of coordinated omission."""
        return self.ended_s - self.intended_s

    @property
    def service_s(self) -> float:
        """Time to the answer from the actual start: the uncorrected figure."""
        return self.ended_s - self.started_s

    @property
    def lag_s(self) -> float:
        """How late the generator was."""
        return self.started_s - self.intended_s


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. ``replayed``: the estate says that it is the stored answer to the same key."""

    status: int
    body: bytes
    replayed: bool


class NoAnswer(Exception):
    """A call that got no HTTP answer: refused, reset, closed or not in time; the message says which."""


class Session(Protocol):
    """One connection to the estate. Never retries by itself."""

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None, timeout_s: float) -> Reply:
        """One HTTP call. Raises NoAnswer."""


class Clock(Protocol):
    """Time as the driver knows it."""

    def monotonic(self) -> float:
        """Seconds of a steady clock."""

    def unix(self) -> float:
        """Seconds since 1970."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class Journey(Protocol):
    """One borrower on the way. Not to be run twice at the same time."""

    @property
    def borrower(self) -> str:
        """Name of the borrower's kind, which is also its tag."""

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do; ``run`` must not be called any more."""

    def think_s(self) -> float:
        """How long this borrower thinks before the next request: a new draw at each call."""

    def run(self, session: Session, clock: Clock, intended_s: float | None = None) -> Outcome:
        """Makes the next logical request. ``intended_s``: when it was planned to start, else now."""
