"""One scraped instance: from where its samples go on, and what of them is in the store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import groupby

from collectors.clocks import SkewWatch
from collectors.duplicates import Claims, Sight
from collectors.errors import CollectorError, DuplicateTarget, GarbagePage
from collectors.latency import LatencyTally
from collectors.mapping import MetricMap
from collectors.page import Page
from collectors.places import Place
from collectors.prometheus.client import Labels, PrometheusClient, selector
from collectors.prometheus.config import PrometheusConfig
from collectors.prometheus.errors import TooMuch, TooSlow
from collectors.prometheus.pages import PageBuilder, Scrapes
from collectors.schedule import NS_PER_MS
from collectors.step import Proposal
from collectors.tally import Tally
from slo.outcomes import OutcomeTable
from store.port import Reader, Store
from store.reasons import DUPLICATE, cause
from store.records import Read, Source

LOG = logging.getLogger(__name__)
TARGET_DOWN = "refused: target down (up = 0)"
"""Reason of a read that Prometheus itself tried and could not do."""
NOTHING_STORED = "up is 1, but the scrape holds no metric of the map"
FOR_EVER_MS = 2**53
PAGE_DOUBT_MS = 1_000
"""A page was made at most so long before or after its timestamp, by a clock whose skew is known."""
UNKNOWN_CLOCK_MS = 60_000


class Target:
    """One instance of the job, at one place in its samples. After a StoreError make a new one: it resumes.

    ``scanned_ms``: every scrape up to here is dealt with; None before the first one. ``last_scrape_ms``: the newest
    scrape that is known, good or bad. ``skew_ms``: what is known of the server's clock. ``token``: of the lease under
    which it commits, the source's own unless ``lease`` names another. The constructor raises StoreError, MemoryDamaged.
    """

    def __init__(
        self,
        source: Source,
        config: PrometheusConfig,
        store: Store,
        mapping: MetricMap,
        outcomes: OutcomeTable,
        *,
        token: int | None = None,
        lease: str = "",
        claims: Claims | None = None,
    ) -> None:
        self.source = source
        self._config = config
        self._store = store
        self._token, self._lease, self._claims = token, lease, claims
        self._held_back_ms: int | None = None
        self._mapping = mapping
        self._buckets = [f"{rule.metric}_bucket" for rule in mapping.latency]
        self._names = [*config.names(mapping), *filter(None, [mapping.clock]), *self._buckets]
        self._labels: Labels = {}
        self._builder = self._page_builder({"job", "instance"})
        self._watch = SkewWatch(source.id)
        self.skew_ms: int | None = None
        self._most_pages = config.most_samples
        stored = store.resume(source.id)
        self._series = len(stored.series)
        self._tally = Tally(source, mapping, outcomes, stored, in_order=False)
        self._latency = LatencyTally(mapping, stored.latency)
        with store.reading() as reader:
            self.scanned_ms = self.last_scrape_ms = last_scrape_ms(reader, source.id, stored.watermark_ms)

    def begin(self, scrapes: Scrapes) -> None:
        """A target that was never read begins with its newest good scrape, the baseline, if it has one."""
        self.scanned_ms = (scrapes.good_ms or scrapes.failed_ms)[-1] - 1

    def follow(self, client: PrometheusClient, scrapes: Scrapes, may_go_on: Callable[[], bool]) -> bool:
        """Takes these scrapes, oldest first; False when it was not to go on after some of them.

        Raises PrometheusError when the server keeps us from it, and StoreError.
        """
        self._know(scrapes.labels)
        times = [(ms, True) for ms in scrapes.good_ms] + [(ms, False) for ms in scrapes.failed_ms]
        for good, run in groupby(sorted(times), key=lambda one: one[1]):
            run_ms = [ms for ms, _ in run]
            if not good:
                self.fail(run_ms, TARGET_DOWN)
                self._dealt_with(run_ms[-1])
            elif not self._take(client, run_ms, may_go_on):
                return False
        return True

    def fail(self, times_ms: Sequence[int], reason: str) -> None:
        """Stores attempts that brought nothing. Raises StoreError."""
        reads = [Read(at_ms, collected=False, reason=reason) for at_ms in times_ms]
        self._commit(self._tally.propose_reads(reads))

    def pass_over(self, until_ms: int) -> None:
        """No scrape before this instant will show up any more."""
        if self.scanned_ms is not None:
            self.scanned_ms = max(self.scanned_ms, until_ms)

    def _know(self, labels: Labels) -> None:
        """Labels that the server added are no part of a series, unless the map needs them."""
        if labels == self._labels:
            return
        needed = self._mapping.label_names
        added = {label for label in labels if label not in needed}
        dropped = {"job", "instance", *added}
        self._labels = labels
        self._builder = self._page_builder(dropped)

    def _page_builder(self, dropped: Collection[str]) -> PageBuilder:
        return PageBuilder(
            self._mapping.mark,
            dropped,
            process_start_name=self._mapping.process_start,
            bucket_names=self._buckets,
            clock_name=self._mapping.clock,
        )

    def _skew_of(self, page: Page) -> int | None:
        """By how much the server's clock or the target's own is ahead of ours, whichever is further off."""
        if page.clock_ms is None:
            return self.skew_ms
        own_ms = page.clock_ms - page.at_ms + (self.skew_ms or 0)
        self._watch.seen(own_ms)
        return max(own_ms, self.skew_ms or 0, key=abs)

    def _take(self, client: PrometheusClient, times_ms: Sequence[int], may_go_on: Callable[[], bool]) -> bool:
        wanted = selector(self._names, {"job": self._config.job, "instance": self._labels["instance"]})
        left = list(times_ms)
        while left:
            group = left[: self._pages_per_query()]
            began = time.monotonic()
            try:
                samples = client.samples(wanted, group[0] - 1, group[-1])
            except (TooMuch, TooSlow) as fault:
                self._most_pages = max(1, len(group) // 2)
                if isinstance(fault, TooSlow) or len(group) == 1:
                    raise
                continue
            self._most_pages += 1
            duration_ms = round((time.monotonic() - began) * 1000)
            for page in self._builder.pages(samples, group):
                if not self._take_page(page, duration_ms):
                    return False
            left = left[len(group) :]
            if left and not may_go_on():
                return False
        return True

    def _pages_per_query(self) -> int:
        """Bounded by samples, and by what the server refused or was too slow for."""
        series = max(1, self._series, self._builder.series)
        return max(1, min(self._most_pages, self._config.most_samples // series))

    def _take_page(self, page: Page, duration_ms: int) -> bool:
        """False when the pages from ``scanned_ms`` on have to be read again: they were held back as those of another
        target, and turned out to be this one's own."""
        read = Read(page.at_ms, collected=True, duration_ms=duration_ms)
        missed = "target down" if self._was_down else "no scrape"
        try:
            if not page.samples:
                raise GarbagePage(NOTHING_STORED)
            proposal = self._tally.propose(replace(page, skew_ms=self._skew_of(page)), read, missed=missed)
            proposal = self._latency.joined(self._builder.buckets, proposal, self._tally.last_page_ms)
            self._claim(page, proposal)
        except DuplicateTarget as fault:
            self._builder.forget()
            if self._held_back_ms is None:
                LOG.warning("source %s is not counted: %s", self.source.id, fault)
                self._held_back_ms = page.at_ms
            self.fail([page.at_ms], str(fault))
        except CollectorError as fault:
            self._builder.forget()
            self.fail([page.at_ms], str(fault))
        else:
            if self._held_back_ms is not None:
                LOG.info("source %s is counted from here on: it is a process of its own", self.source.id)
                self._builder.forget()
                self.scanned_ms, self._held_back_ms = self._held_back_ms - 1, None
                return False
            self._commit(proposal)
        self._dealt_with(page.at_ms)
        return True

    def _claim(self, page: Page, proposal: Proposal) -> None:
        """Raises DuplicateTarget when the process behind this target is counted through another one."""
        sighted = self._tally.sighted(page, proposal) if self._claims is not None else None
        if sighted is None or self._claims is None:
            return
        doubt_ms = UNKNOWN_CLOCK_MS if self.skew_ms is None else PAGE_DOUBT_MS
        at_ms = page.at_ms - (self.skew_ms or 0)
        sight = Sight((at_ms - doubt_ms) * NS_PER_MS, (at_ms + doubt_ms) * NS_PER_MS, sighted[1])
        place = Place(self._config.name, self._labels["instance"], self._config.interval_ms)
        self._claims.admit(self.source.id, page.process_born_ms, sighted[0], sight, place)

    def _commit(self, proposal: Proposal) -> None:
        batch = replace(proposal.batch, token=self._token, lease=self._lease)
        self._tally.accept(proposal, self._store.commit(batch))
        self._latency.accept(proposal)

    def _dealt_with(self, at_ms: int) -> None:
        self.scanned_ms = self.last_scrape_ms = at_ms

    @property
    def _was_down(self) -> bool:
        """Whether a failed scrape was the last thing that happened."""
        return self.last_scrape_ms is not None and self.last_scrape_ms != self._tally.last_page_ms


def last_scrape_ms(reader: Reader, source: str, watermark_ms: int | None) -> int | None:
    """The newest scrape whose fate the store knows: its last page, or a later one that Prometheus could not do, or that
    another source counts."""
    later = reader.reads(source, watermark_ms or 0, FOR_EVER_MS)
    failed = [read.at_ms for read in later if read.reason == TARGET_DOWN or cause(read.reason) == DUPLICATE]
    known = failed if watermark_ms is None else [watermark_ms, *failed]
    return max(known, default=None)
