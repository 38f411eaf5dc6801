"""Was the generator at fault? Each reason of definitions.md section 9 that makes a run invalid, from plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_SENT_PER_HUNDRED = 99
LAG_SHARE_OF_DEADLINE = 4
"""The schedule's lag at p99 may be at most the deadline divided by this."""


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """What the service itself counted during the run, beside what its callers know of it.

    ``counted``: growth of its own counters, None when ``note`` says why nobody knows. ``answered``: calls whose answer
    shows that they were counted; ``unsure``: calls of which the caller cannot know (no answer, or a failure), and those
    that the service says were abandoned, by the caller or by a balancer that asked another data center instead.
    """

    counted: int | None
    answered: int
    unsure: int
    note: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the two cannot both be right."""
        return self.counted is not None and not self.answered <= self.counted <= self.answered + self.unsure


@dataclass(frozen=True, slots=True)
class GeneratorHealth:
    """How well the generator did what it was asked. Lags are of actual behind intended starts, None without any."""

    workers_started: int
    workers_lost: int
    arrivals_planned: int
    arrivals_started: int
    arrivals_dropped: int
    journeys_unfinished: int
    lag_p50_us: int | None
    lag_p99_us: int | None
    lag_max_us: int | None
    unhandled_errors: int
    hidden_retries_off: bool
    service: ServiceCount


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run proves nothing. ``code`` is for scripts, ``text`` for people."""

    code: str
    text: str


def invalid_reasons(health: GeneratorHealth, deadline_us: int) -> tuple[Reason, ...]:
    """Every reason that applies, in a fixed order; none for a sound generator."""
    found = (
        (
            health.workers_lost > 0,
            "worker_lost",
            f"{health.workers_lost} of {health.workers_started} workers were lost",
        ),
        _sent(health),
        (health.arrivals_dropped > 0, "arrivals_dropped", f"{health.arrivals_dropped} arrivals were dropped"),
        (health.journeys_unfinished > 0, "unfinished", f"{health.journeys_unfinished} journeys never ended"),
        _lag(health, deadline_us),
        (
            health.unhandled_errors > 0,
            "unhandled_error",
            f"{health.unhandled_errors} unhandled errors in the generator; its log names them",
        ),
        (not health.hidden_retries_off, "hidden_retries", "the client repeats requests silently and hides failures"),
        _service(health.service),
    )
    return tuple(Reason(code, text) for applies, code, text in found if applies)


def _sent(health: GeneratorHealth) -> tuple[bool, str, str]:
    short = health.arrivals_started * 100 < health.arrivals_planned * LEAST_SENT_PER_HUNDRED
    nothing = health.arrivals_started == 0
    text = f"{health.arrivals_started} of {health.arrivals_planned} planned arrivals were sent"
    return short or nothing, "not_sent", f"{text}; at least {LEAST_SENT_PER_HUNDRED} % must be"


def _lag(health: GeneratorHealth, deadline_us: int) -> tuple[bool, str, str]:
    lag_us = health.lag_p99_us or 0
    text = f"arrivals started late: p99 {lag_us} us, more than a quarter of the deadline of {deadline_us} us"
    return lag_us * LAG_SHARE_OF_DEADLINE > deadline_us, "schedule_lag", text


def _service(service: ServiceCount) -> tuple[bool, str, str]:
    known = f"{service.answered} answered calls" + (f" and {service.unsure} unsure ones" if service.unsure else "")
    return service.differs, "count_differs", f"the service counted {service.counted} requests, the client {known}"
