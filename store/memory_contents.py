"""Everything that the in-memory twin holds, and how it is added to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from slo.counts import Counts
from slo.windows import day_start
from store.errors import UnknownSource
from store.latency import added, rolled_up
from store.latency_records import LatencyGrowth, LatencySeries
from store.memory_costs import LedgerShelf
from store.memory_journal import JournalShelf
from store.memory_peaks import Busiest, busiest, busiest_seconds
from store.memory_sources import SourceState
from store.peaks import Feed, Silence, feeds, silences
from store.probe_memory import ProbeShelf
from store.records import Accounts, Batch, Cost, Gap, Gauge, HistoryChunk, Level, Span, Unit
from store.scopes import Rollups


@dataclass(slots=True)
class Contents:
    """Everything that is stored. ``counts``: level -> begin of the slice -> unit -> counts."""

    version: int = 0
    sources: dict[str, SourceState] = field(default_factory=dict)
    counts: dict[Level, dict[int, dict[Unit, Counts]]] = field(default_factory=lambda: {level: {} for level in Level})
    kept_peaks: Busiest = field(default_factory=dict)
    kept_seconds: Busiest = field(default_factory=dict)
    gaps: dict[tuple[int, str], Gap] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    costs: defaultdict[tuple[int, str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    accounts: dict[tuple[int, str, str, str], Accounts] = field(default_factory=dict)
    gauges: dict[tuple[str, str, str], Gauge] = field(default_factory=dict)
    probes: ProbeShelf = field(default_factory=ProbeShelf)
    journal: JournalShelf = field(default_factory=JournalShelf)
    ledger: LedgerShelf = field(default_factory=LedgerShelf)
    latency: dict[tuple[Level, int, LatencySeries], tuple[int, ...]] = field(default_factory=dict)

    def copy(self) -> Contents:
        """Another with the same contents."""
        return Contents(
            self.version,
            {name: source.copy() for name, source in self.sources.items()},
            {level: {at: dict(units) for at, units in slices.items()} for level, slices in self.counts.items()},
            dict(self.kept_peaks),
            dict(self.kept_seconds),
            dict(self.gaps),
            list(self.spans),
            self.costs.copy(),
            dict(self.accounts),
            dict(self.gauges),
            self.probes.copy(),
            self.journal.copy(),
            self.ledger.copy(),
            dict(self.latency),
        )

    def feeds(self) -> list[Feed]:
        """What every source feeds."""
        return feeds(source.status for source in self.sources.values())

    def peaks(self, zone: str) -> Busiest:
        """The busiest minute of every unit and day."""
        return busiest(self.counts[Level.MINUTE], self.feeds(), self._silences(), self.kept_peaks, zone)

    def seconds(self, zone: str) -> Busiest:
        """The busiest second of the bank and every product and day."""
        statuses = [source.status for source in self.sources.values()]
        return busiest_seconds(self.counts[Level.SLOT], statuses, self._silences(), self.kept_seconds, zone)

    def _silences(self) -> list[Silence]:
        places = {name: source.status.source.data_center for name, source in self.sources.items()}
        return silences(self.gaps.values(), places)

    def keep_told(self, chunk: HistoryChunk, zone: str) -> None:
        """Keeps the peaks that a chunk of history tells."""
        for kept, told in ((self.kept_peaks, chunk.peak_minutes), (self.kept_seconds, chunk.peak_seconds)):
            for each in told:
                key, here = (day_start(each.at_s, zone), each.unit), (each.transactions, -each.at_s)
                kept[key] = max(here, kept.get(key, here))

    def source(self, source: str) -> SourceState:
        """A source. Raises UnknownSource."""
        known = self.sources.get(source)
        if known is None:
            raise UnknownSource(source)
        return known

    def add_counts(self, level: Level, at: int, unit: Unit, counts: Counts) -> None:
        """Adds to one slice."""
        units = self.counts[level].setdefault(at, {})
        units[unit] = units.get(unit, Counts()) + counts

    def add_rollups(self, added: Rollups) -> None:
        """Adds to every level."""
        for level, slices in added.items():
            for at, units in slices.items():
                for unit, counts in units.items():
                    self.add_counts(level, at, unit, counts)

    def add_costs(self, costs: Iterable[Cost], zone: str) -> None:
        """Adds costs to their days."""
        for cost in costs:
            self.costs[day_start(cost.at_s, zone), cost.category, cost.product, cost.data_center] += cost.fen

    def add_accounts(self, accounts: Iterable[Accounts], zone: str) -> None:
        """Keeps the latest of every day."""
        for seen in accounts:
            key = (day_start(seen.at_s, zone), seen.product, seen.state, seen.data_center)
            before = self.accounts.get(key)
            if before is None or seen.at_s >= before.at_s:
                self.accounts[key] = seen

    def add_latency(self, rows: Iterable[LatencyGrowth], zone: str) -> None:
        """Adds histograms to minutes, hours and days."""
        for level, each in rolled_up(rows, zone):
            key = (level, each.at_s, each.series)
            self.latency[key] = added(self.latency.get(key, (0,) * len(each.counts)), each.counts)

    def add_findings(self, batch: Batch, zone: str) -> None:
        """What the batch says beside counts: gaps, costs, accounts and gauges."""
        self.add_latency(batch.latency.rows if batch.latency else (), zone)
        self.add_costs(batch.costs, zone)
        self.add_accounts(batch.accounts, zone)
        for gap in batch.gaps:
            before = self.gaps.get((gap.from_ms, gap.source))
            to_ms = gap.to_ms if before is None else max(before.to_ms, gap.to_ms)
            self.gaps[gap.from_ms, gap.source] = replace(gap, to_ms=to_ms)
        for gauge in batch.gauges:
            key = (gauge.source, gauge.name, gauge.labels)
            seen = self.gauges.get(key)
            if seen is None or gauge.at_ms >= seen.at_ms:
                self.gauges[key] = gauge
