"""The in-memory twin: the whole port over plain dicts. For tests, trials and one-shot commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from slo.counts import Counts
from slo.windows import SHANGHAI, day_start
from store.costs import Bill, ChargeRow, LedgerLine, Line, Posted, Rate, Restated
from store.errors import StaleWriter
from store.healing import Healing, kept_growth, kept_observed, kept_reads, kept_rollups, lived
from store.journal import Change, refuse_unstorable
from store.latency_records import LatencySlice
from store.leases import healing_lease
from store.memory_contents import Contents
from store.memory_healing import grown_counts, refuse_negative, take_hole
from store.memory_journal import MemoryAuditReader, MemoryJournalReader
from store.memory_leases import MemoryLeases
from store.memory_peaks import Busiest, as_peaks
from store.memory_pruning import prune_latency, prune_level, prune_reads
from store.memory_slots import MemorySlots
from store.memory_sources import SourceState, add_progress
from store.peaks import Peak
from store.probe_memory import MemoryProbeReader
from store.probes import Probe, ProbeResult
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
from store.scopes import rollups
from store.slices import is_simulated, joined, outward_minutes, signed, slice_start, stretches

_ALL = Retention({})
"""This twin forgets no count of reads."""


class MemoryReader(MemorySlots):
    """One consistent view of a MemoryStore (see ``store.port.Reader``)."""

    def __init__(self, contents: Contents, zone: str) -> None:
        super().__init__(contents.counts[Level.SLOT])
        self._contents = contents
        self._zone = zone

    def version(self) -> int:
        """Grows with every commit."""
        return self._contents.version

    def sources(self) -> list[SourceStatus]:
        """Every registered source, in order of registration."""
        return [source.status for source in self._contents.sources.values()]

    def totals(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> dict[Unit, Counts]:
        """Counts of every unit of a scope over ``[from_s, to_s)``."""
        total: dict[Unit, Counts] = {}
        for level, begin, end, sign in stretches(scope, from_s, to_s, self._zone):
            for _, unit, counts in self._slices(level, scope, begin, end, traffic):
                total[unit] = total.get(unit, Counts()) + signed(counts, sign)
        return {unit: counts for unit, counts in total.items() if counts != Counts()}

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
        """Slices of one level that begin in ``[from_s, to_s)``, oldest first."""
        slices = self._slices(level, scope, from_s, to_s, traffic)
        found = (each for each in slices if each[2].bad >= least_bad)
        return sorted(e for e in found if product in ("", e[1].product) and data_center in ("", e[1].data_center))

    def _slices(
        self, level: Level, scope: Scope, from_s: int, to_s: int, traffic: str
    ) -> Iterator[tuple[int, Unit, Counts]]:
        for at, units in self._contents.counts[level].items():
            for unit, counts in units.items() if from_s <= at < to_s else ():
                if unit.scope is scope and unit.traffic == traffic and counts != Counts():
                    yield at, unit, counts

    def record_day(self, before_s: int) -> DayTotal | None:
        """The day with the most bank transactions; of equal days the earliest."""
        today_s = day_start(before_s, self._zone)
        days = self._slices(Level.DAY, Scope.BANK, 0, today_s, CUSTOMER)
        closed = [(counts.transactions, -at) for at, _, counts in days if counts.transactions]
        if not closed:
            return None
        transactions, negative_at = max(closed)
        return DayTotal(-negative_at, transactions, is_simulated(self._contents.spans, -negative_at, self._zone))

    def daily_peaks(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> list[Peak]:
        """The busiest minute of every unit and day that begins in ``[from_s, to_s)``, oldest day first."""
        return self._peaks(self._contents.peaks(self._zone), scope, from_s, to_s, traffic)

    def daily_peak_seconds(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> list[Peak]:
        """The busiest second of every unit and day that begins in ``[from_s, to_s)``, oldest day first."""
        return self._peaks(self._contents.seconds(self._zone), scope, from_s, to_s, traffic)

    def _peaks(self, found: Busiest, scope: Scope, from_s: int, to_s: int, traffic: str) -> list[Peak]:
        contents = self._contents
        peaks = as_peaks(found, scope, contents.feeds(), contents.spans, self._zone)
        return [peak for peak in peaks if from_s <= peak.day_s < to_s and peak.unit.traffic == traffic]

    def observed(self, from_s: int, to_s: int) -> dict[str, int]:
        """Accepted reads per source (edges taken outwards to whole minutes); sources without any left out."""
        begin, end = outward_minutes(from_s, to_s)
        totals = {
            name: sum(number for at, number in source.observed.items() if begin <= at < end)
            for name, source in self._contents.sources.items()
        }
        return {name: number for name, number in totals.items() if number}

    def gaps(self, from_ms: int, to_ms: int) -> list[Gap]:
        """Gaps that touch ``[from_ms, to_ms)``, oldest first."""
        gaps = self._contents.gaps
        return [gaps[key] for key in sorted(gaps) if gaps[key].from_ms < to_ms and gaps[key].to_ms > from_ms]

    def simulated(self) -> list[Span]:
        """Simulated stretches, adjacent ones joined, oldest first."""
        return joined(self._contents.spans)

    def incarnations(self, source: str) -> list[Incarnation]:
        """Every life of a source's process that was seen, oldest first."""
        known = self._contents.sources.get(source)
        return [] if known is None else [known.incarnations[born_ms] for born_ms in sorted(known.incarnations)]

    def reads(self, source: str, from_ms: int, to_ms: int) -> list[Read]:
        """Attempts in ``[from_ms, to_ms)``, oldest first."""
        known = self._contents.sources.get(source)
        attempts = [] if known is None else known.reads
        return sorted((read for read in attempts if from_ms <= read.at_ms < to_ms), key=lambda read: read.at_ms)

    def costs(self, from_s: int, to_s: int) -> list[CostTotal]:
        """Cost per day, category and product of the days that begin in the range."""
        totals: defaultdict[tuple[int, str, str], int] = defaultdict(int)
        for (day_s, category, product, _), fen in self._contents.costs.items():
            if from_s <= day_s < to_s:
                totals[day_s, category, product] += fen
        return [CostTotal(*key, fen) for key, fen in sorted(totals.items())]

    def cost_sums(self, from_s: int, to_s: int) -> list[CostSum]:
        """Cost per category, product and data center over all days that begin in the range."""
        found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
        for (day_s, *place), fen in self._contents.costs.items():
            if from_s <= day_s < to_s:
                found[place[0], place[1], place[2]].append(fen)
        return [CostSum(*place, sum(days), len(days)) for place, days in sorted(found.items())]

    def accounts(self, from_s: int, to_s: int) -> list[AccountTotal]:
        """Accounts per day, product and state of the days that begin in the range."""
        totals: defaultdict[tuple[int, str, str], int] = defaultdict(int)
        for (day_s, product, state, _), seen in self._contents.accounts.items():
            if from_s <= day_s < to_s:
                totals[day_s, product, state] += seen.accounts
        return [AccountTotal(*key, accounts) for key, accounts in sorted(totals.items())]

    def gauges(self) -> list[Gauge]:
        """Latest value of every other gauge."""
        return [gauge for _, gauge in sorted(self._contents.gauges.items())]

    def probes(self) -> MemoryProbeReader:
        """What is known of synthetic probes."""
        return MemoryProbeReader(self._contents.probes, self._zone)

    def ledger(self, from_s: int, to_s: int) -> list[LedgerLine]:
        """Lines of the cost ledger that begin in the range, in order."""
        return self._contents.ledger.lines(from_s, to_s)

    def known_charges(self, keys: Sequence[bytes]) -> frozenset[bytes]:
        """Which of these keys the ledger has."""
        return frozenset(key for key in keys if key in self._contents.ledger.charges)

    def rates(self) -> list[Rate]:
        """Every rate of a currency, oldest day first."""
        return self._contents.ledger.all_rates()

    def journal(self) -> MemoryJournalReader:
        """What people and the control center did."""
        return MemoryJournalReader(self._contents.journal)

    def latency(self, level: Level, from_s: int, to_s: int, *, product: str) -> list[LatencySlice]:
        """Counts per bucket of a product's histograms, oldest first."""
        kept = self._contents.latency.items()
        found = (LatencySlice(at, series, counts) for (of, at, series), counts in kept if of is level)
        return sorted(each for each in found if from_s <= each.at_s < to_s and each.series.product == product)

    def audit(self) -> MemoryAuditReader:
        """Who did what."""
        return MemoryAuditReader(self._contents.journal)


class MemoryStore(MemoryLeases):
    """A store that ends with the process (see ``store.port.Store``)."""

    def __init__(self, zone: str = SHANGHAI) -> None:
        super().__init__()
        self._zone = zone
        self._contents = Contents()
        self._shown = False

    def register(self, source: Source, now_ms: int) -> None:
        """Makes a source known, or updates its interval."""
        with self._writing() as contents:
            known = contents.sources.get(source.id)
            contents.version += 1
            if known is None:
                contents.sources[source.id] = SourceState(SourceStatus(source, now_ms, 0, None, None))
                return
            same = replace(known.status.source, interval_ms=source.interval_ms)
            known.status = replace(known.status, source=same)

    def resume(self, source: str) -> Resume:
        """Where a collector of this source goes on. Raises UnknownSource."""
        with self._lock:
            self._refuse_when_closed()
            known = self._contents.source(source)
            latest = max(known.incarnations.values(), key=lambda life: (life.last_read_ms, life.born_ms), default=None)
            status = known.status
            return Resume(status.version, status.watermark_ms, tuple(known.series), known.state, latest, known.latency)

    def commit(self, batch: Batch) -> int:
        """Adds a batch to every level and scope and returns the source's new version. Raises StaleWriter, LeaseLost."""
        added = rollups(batch.events, batch.transactions, self._zone)
        with self._writing() as contents:
            self._refuse_outdated(batch)
            known = contents.source(batch.source)
            if known.status.version != batch.expected_version:
                raise StaleWriter(batch.source, batch.expected_version, known.status.version)
            contents.add_rollups(added)
            add_progress(known, batch)
            contents.add_findings(batch, self._zone)
            contents.version += 1
            return known.status.version

    def add_history(self, chunk: HistoryChunk) -> bool:
        """Adds simulated counts once; False when that span is already there."""
        with self._writing() as contents:
            if chunk.span in contents.spans:
                return False
            contents.spans.append(chunk.span)
            for (level, at, unit), counts in chunk.counts.items():
                contents.add_counts(level, at, unit, counts)
            contents.add_costs(chunk.costs, self._zone)
            contents.add_accounts(chunk.accounts, self._zone)
            contents.keep_told(chunk, self._zone)
            contents.version += 1
            return True

    def heal(self, healing: Healing, retention: Retention, now_s: int) -> bool:
        """Fills a hole of a source's past; False, and nothing changed, when the hole is not as it was any more."""
        added = kept_rollups(healing, retention, now_s, self._zone)
        with self._writing() as before:
            if healing.token is not None:
                self._refuse_lost(healing_lease(healing.source), healing.token)
            contents = before.copy()
            known = contents.source(healing.source)
            if not take_hole(known, contents.gaps, healing):
                return False
            contents.add_rollups(added)
            for growth in kept_growth(healing, retention, now_s, self._zone):
                for level, at_s, unit, counts in grown_counts(growth):
                    contents.add_counts(level, at_s, unit, counts)
            refuse_negative(contents.counts, healing.source, added)
            known.reads.extend(kept_reads(healing, retention, now_s))
            for (_, at), number in kept_observed(healing.reads, [Level.MINUTE], _ALL, now_s, self._zone).items():
                known.observed[at] += number
            for life in healing.incarnations:
                known.incarnations[life.born_ms] = lived(known.incarnations.get(life.born_ms), life)
            contents.add_findings(Batch(healing.source, 0, (), gaps=healing.gaps, costs=healing.costs), self._zone)
            contents.version += 1
            self._contents = contents
            return True

    def register_probe(self, probe: Probe, now_ms: int) -> None:
        """Makes a probe known, or updates it."""
        with self._writing() as contents:
            contents.probes.register(probe, now_ms)
            contents.version += 1

    def record_probes(self, results: Sequence[ProbeResult]) -> int:
        """Adds results of probes; returns how many were new. Raises UnknownProbe."""
        with self._writing() as contents:
            new = contents.probes.record(results, self._zone)
            contents.version += bool(new)
            return new

    def write(self, change: Change) -> int:
        """Adds to the journal. Raises StaleDocument, LeaseLost or JournalRefused."""
        refuse_unstorable(change)
        with self._writing() as contents:
            if change.lease:
                self._refuse_lost(change.lease, change.token)
            contents.journal.write(change, contents.version + 1)
            contents.version += max(1, len(change.entries))
            return contents.version

    def post(self, rows: Sequence[ChargeRow], lines: Mapping[int, Line]) -> Posted:
        """Counts charges once (``store.costs.LedgerStore``). Raises LedgerRefused."""
        with self._writing() as contents:
            posted = contents.ledger.post(rows, lines)
            contents.version += bool(posted.new or posted.replaced)
            return posted

    def restate(
        self, bills: Sequence[Bill], pieces: Iterable[Sequence[ChargeRow]], lines: Mapping[int, Line]
    ) -> Restated:
        """Replaces bills whole (``store.costs.LedgerStore``). Raises LedgerRefused."""
        with self._writing() as contents:
            ledger = contents.ledger.copy()
            restated = ledger.restate(bills, pieces, lines)
            contents.ledger = ledger
            contents.version += 1
            return restated

    def put_rates(self, rates: Sequence[Rate]) -> int:
        """Keeps rates; returns how many were new or other."""
        with self._writing() as contents:
            changed = contents.ledger.put_rates(rates)
            contents.version += bool(changed)
            return changed

    def prune(self, retention: Retention, now_s: int, *, most_rows: int = 5000) -> int:
        """Deletes at most ``most_rows`` rows that are past retention, oldest first; returns how many went."""
        with self._writing() as contents:
            left = most_rows
            contents.kept_peaks = contents.peaks(self._zone)
            contents.kept_seconds = contents.seconds(self._zone)
            for level, seconds in retention.seconds.items():
                if seconds is not None:
                    left -= prune_level(contents.counts[level], slice_start(level, now_s - seconds, self._zone), left)
                    left -= prune_latency(
                        contents.latency, level, slice_start(level, now_s - seconds, self._zone), left
                    )
            for known in contents.sources.values():
                left -= prune_reads(known.reads, (now_s - retention.reads_seconds) * 1000, left)
            left -= contents.probes.prune(retention, now_s, self._zone, left)
            if retention.journal_seconds is not None:
                left -= contents.journal.prune((now_s - retention.journal_seconds) * 1000, left)
            pruned = most_rows - left
            contents.version += bool(pruned)
            return pruned

    def condense(self, now_s: int) -> int:
        """Nothing to do: this twin adds up days whenever it is asked."""
        with self._writing():
            return 0

    @contextmanager
    def reading(self) -> Iterator[MemoryReader]:
        """A consistent view; later writes work on a copy."""
        with self._lock:
            self._refuse_when_closed()
            self._shown = True
            reader = MemoryReader(self._contents, self._zone)
        yield reader

    def close(self) -> None:
        """Refuses everything from now on."""
        with self._lock:
            self._closed = True

    @contextmanager
    def _writing(self) -> Iterator[Contents]:
        with self._lock:
            self._refuse_when_closed()
            if self._shown:
                self._contents = self._contents.copy()
                self._shown = False
            yield self._contents
