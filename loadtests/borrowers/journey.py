"""The contract between borrowers and their drivers: Locust users (closed) and the open user (arrivals by schedule).

A borrower is a journey of several **logical requests**. One call of ``Journey.run`` makes exactly one of them, with the
real client's retries inside, and says what became of it. A closed user runs the next one after a think time; an open
user hands each arrival to ``Crowd.arrive`` (crowd.py), so that arrivals per second are logical requests per second.
Neither Locust nor gevent is imported here: the sessions and the clock are arguments.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Kind(enum.StrEnum):
    """What became of a logical request, as the caller finally saw it. The first two are good events."""

    OK = "ok"
    BUSINESS_REJECT = "business_reject"
    ERROR = "error"
    WRONG_ANSWER = "wrong_answer"
    TOO_SLOW = "too_slow"

    @property
    def failed(self) -> bool:
        """Whether it is a failure: everything but a correct answer in time; a business reject is a correct answer."""
        return self not in (Kind.OK, Kind.BUSINESS_REJECT)


class Outcome(NamedTuple):
    """One logical request that has ended. Times are nanoseconds of one monotonic clock.

    ``retries``: further HTTP calls with the same key after the first. ``answered``: 1 when the answer shows that the
    estate counted this request once; ``unsure``: calls of which the caller cannot know whether they were counted (no
    answer, or a 5xx). Both are 0 for reads, which the estate does not count. ``key``: the idempotency key, the empty
    string for reads. ``problem``: one line when it failed, else empty.
    """

    product: str
    step: str
    kind: Kind
    retries: int
    intended_ns: int
    started_ns: int
    ended_ns: int
    borrower: str
    key: str
    answered: int
    unsure: int
    problem: str = ""

    @property
    def name(self) -> str:
        """What it is called in statistics: product/step."""
        return f"{self.product}/{self.step}"


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

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        """One HTTP call, given up at the session's own time-out. Raises NoAnswer."""


class Clock(Protocol):
    """Time as the driver knows it."""

    def monotonic_ns(self) -> int:
        """Nanoseconds of a steady clock."""

    def unix_s(self) -> float:
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

    def run(self, session: Session, clock: Clock, intended_ns: int | None = None) -> Outcome:
        """Makes the next logical request. ``intended_ns``: when it was planned to start, else now."""
