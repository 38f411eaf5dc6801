"""Tells Locust what became of a logical request: one row per product/step, retries not among them."""

from __future__ import annotations

import logging
import time

from locust.env import Environment

from loadtests.borrowers.journey import Outcome

_log = logging.getLogger("loadtests")
_MOST_LOGGED = 20


class RequestFailed(Exception):
    """A failure as Locust lists it: its kind and cause, without the figures, so that equal failures are one row."""


class Reporter:
    """Fires Locust's ``request`` event; listeners find the whole outcome in ``context["outcome"]``."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._logged = 0

    def tell(self, outcome: Outcome) -> None:
        """Reports one request; latency is from the actual start, as Locust users expect it."""
        failure = None
        if outcome.kind.failed:
            failure = RequestFailed(f"{outcome.kind}: {outcome.problem.partition(': ')[0]}")
            self._log(outcome)
        took_s = (outcome.ended_ns - outcome.started_ns) / 1e9
        self._environment.events.request.fire(
            request_type="POST" if outcome.key else "GET",
            name=outcome.name,
            response_time=took_s * 1000,
            response_length=0,
            response=None,
            context={"outcome": outcome},
            exception=failure,
            start_time=time.time() - took_s,
            url=outcome.name,
        )

    def _log(self, outcome: Outcome) -> None:
        self._logged += 1
        if self._logged <= _MOST_LOGGED:
            _log.warning("%s %s: %s (key %s)", outcome.name, outcome.kind, outcome.problem, outcome.key or "none")
        if self._logged == _MOST_LOGGED:
            _log.warning("further failures of this process are counted, not logged")
