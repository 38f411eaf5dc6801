"""The run as a whole, on the process that Locust calls local or master: begins it, looks once a second, ends it, and
writes what came of it. Imports gevent.
"""

from __future__ import annotations

import logging
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import gevent

from loadtests.running.gathering import Gathered, Worker
from loadtests.running.health import GeneratorHealth
from loadtests.running.histogram import Histogram
from loadtests.running.html_report import html_report
from loadtests.running.judging import Judge
from loadtests.running.junit import junit_xml
from loadtests.running.machine import build, machine
from loadtests.running.options import Asked, Files
from loadtests.running.result import QUANTILES, Configuration, Run, result_of, written
from loadtests.running.service_count import ServiceCounters
from loadtests.running.summary import summary
from loadtests.verdict import State

_LOOK_EVERY_S = 1.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a conductor needs of Locust. ``gather`` brings in deliveries that are not messages; ``gone`` names workers
    that do not answer; ``drain`` asks all to send no more; ``end`` ends Locust's test; ``unhandled``: Locust's word on
    errors of its own."""

    gather: Callable[[Gathered], None]
    gone: Callable[[], set[str]]
    drain: Callable[[], None]
    end: Callable[[], None]
    unhandled: Callable[[], bool]
    hidden_retries_off: Callable[[], bool]


class Conductor:
    """One run. Made before its first arrival."""

    def __init__(self, asked: Asked, workers: list[str], host: str, hooks: Hooks) -> None:
        self._asked, self._host, self._hooks = asked, host, hooks
        self.gathered = Gathered(asked, {name: Worker() for name in workers})
        self._judge = Judge(asked.claims)
        self._service = ServiceCounters(asked.metrics_urls)
        self._service.begin()
        self._machine, self._build = machine(), build()
        self._started_at = datetime.now(UTC)
        self._begin_ns = time.monotonic_ns()
        self._watching = gevent.spawn(self._watch)
        self._drained = False
        self.document: dict[str, object] | None = None

    @property
    def exit_code(self) -> int:
        """Of the process: by the verdict; invalid as long as there is none."""
        code = State.INVALID.exit_code if self.document is None else self.document["exit_code"]
        return int(str(code))

    def drain(self) -> None:
        """Asks everybody to stop sending, and waits until they have counted what was under way, or are lost."""
        if self._drained:
            return
        self._drained = True
        self._hooks.drain()
        deadline_s = time.monotonic() + 8 + 3 * self._asked.deadline_ms / 1000
        while time.monotonic() < deadline_s:
            self._hooks.gather(self.gathered)
            self.gathered.lose(self._hooks.gone())
            if self.gathered.all_ended:
                return
            gevent.sleep(0.02)
        self.gathered.lose({name for name, worker in self.gathered.workers.items() if not worker.final})

    def finish(self) -> None:
        """Judges, prints and writes; once."""
        if self.document is not None:
            return
        self._watching.kill(block=False)
        self.drain()
        self._judge.look(self.gathered.tally, self._second())
        self.document = result_of(self._run())
        sys.stdout.write(summary(self.document))
        sys.stdout.flush()
        self._write(self._asked.files)

    def _watch(self) -> None:
        """Looks until the run is decided, complete or spoiled, then ends it."""
        while not self._done():
            gevent.sleep(_LOOK_EVERY_S)
        # A greenlet of its own: ending the test ends this one.
        gevent.spawn(self._hooks.end)

    def _done(self) -> bool:
        self._hooks.gather(self.gathered)
        self.gathered.lose(self._hooks.gone())
        if self.gathered.lost:
            _logger.error("a worker was lost: the run is invalid and ends here")
            return True
        decided = self._judge.look(self.gathered.tally, self._second()) is not State.UNDECIDED
        complete = self._asked.plan is not None and self.gathered.all_ended
        return complete or (decided and self._asked.early_stop)

    def _second(self) -> int:
        return (time.monotonic_ns() - self._begin_ns) // 1_000_000_000

    def _run(self) -> Run:
        asked = self._asked
        configuration = Configuration(
            profile=asked.profile,
            rate_per_second=asked.rate,
            duration_ms=asked.duration_ms,
            seed=asked.seed,
            workers=len(self.gathered.workers),
            deadline_ms=asked.deadline_ms,
            early_stop=asked.early_stop,
            host=self._host,
            options=asked.others,
        )
        return Run(
            run_id=f"{self._started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            started_at=self._started_at,
            ended_at=datetime.now(UTC),
            build=self._build,
            service_build=asked.service_build,
            data_centers=asked.data_centers,
            configuration=configuration,
            machine=self._machine,
            tally=self.gathered.tally,
            judge=self._judge,
            health=self._health(),
        )

    def _health(self) -> GeneratorHealth:
        tally = self.gathered.tally
        return GeneratorHealth(
            workers_started=len(self.gathered.workers),
            workers_lost=self.gathered.lost,
            arrivals_planned=self.gathered.planned(time.monotonic_ns() - self._begin_ns),
            arrivals_started=tally.arrivals_started,
            arrivals_dropped=tally.arrivals_dropped,
            journeys_unfinished=self.gathered.unfinished,
            lag_p50_us=_lag(tally.lags, "p50"),
            lag_p99_us=_lag(tally.lags, "p99"),
            lag_max_us=_lag(tally.lags, "max"),
            unhandled_errors=tally.unhandled_errors + int(self._hooks.unhandled() and not tally.unhandled_errors),
            hidden_retries_off=self._hooks.hidden_retries_off(),
            service=self._service.end(tally.answered, tally.unsure),
        )

    def _write(self, files: Files) -> None:
        document = dict(self.document or {})
        try:
            if files.result is not None:
                written(document, files.result)
            if files.html is not None:
                files.html.write_text(html_report(document), encoding="utf-8")
            if files.junit is not None:
                files.junit.write_text(junit_xml(document), encoding="utf-8")
        except OSError as error:
            sys.stderr.write(f"error: the result cannot be written: {error}\n")


def _lag(lags: Histogram, name: str) -> int | None:
    return lags.quantile_us(QUANTILES[name])
