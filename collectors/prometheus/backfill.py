"""Reads the past of one Prometheus again: what was before the first page, and what a gap left out of sight.

Both kinds of holes are filled in bites that the server's limits allow, each in one transaction that is keyed by the
hole as it was (``store.healing``): it may be broken off anywhere, run again, and run beside a collector.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from collectors.errors import CollectorError
from collectors.mapping import MetricMap
from collectors.prometheus.client import Labels, selector
from collectors.prometheus.config import PrometheusConfig
from collectors.prometheus.errors import TooMuch
from collectors.prometheus.page_reader import LostPage, PageReader, matchers
from collectors.prometheus.pages import Scrapes, scrapes_by_instance
from collectors.prometheus.replay import before_first, inside_gap
from collectors.prometheus.target import Target
from slo.outcomes import OutcomeTable
from store.errors import LeaseLost, StaleWriter
from store.healing import Healing
from store.leases import healing_lease
from store.port import Store
from store.records import Gap, Retention, Source, SourceStatus

PATIENCE_S = 60.0
"""Longer than a collector's: nobody waits for the next tick."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the search for cycles of garbage out of one bite: a bite is millions of small tuples and makes next to no
    cycles, and searching through them takes as long as all of the rest."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Step:
    """One bite: the source, how far back (or forward) it is done, how many samples and pages it brought."""

    source: str
    from_ms: int
    to_ms: int
    samples: int
    pages: int


@dataclass(slots=True)
class Outcome:
    """What became of one source."""

    source: str
    pages: int = 0
    samples: int = 0
    trouble: str = ""


class Backfill:
    """Backfills every instance of one job; ``report`` is told of every bite."""

    def __init__(
        self,
        config: PrometheusConfig,
        store: Store,
        mapping: MetricMap,
        outcomes: OutcomeTable,
        retention: Retention,
        *,
        report: Callable[[Step], object] = lambda step: None,
        clock_s: Callable[[], float] = time.time,
        token: int | None = None,
    ) -> None:
        """``token``: of the lease ``healing_lease`` of this server; None heals without it. Raises NoAccess."""
        self._token = token
        self._config = config
        self._store = store
        self._mapping = mapping
        self._outcomes = outcomes
        self._retention = retention
        self._report = report
        self._clock_s = clock_s
        self._client = config.client(patience_s=PATIENCE_S)

    def close(self) -> None:
        """Gives the connection back."""
        self._client.close()

    def run(self, from_ms: int, to_ms: int, only: str = "") -> list[Outcome]:
        """Fills every hole that touches ``[from_ms, to_ms)``, of every source or of one.

        Raises PrometheusError when the server does not tell its targets, and StoreError.
        """
        found = [one for one in self._instances(from_ms, to_ms) if only in ("", one[0].id)]
        return [self._fill(source, labels, from_ms, to_ms) for source, labels in found]

    def _instances(self, from_ms: int, to_ms: int) -> list[tuple[Source, Labels]]:
        """Sources that were scraped in the range, by their latest labels."""
        found: dict[str, tuple[Source, Labels]] = {}
        for _, up in self._up({"job": self._config.job}, from_ms, to_ms):
            for scrapes in up.values():
                source = self._config.source(scrapes.labels)
                found.setdefault(source.id, (source, scrapes.labels))
        return sorted(found.values(), key=lambda one: one[0].id)

    def _up(self, matchers: Labels, from_ms: int, to_ms: int) -> Iterator[tuple[int, dict[str, Scrapes]]]:
        """Begin of each stretch of the range and its scrapes per instance, the latest stretch first."""
        span_ms = max(1, self._config.most_back // 100) * self._config.interval_ms
        until_ms = to_ms
        while until_ms > from_ms:
            begin_ms = max(from_ms, until_ms - span_ms)
            try:
                up = self._client.samples(selector(["up"], matchers), begin_ms - 1, until_ms - 1)
            except TooMuch:
                if span_ms <= self._config.interval_ms:
                    raise
                span_ms //= 2
                continue
            yield begin_ms, scrapes_by_instance(up)
            until_ms = begin_ms

    def _fill(self, source: Source, labels: Labels, from_ms: int, to_ms: int) -> Outcome:
        outcome = Outcome(source.id)
        reader = PageReader(self._client, self._config, self._mapping, source=source, labels=labels)
        try:
            first_ms = self._first_page_ms(source, labels, from_ms, to_ms)
            if first_ms is not None and from_ms < first_ms:
                self._before_first(source, reader, from_ms, first_ms, outcome)
            for gap in self._gaps(source.id, from_ms, to_ms):
                self._inside(source, reader, gap, outcome)
        except CollectorError as fault:
            outcome.trouble = str(fault)
        except LeaseLost as lost:
            outcome.trouble = f"replaced: another backfill ({lost.owner}) goes on; run again when it is done"
        finally:
            reader.close()
        return outcome

    def _first_page_ms(self, source: Source, labels: Labels, from_ms: int, to_ms: int) -> int | None:
        """The first page of a source. One that was never read begins with its newest page of the range."""
        status = self._status(source.id)
        if status is not None and status.first_page_ms is not None:
            return status.first_page_ms
        if status is None:
            self._store.register(source, int(self._clock_s() * 1000))
        lease = healing_lease(source.id)
        target = Target(
            source, self._config, self._store, self._mapping, self._outcomes, token=self._token, lease=lease
        )
        for _, up in self._up(matchers(labels), from_ms, to_ms):
            scrapes = up.get(labels["instance"])
            if scrapes is not None and scrapes.good_ms:
                newest = replace(scrapes, good_ms=scrapes.good_ms[-1:], failed_ms=())
                target.begin(newest)
                with suppress(StaleWriter):  # a collector has begun it meanwhile
                    target.follow(self._client, newest, lambda: True)
                break
        begun = self._status(source.id)
        return None if begun is None else begun.first_page_ms

    def _status(self, source: str) -> SourceStatus | None:
        with self._store.reading() as reader:
            return next((status for status in reader.sources() if status.source.id == source), None)

    def _gaps(self, source: str, from_ms: int, to_ms: int) -> list[Gap]:
        with self._store.reading() as reader:
            return [gap for gap in reader.gaps(from_ms, to_ms) if gap.source == source]

    def _before_first(self, source: Source, reader: PageReader, from_ms: int, first_ms: int, outcome: Outcome) -> None:
        """Goes back from the first page; what is done is always one whole stretch up to it."""
        for _, up in self._up(matchers(reader.labels), from_ms, first_ms):
            scrapes = up.get(reader.labels["instance"])
            times = list(scrapes.good_ms) if scrapes is not None else []
            while times:
                with uncollected():
                    first_ms = self._bite_before(source, reader, times, first_ms, outcome)

    def _bite_before(
        self, source: Source, reader: PageReader, times: list[int], first_ms: int, outcome: Outcome
    ) -> int:
        """Takes the latest of these instants away and returns the first page that there is then."""
        bite = reader.last_of(times, first_ms)
        if bite.stretch.times_ms[-1:] != (first_ms,):
            raise LostPage(f"the page of {first_ms} ms, the first one so far, is no longer on the server")
        healing = before_first(source, bite.stretch, first_ms, self._mapping, self._outcomes)
        del times[-bite.taken :]
        if healing is None or healing.first_page_ms is None:
            return first_ms
        if not self._heal(healing):
            raise LostPage("another backfill is at work; run again when it is done")
        self._note(outcome, Step(source.id, healing.first_page_ms, first_ms, bite.samples, len(healing.reads)))
        return healing.first_page_ms

    def _inside(self, source: Source, reader: PageReader, gap: Gap, outcome: Outcome) -> None:
        """Goes forward through a gap, which shrinks behind the pages that are found in it."""
        times: list[int] = []
        for _, up in self._up(matchers(reader.labels), gap.from_ms + 1, gap.to_ms):
            scrapes = up.get(reader.labels["instance"])
            times[:0] = scrapes.good_ms if scrapes is not None else ()
        left: Gap | None = gap
        while times and left is not None:
            bite, closing = reader.first_of(times, left)
            healed = inside_gap(
                source, left, bite.stretch, closing=closing, mapping=self._mapping, outcomes=self._outcomes
            )
            del times[: bite.taken]
            if healed is None:
                continue
            healing, rest = healed
            if not self._heal(healing):
                return  # somebody else has healed it meanwhile
            self._note(
                outcome, Step(source.id, left.from_ms, bite.stretch.times_ms[-1], bite.samples, len(healing.reads))
            )
            left = rest

    def _heal(self, healing: Healing) -> bool:
        return self._store.heal(replace(healing, token=self._token), self._retention, int(self._clock_s()))

    def _note(self, outcome: Outcome, step: Step) -> None:
        outcome.pages += step.pages
        outcome.samples += step.samples
        self._report(step)
