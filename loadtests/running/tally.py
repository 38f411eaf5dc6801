"""What happened, in plain integers: per product and step, per second, and by kind of failure. Tallies of several
processes add up.

A request is counted once, as its caller finally saw it; its retries are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from loadtests.borrowers.journey import Kind, Outcome
from loadtests.running.histogram import Histogram


class StepTally:
    """Counts and latencies of one step of one product."""

    __slots__ = ("by_kind", "corrected", "retries", "uncorrected")

    def __init__(self) -> None:
        self.by_kind = dict.fromkeys(Kind, 0)
        self.retries = 0
        self.corrected = Histogram()
        self.uncorrected = Histogram()

    @property
    def requests(self) -> int:
        """How many requests ended."""
        return sum(self.by_kind.values())

    @property
    def failures(self) -> int:
        """How many of them failed, of whatever kind."""
        return sum(count for kind, count in self.by_kind.items() if kind.failed)

    def merge(self, other: StepTally) -> None:
        """Adds another's counts."""
        for kind, count in other.by_kind.items():
            self.by_kind[kind] += count
        self.retries += other.retries
        self.corrected.merge(other.corrected)
        self.uncorrected.merge(other.uncorrected)


class Second(NamedTuple):
    """Requests that ended in one second of the run, those that failed, arrivals that were dropped."""

    requests: int = 0
    failures: int = 0
    dropped: int = 0


class Tally:
    """Everything that one process, or all of them, counted.

    ``slow``: requests that failed or took longer than each latency limit (us). ``answered`` and ``unsure``: calls that
    the service must have counted, and may have. A latency is corrected when it begins at the intended start, as a
    customer who does not wait for others sees it, and uncorrected when it begins at sending, as closed tools report it.
    """

    def __init__(self, deadline_us: int, limits_us: tuple[int, ...] = ()) -> None:
        self.deadline_us = deadline_us
        self.steps: dict[tuple[str, str], StepTally] = {}
        self.seconds: dict[int, Second] = {}
        self.slow: dict[int, int] = dict.fromkeys(limits_us, 0)
        self.lags = Histogram()
        self.arrivals_started = 0
        self.arrivals_dropped = 0
        self.answered = 0
        self.unsure = 0
        self.unhandled_errors = 0

    def count(self, ended: Outcome, second: int) -> Kind:
        """Counts a request that ended in this second of the run; a good answer after the deadline is too slow."""
        latency_us = (ended.ended_ns - ended.intended_ns) // 1000
        kind = ended.kind
        failed = kind.failed
        if latency_us > self.deadline_us and not failed:
            kind, failed = Kind.TOO_SLOW, True
        step = self.steps.get(ended[:2])
        if step is None:
            step = self.steps[ended[:2]] = StepTally()
        step.by_kind[kind] += 1
        step.retries += ended.retries
        self.answered += ended.answered
        self.unsure += ended.unsure
        step.corrected.add(latency_us)
        step.uncorrected.add((ended.ended_ns - ended.started_ns) // 1000)
        for limit_us in self.slow:
            self.slow[limit_us] += latency_us > limit_us or failed
        self._second(second, Second(1, int(failed), 0))
        return kind

    def start(self, lag_us: int) -> None:
        """Counts an arrival that was started, so late after its intended moment."""
        self.arrivals_started += 1
        self.lags.add(lag_us)

    def drop(self, second: int) -> None:
        """Counts an arrival for which the generator had no room."""
        self.arrivals_dropped += 1
        self._second(second, Second(0, 0, 1))

    def merge(self, other: Tally) -> None:
        """Adds another process's counts; both were made with the same deadline and limits."""
        for key, step in other.steps.items():
            self.steps.setdefault(key, StepTally()).merge(step)
        for second, counts in other.seconds.items():
            self._second(second, counts)
        for limit_us, count in other.slow.items():
            self.slow[limit_us] = self.slow.get(limit_us, 0) + count
        self.lags.merge(other.lags)
        self.arrivals_started += other.arrivals_started
        self.arrivals_dropped += other.arrivals_dropped
        self.answered += other.answered
        self.unsure += other.unsure
        self.unhandled_errors += other.unhandled_errors

    def product(self, name: str | None = None) -> StepTally:
        """All steps of a product together; of all products without a name."""
        whole = StepTally()
        for (product, _), step in self.steps.items():
            if name is None or product == name:
                whole.merge(step)
        return whole

    def products(self) -> list[str]:
        """Products that had requests, by name."""
        return sorted({product for product, _ in self.steps})

    @property
    def requests(self) -> int:
        """How many requests ended."""
        return sum(step.requests for step in self.steps.values())

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return sum(step.failures for step in self.steps.values())

    @property
    def retries(self) -> int:
        """How often a request was sent again by its own caller."""
        return sum(step.retries for step in self.steps.values())

    def whole_seconds(self) -> Iterator[tuple[int, Second]]:
        """Every second from the run's first to its last, quiet ones too."""
        for second in range(max(self.seconds, default=-1) + 1):
            yield second, self.seconds.get(second, Second())

    def _second(self, second: int, more: Second) -> None:
        had = self.seconds.get(second)
        self.seconds[second] = more if had is None else Second(had[0] + more[0], had[1] + more[1], had[2] + more[2])


def packed(tally: Tally) -> dict[str, Any]:
    """A tally as plain lists and integers, for the way from a worker to its master."""
    return {
        "deadline_us": tally.deadline_us,
        "steps": [
            [*key, list(step.by_kind.values()), step.retries, *(list(map(list, h.rows())) for h in _histograms(step))]
            for key, step in tally.steps.items()
        ],
        "seconds": [[second, *counts] for second, counts in tally.seconds.items()],
        "slow": list(map(list, tally.slow.items())),
        "lags": list(map(list, tally.lags.rows())),
        "arrivals": [tally.arrivals_started, tally.arrivals_dropped, tally.unhandled_errors],
        "calls": [tally.answered, tally.unsure],
    }


def unpacked(document: dict[str, Any]) -> Tally:
    """The tally that ``packed`` made."""
    tally = Tally(document["deadline_us"])
    for product, name, kinds, retries, corrected, uncorrected in document["steps"]:
        step = tally.steps[product, name] = StepTally()
        step.by_kind = dict(zip(Kind, kinds, strict=True))
        step.retries = retries
        step.corrected = Histogram((upper, count) for upper, count in corrected)
        step.uncorrected = Histogram((upper, count) for upper, count in uncorrected)
    tally.seconds = {second: Second(*counts) for second, *counts in document["seconds"]}
    tally.slow = dict(document["slow"])
    tally.lags = Histogram((upper, count) for upper, count in document["lags"])
    tally.arrivals_started, tally.arrivals_dropped, tally.unhandled_errors = document["arrivals"]
    tally.answered, tally.unsure = document["calls"]
    return tally


def _histograms(step: StepTally) -> tuple[Histogram, Histogram]:
    return step.corrected, step.uncorrected
