"""Looks at one target, on schedule, and stores what its page adds.

Every attempt becomes a row: collected, or failed with a reason that begins with a code word. A store that is locked or
full loses nothing: the page after it holds the same counts.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from collectors.clocks import Asked, Clock, SkewWatch, skew_ms
from collectors.duplicates import Claims, Sight
from collectors.errors import CollectorError, one_line
from collectors.fetch import Fetcher
from collectors.latency import LatencyTally
from collectors.mapping import MetricMap
from collectors.openmetrics import PageParser
from collectors.page import Page
from collectors.schedule import MOST_SKIPPED_ROWS, TAKEOVER_LOOK_S, Tick, first_tick, is_old, next_tick, skipped_reads
from collectors.spool import PageSpool, SpooledPage
from collectors.step import Proposal
from collectors.tally import Tally
from slo.outcomes import OutcomeTable
from store.errors import LeaseLost, StaleWriter, StoreError
from store.leadership import Leadership, clock_name
from store.port import Store
from store.records import Read, Source

LOG = logging.getLogger(__name__)
MOST_PENDING = 10 * MOST_SKIPPED_ROWS
"""Failed attempts that are kept while the store takes none."""
MOST_TIMEOUT_S = 10.0
WARM_NS = 60 * 10**9
"""So long does a standby trust that it knows the series of a page."""
LEAST_REPLAYED = 3
"""Pages that are counted in a tick, however slow the store is: more than come, so that this ends."""
SHARE_OF_REPLAY = 600_000
"""Nanoseconds of each millisecond between two ticks in which pages that waited are counted."""
_AWAY = "collector was away"


@dataclass(frozen=True, slots=True)
class ExpositionSource:
    """One target: ``url`` of its page, seconds that a whole answer may take (None: 0.8 intervals, at most 10 s)."""

    source: Source
    url: str
    timeout_s: float | None = None

    @property
    def deadline_s(self) -> float:
        """Seconds that one attempt may take."""
        if self.timeout_s is not None:
            return self.timeout_s
        return min(MOST_TIMEOUT_S, 0.8 * self.source.interval_ms / 1000)


class Watcher:
    """Looks at one target. ``attempt`` and ``follow`` are for one thread."""

    def __init__(
        self,
        target: ExpositionSource,
        store: Store,
        mapping: MetricMap,
        outcomes: OutcomeTable,
        clock: Clock,
        *,
        leadership: Leadership | None = None,
        claims: Claims | None = None,
        spool: PageSpool | None = None,
    ) -> None:
        """``spool``: where pages wait that the store does not take; None leaves them to the counters."""
        self.id = target.source.id
        self._spool = spool
        self._fetched: SpooledPage | None = None
        self._clock_name = clock_name() if spool is not None else ""
        self._passed_over = 0
        self._source = target.source
        self._store = store
        self._mapping = mapping
        self._outcomes = outcomes
        self._clock = clock
        self._leadership = leadership
        self._token: int | None = None
        self._refused: int | None = None
        self._warm_until_ns = 0
        self._fetcher = Fetcher(target.url, target.deadline_s)
        self._parser = PageParser(mapping)
        self._tally: Tally | None = None
        self._latency = LatencyTally(mapping, None)
        self._pending: list[Read] = []
        self._unlisted = 0
        self._missed, self._told = [_AWAY], ""
        self._claims = claims
        self._skew = SkewWatch(self.id)
        self._asked_ns = (0, 0)

    @property
    def interval_ms(self) -> int:
        """How often it looks."""
        return self._source.interval_ms

    def follow(self, stopping: threading.Event, tick: Tick | None = None) -> Tick:
        """Attempts on schedule, from ``tick`` on, until told to stop; returns the tick that is next then."""
        interval_ms = self._source.interval_ms
        tick = tick or first_tick(self._clock.monotonic_ns(), self._clock.wall_ms(), interval_ms)
        while self._due(tick, stopping):
            if self.leads():
                self._guarded_attempt(tick.at_ms)
            else:
                self._warm_up(tick.at_ms)
            tick, skipped = next_tick(tick, self._clock.monotonic_ns(), self._clock.wall_ms(), interval_ms)
            for read in skipped_reads(skipped) if self.leads() else ():
                self._keep(read)
        return tick

    def inherit(self, before: Watcher) -> None:
        """Goes on where another watcher of the same source ended, what it could not store yet included."""
        self._token, self._refused = before._token, before._refused
        self._pending, self._unlisted = before._pending, before._unlisted
        self._missed, self._told = before._missed, before._told
        self._spool = before._spool

    def _due(self, tick: Tick, stopping: threading.Event) -> bool:
        """Waits for a tick; a standby that takes over meanwhile looks at once. False when told to stop."""
        while not self.leads():
            if stopping.wait(min(TAKEOVER_LOOK_S, tick.wait_s(self._clock.monotonic_ns()))):
                return False
            if not tick.wait_s(self._clock.monotonic_ns()):
                return True
            if self.leads() and self._is_late():
                self._guarded_attempt(self._clock.wall_ms())
        return not stopping.wait(tick.wait_s(self._clock.monotonic_ns()))

    def _is_late(self) -> bool:
        """Whether the last page in the store is so old that nobody waits for a tick; unknown counts as no."""
        try:
            last_ms = (self._tally or self._resumed()).last_page_ms
        except (StoreError, CollectorError):
            return False
        return last_ms is not None and is_old(self._clock.wall_ms() - last_ms, self._source.interval_ms)

    def _warm_up(self, at_ms: int) -> None:
        """Learns the labels of a page while standing by, so that the first one that counts is read quickly."""
        if self._warm_until_ns > self._clock.monotonic_ns():
            return
        self._warm_until_ns = self._clock.monotonic_ns() + WARM_NS
        try:
            self._page(at_ms)
        except CollectorError as fault:
            LOG.debug("source %s cannot be read while standing by: %s", self.id, fault)
        self.close()

    def close(self) -> None:
        """Drops the connection."""
        self._fetcher.close()

    def leads(self) -> bool:
        """Whether this watcher is the one that reads its source now; a new lease begins from the store."""
        if self._leadership is None:
            return True
        token = self._leadership.token(self.id)
        if token != self._token:
            self._token, self._tally, self._unlisted, self._missed = token, None, 0, [_AWAY]
            self._pending.clear()
            self.close()
        return token is not None and token != self._refused

    def standby(self, at_ms: int) -> Read:
        """An attempt that is not made, because somebody else reads this source."""
        holder = self._leadership.holder(self.id) if self._leadership is not None else ""
        return Read(at_ms, collected=False, reason=f"standby: read by {holder or 'another collector'}")

    def attempt(self, at_ms: int) -> Read:
        """One look at the target for the time ``at_ms``, stored; says what became of it."""
        began_ns = self._clock.monotonic_ns()
        self._fetched = None
        if self._spool is not None and self._spool.waiting:
            return self._behind(at_ms, self._spool)
        try:
            tally = self._tally or self._resumed()
            page = self._page(at_ms)
            read = Read(at_ms, collected=True, duration_ms=self._since_ms(began_ns))
            proposal = tally.propose(page, read, earlier=self._unstored(), missed="; ".join(self._missed))
            proposal = self._latency.joined(self._parser.buckets(), proposal, tally.last_page_ms)
            self._claim(tally, page, proposal)
        except StoreError as fault:
            return self._put_by(at_ms, fault)
        except CollectorError as fault:
            read = Read(at_ms, collected=False, reason=str(fault), duration_ms=self._since_ms(began_ns))
            return self._failed(read)
        return self._commit(tally, proposal)

    def _guarded_attempt(self, at_ms: int) -> None:
        try:
            self.attempt(at_ms)
        except Exception as fault:  # the outermost edge of a thread: a defect must not end the watch unseen
            LOG.exception("source %s: attempt failed by a defect", self.id)
            self._tally = None
            self._keep(Read(at_ms, collected=False, reason=one_line(f"defect: {type(fault).__name__}: {fault}")))

    def _resumed(self) -> Tally:
        """Goes on where the store is. Raises StoreError or MemoryDamaged."""
        self._store.register(self._source, self._clock.wall_ms())
        self._parser.forget()
        resume = self._store.resume(self.id)
        self._latency = LatencyTally(self._mapping, resume.latency)
        self._tally = Tally.resumed(resume, self._source, self._mapping, self._outcomes, in_order=True)
        return self._tally

    def _page(self, at_ms: int) -> Page:
        sent_ns, sent_ms = self._clock.monotonic_ns(), self._clock.wall_ms()
        answer = self._fetcher.fetch()
        self._asked_ns = (sent_ns, self._clock.monotonic_ns())
        asked = Asked(sent_ms, self._clock.wall_ms())
        page = self._parser.parse(answer.text, at_ms, openmetrics=answer.openmetrics)
        skew = skew_ms(asked, page.clock_ms, answer.date_ms)
        self._skew.seen(skew)
        if self._spool is not None:
            took_ms = self._since_ms(sent_ns)
            self._fetched = SpooledPage(
                at_ms, took_ms, answer.openmetrics, skew, self._clock_name, *self._asked_ns, answer.text
            )
        return replace(page, skew_ms=skew)

    def _claim(self, tally: Tally, page: Page, proposal: Proposal) -> None:
        """Raises DuplicateTarget when another source counts this process."""
        if self._claims is None or page.process_born_ms is None:
            return
        if sighted := tally.sighted(page, proposal):
            series, total = sighted
            self._claims.admit(self.id, page.process_born_ms, series, Sight(*self._asked_ns, total))

    def _put_by(self, at_ms: int, fault: StoreError) -> Read:
        """The store is away: the page waits on disk, if there is one and room for it."""
        reason = _store_reason(fault)
        if self._spool is None:
            return self._keep(Read(at_ms, collected=False, reason=reason))
        try:
            if self._fetched is None:
                self._page(at_ms)
        except CollectorError as silent:
            return self._keep(Read(at_ms, collected=False, reason=str(silent)))
        self._parser.forget()
        if self._fetched is None or not self._spool.append(self._fetched):
            return self._keep(Read(at_ms, collected=False, reason=reason))
        self._tell(reason)
        return Read(at_ms, collected=False, reason=f"{reason} (the page waits in {self._spool.path})")

    def _behind(self, at_ms: int, spool: PageSpool) -> Read:
        """Keeps to the order of pages: the new one goes behind those that wait, then as many are counted as there is
        time for."""
        began_ns = self._clock.monotonic_ns()
        try:
            self._page(at_ms)
        except CollectorError as fault:
            read = self._keep(Read(at_ms, collected=False, reason=str(fault)))
        else:
            kept = self._fetched is not None and spool.append(self._fetched)
            read = Read(at_ms, collected=kept, reason="" if kept else "store: behind, and the spool is full")
        until_ns = began_ns + self._source.interval_ms * SHARE_OF_REPLAY
        try:
            replayed = 0
            while (page := spool.first()) is not None:
                if replayed >= LEAST_REPLAYED and self._clock.monotonic_ns() >= until_ns:
                    break
                self._replay(page)
                spool.drop_first()
                replayed += 1
        except (StaleWriter, LeaseLost) as fault:
            return self._outrun(read, fault)
        except StoreError as fault:
            self._tally = None
            self._tell(_store_reason(fault))
            return read
        if not spool.waiting:
            self._told_up_to_date()
        return read

    def _replay(self, waited: SpooledPage) -> None:
        """Counts a page that waited, unless the store is further. Raises StoreError."""
        tally = self._tally or self._resumed()
        if tally.last_page_ms is not None and waited.at_ms <= tally.last_page_ms:
            self._passed_over += 1
            return
        read = Read(waited.at_ms, collected=True, duration_ms=waited.duration_ms)
        self._parser.forget()
        try:
            page = self._parser.parse(waited.text, waited.at_ms, openmetrics=waited.openmetrics)
            page = replace(page, skew_ms=waited.skew_ms)
            proposal = tally.propose(page, read, missed="; ".join(self._missed))
            proposal = self._latency.joined(self._parser.buckets(), proposal, tally.last_page_ms)
            if waited.clock == self._clock_name:
                self._asked_ns = (waited.sent_ns, waited.answered_ns)
                self._claim(tally, page, proposal)
        except CollectorError as fault:
            self._keep(replace(read, collected=False, reason=str(fault)))
            return
        version = self._store.commit(replace(proposal.batch, token=self._token))
        tally.accept(proposal, version)
        self._latency.accept(proposal)
        self._missed.clear()

    def _outrun(self, read: Read, fault: StaleWriter | LeaseLost) -> Read:
        if isinstance(fault, LeaseLost):
            return self._replaced(read)
        self._tally = None
        LOG.info("%s; going on from there", fault)
        return read

    def _told_up_to_date(self) -> None:
        passed_over, self._passed_over = self._passed_over, 0
        left = f"; {passed_over} of them the store had already" if passed_over else ""
        LOG.info("source %s: every page that waited is counted%s", self.id, left)
        self._parser.forget()
        self._tell("")

    def _failed(self, read: Read) -> Read:
        """An attempt without a page; it is stored too, when the store can be reached."""
        self._keep(read)
        tally = self._tally
        if tally is not None:
            self._commit(tally, tally.propose_reads(self._unstored()))
        return read

    def _commit(self, tally: Tally, proposal: Proposal) -> Read:
        read = proposal.batch.reads[-1]
        try:
            version = self._store.commit(replace(proposal.batch, token=self._token))
        except StaleWriter as fault:
            self._tally = None
            LOG.info("%s; going on from there", fault)
            return read
        except LeaseLost:
            return self._replaced(read)
        except StoreError as fault:
            self._parser.forget()
            if not read.collected:
                return self._keep(Read(read.at_ms, collected=False, reason=_store_reason(fault)))
            return self._put_by(read.at_ms, fault)
        tally.accept(proposal, version)
        self._latency.accept(proposal)
        self._pending.clear()
        self._unlisted = 0
        if read.collected:
            self._missed.clear()
            self._tell("")
        return read

    def _replaced(self, read: Read) -> Read:
        """Somebody else reads this source since; what was read here is in that one's counts."""
        self._tally, self._refused = None, self._token
        if self._leadership is not None:
            self._leadership.refused()
        return read

    def _keep(self, read: Read) -> Read:
        """Remembers a failed attempt until it is stored; the next page is read whole."""
        self._parser.forget()
        if not self._pending or self._pending[-1].at_ms != read.at_ms:
            self._pending.append(read)
        if len(self._pending) > MOST_PENDING:
            del self._pending[0]
            self._unlisted += 1
        if read.reason not in self._missed:
            self._missed = [*self._missed[:1], read.reason]
        self._tell(read.reason)
        return read

    def _unstored(self) -> tuple[Read, ...]:
        """Failed attempts that the store does not have yet; of very many the oldest as one row that counts them."""
        if not self._unlisted:
            return tuple(self._pending)
        summary = Read(
            self._pending[0].at_ms, collected=False, reason=f"skipped: {self._unlisted} failed reads unlisted"
        )
        return (summary, *self._pending)

    def _tell(self, reason: str) -> None:
        """One line when a source begins to fail, fails differently, or comes back."""
        code = reason.partition(":")[0]
        if code == self._told:
            return
        self._told = code
        if reason:
            LOG.warning("source %s cannot be read: %s", self.id, reason)
        else:
            LOG.info("source %s is read again", self.id)

    def _since_ms(self, began_ns: int) -> int:
        return (self._clock.monotonic_ns() - began_ns) // 1_000_000


def _store_reason(fault: StoreError) -> str:
    return one_line(f"store: {str(fault).removeprefix('store ')}")
