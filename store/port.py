"""The port that every store fulfils (memory, SQLite, PostgreSQL); one contract suite runs over all of them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from slo.counts import Counts
from store.audit import AuditReader
from store.costs import Bill, ChargeRow, LedgerLine, Line, Posted, Rate, Restated
from store.healing import Healing
from store.journal import Change, JournalReader
from store.latency_records import LatencySlice
from store.leases import Beat, Lease
from store.peaks import Peak
from store.probes import Probe, ProbeReader, ProbeResult
from store.records import (
    CUSTOMER,
    AccountTotal,
    Batch,
    CostSum,
    CostTotal,
    DayTotal,
    Gap,
    Gauge,
    HistoryChunk,
    Incarnation,
    Level,
    Read,
    Resume,
    Retention,
    Scope,
    Source,
    SourceStatus,
    Span,
    Unit,
)

UnitKey: TypeAlias = Hashable
"""A store's own short name of a unit; means the same to every reader of a store for as long as it is open."""
SlotRow: TypeAlias = tuple[int, UnitKey, int, int]
"""Begin of a slot, key of the unit, its events, the bad ones."""


class Reader(Protocol):
    """One consistent view: everything asked of one reader is true of one instant."""

    def version(self) -> int:
        """Grows with every commit; equal versions mean equal answers."""

    def sources(self) -> list[SourceStatus]:
        """Every registered source, in order of registration."""

    def totals(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> dict[Unit, Counts]:
        """Counts of every unit of a scope over ``[from_s, to_s)``, units without events left out.

        Whole days come from the day level, whole hours from the hour level, whole minutes from the minute level,
        the rest from slots: exact as long as the finest level that the edges need is retained. The STEP scope has
        no slots: its edges are taken outwards to whole minutes.
        """

    def timeline(
        self,
        level: Level,
        scope: Scope,
        from_s: int,
        to_s: int,
        *,
        product: str = "",
        data_center: str = "",
        traffic: str = CUSTOMER,
        least_bad: int = 0,
    ) -> list[tuple[int, Unit, Counts]]:
        """Slices of one level in ``[from_s, to_s)``, oldest first; an empty product or data center means any.

        ``least_bad``: only those with so many bad events or more, so that a few failing minutes of a month cost little.
        """

    def slots(self, from_s: int, to_s: int) -> Sequence[SlotRow]:
        """Slots of bank, products, cells and DCNs that begin in ``[from_s, to_s)``, whatever the traffic, in any order.

        For whoever asks several times a second: a fraction of what ``timeline`` costs, for nothing is made of a row;
        ``named`` tells once what a key means.
        """

    def named(self, keys: Iterable[UnitKey]) -> dict[UnitKey, Unit]:
        """Units of keys that ``slots`` of this or an earlier reader gave."""

    def record_day(self, before_s: int) -> DayTotal | None:
        """The day with the most bank transactions among days that ended at or before ``before_s``."""

    def daily_peaks(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> list[Peak]:
        """The minute with the most transactions of every unit and day that begins in ``[from_s, to_s)``, oldest day
        first. Kept for bank, products and cells, for ever; taken from closed minutes that no gap reaches into
        (``store.peaks``). A day without one is left out.
        """

    def daily_peak_seconds(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> list[Peak]:
        """The second with the most transactions, in the same way, of bank and products; taken when its minute closes,
        while every source is read each second, and from no second that a gap touches.
        """

    def observed(self, from_s: int, to_s: int) -> dict[str, int]:
        """Accepted reads per source in ``[from_s, to_s)`` (edges taken outwards to whole minutes)."""

    def gaps(self, from_ms: int, to_ms: int) -> list[Gap]:
        """Gaps that touch ``[from_ms, to_ms)``, oldest first."""

    def simulated(self) -> list[Span]:
        """Simulated stretches, adjacent ones joined, oldest first."""

    def incarnations(self, source: str) -> list[Incarnation]:
        """Every life of a source's process that was seen, oldest first."""

    def reads(self, source: str, from_ms: int, to_ms: int) -> list[Read]:
        """Attempts in ``[from_ms, to_ms)``, oldest first."""

    def costs(self, from_s: int, to_s: int) -> list[CostTotal]:
        """Cost per day, category and product (summed over data centers) of the days that begin in the range."""

    def cost_sums(self, from_s: int, to_s: int) -> list[CostSum]:
        """Cost per category, product and data center over all days that begin in the range, in order."""

    def accounts(self, from_s: int, to_s: int) -> list[AccountTotal]:
        """Accounts per day, product and state (summed over data centers) of the days that begin in the range."""

    def gauges(self) -> list[Gauge]:
        """Latest value of every other gauge."""

    def probes(self) -> ProbeReader:
        """What is known of synthetic probes, true of the same instant."""

    def ledger(self, from_s: int, to_s: int) -> list[LedgerLine]:
        """Lines of the cost ledger (``store.costs``) that begin in ``[from_s, to_s)``, in order: every charge is in
        exactly one, so that months add up."""

    def known_charges(self, keys: Sequence[bytes]) -> frozenset[bytes]:
        """Which of these keys of charges (``store.costs.ChargeRow``) the ledger has."""

    def rates(self) -> list[Rate]:
        """Every rate of a currency that is kept, oldest day first."""

    def journal(self) -> JournalReader:
        """What people and the control center did, true of the same instant."""

    def latency(self, level: Level, from_s: int, to_s: int, *, product: str) -> list[LatencySlice]:
        """Counts per bucket of a product's histograms, of slices of a level (minute, hour or day) that begin in
        ``[from_s, to_s)``, oldest first. A slice that nobody observed is left out; one without requests is all 0."""

    def audit(self) -> AuditReader:
        """Who did what (``store.audit``), true of the same instant; never pruned."""


class Store(Protocol):
    """Writes are whole or not at all; a reader never sees half of one."""

    def register(self, source: Source, now_ms: int) -> None:
        """Makes a source known, or updates its interval; keeps everything else that is stored of it."""

    def resume(self, source: str) -> Resume:
        """Where a collector of this source goes on. Raises UnknownSource."""

    def commit(self, batch: Batch) -> int:
        """Adds a batch to every level and scope in one transaction and returns the source's new version.

        Raises, with nothing written, LeaseLost when the batch has a token and the source's lease another one, and
        StaleWriter when the source's version is not ``batch.expected_version``.
        """

    def leases(self) -> dict[str, Lease]:
        """Every lease that there ever was, by name."""

    def acquire(
        self, names: Collection[str], owner: str, beat: Beat, *, stale: Collection[Lease] = ()
    ) -> dict[str, Lease]:
        """Takes, in one transaction and under one new token, those of the named leases that nobody holds or that are
        still exactly as in ``stale`` (whoever held them has not beaten since). Returns what was taken, by name."""

    def renew(self, held: Mapping[str, Lease], beat: Beat) -> dict[str, Lease]:
        """Shows a sign of life; returns those leases that are still held. What is left out has changed hands."""

    def release(self, held: Mapping[str, Lease]) -> None:
        """Gives leases back, so that the next one need not wait; what has changed hands is left alone."""

    def heal(self, healing: Healing, retention: Retention, now_s: int) -> bool:
        """Fills a hole of a source's past in one transaction (see ``store.healing``); False, and nothing changed, when
        the hole is not as it was any more. Levels get what they would still keep. Raises UnknownSource, HealingRefused,
        and LeaseLost when the healing has a token and its lease another one.
        """

    def add_history(self, chunk: HistoryChunk) -> bool:
        """Adds simulated counts once; False when that span is already there. One short transaction."""

    def register_probe(self, probe: Probe, now_ms: int) -> None:
        """Makes a probe known, or updates what it probes and how often (``store.probes.ProbeStore``)."""

    def record_probes(self, results: Sequence[ProbeResult]) -> int:
        """Adds results of probes; returns how many were new (``store.probes.ProbeStore``). Raises UnknownProbe."""

    def post(self, rows: Sequence[ChargeRow], lines: Mapping[int, Line]) -> Posted:
        """Counts charges once, in one transaction (``store.costs.LedgerStore``). Raises LedgerRefused."""

    def restate(
        self, bills: Sequence[Bill], pieces: Iterable[Sequence[ChargeRow]], lines: Mapping[int, Line]
    ) -> Restated:
        """Replaces bills whole, in one transaction (``store.costs.LedgerStore``). Raises LedgerRefused."""

    def put_rates(self, rates: Sequence[Rate]) -> int:
        """Keeps rates; one for a known day and currency replaces it. Returns how many were new or other."""

    def write(self, change: Change) -> int:
        """Adds to the journal in one transaction; returns the number of its newest entry (``store.journal``).

        Raises, with nothing written, StaleDocument, LeaseLost or JournalRefused.
        """

    def prune(self, retention: Retention, now_s: int, *, most_rows: int = 5000) -> int:
        """Deletes at most ``most_rows`` rows that are past retention, oldest first; returns how many went.

        A store that keeps its recent levels in parts (PostgreSQL: an hour of slots, a day of minutes or reads, UTC)
        drops a part as soon as all of it is past, in one quick step however many rows that is.
        """

    def condense(self, now_s: int) -> int:
        """Writes down, in one short transaction, what long questions would add up again (``store.condensing``); returns
        how much that was, 0 when nothing is left to do. Answers stay the same."""

    def reading(self) -> AbstractContextManager[Reader]:
        """A consistent view, for use in one thread."""

    def close(self) -> None:
        """Releases files and connections."""
