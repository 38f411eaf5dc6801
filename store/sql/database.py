"""The store behind its port: transactions around what writing, reading and pruning do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from store.costs import Bill, ChargeRow, Line, Posted, Rate, Restated
from store.errors import StoreUnavailable
from store.healing import Healing, healed_starts, healed_units, kept_growth, kept_observed, kept_reads, kept_rollups
from store.journal import Change, refuse_unstorable
from store.leases import Beat, Lease
from store.probes import Probe, ProbeResult
from store.records import Batch, HistoryChunk, Level, Read, Resume, Retention, Source, Unit
from store.scopes import rollups
from store.sql import condensing, costing, journaling, latency, leasing, peaking, probing, writing
from store.sql.dialect import Database
from store.sql.healing import put_lives, refuse_negative, take_hole
from store.sql.layouts import LAYOUTS
from store.sql.partitions import Partitions, drop_past
from store.sql.pruning import past_parts, prune
from store.sql.reading import SqlReader
from store.sql.schema import COUNTS, READ
from store.sql.units import Units, newest_number

HEALED_VERSION = 0
"""Version of reads that no commit brought: commits begin at 1."""


class SqlStore:
    """Counts in a SQL database (see ``store.port.Store``). Any thread and any number of processes may use it at once:
    writers queue for up to five seconds, readers never wait."""

    def __init__(self, database: Database, engine: Engine, zone: str) -> None:
        self._database = database
        self._engine = engine
        self._zone = zone
        self._units = Units()
        self._layout = LAYOUTS[engine.dialect.name]
        self._partitions = Partitions(database, engine)
        self._closed = False

    def register(self, source: Source, now_ms: int) -> None:
        """Makes a source known, or updates its interval; keeps everything else that is stored of it."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            writing.put_source(connection, source, now_ms)

    def resume(self, source: str) -> Resume:
        """Where a collector of this source goes on. Raises UnknownSource."""
        with self.reading() as reader:
            return reader.resume(source)

    def commit(self, batch: Batch) -> int:
        """Adds a batch to every level and scope and returns the source's new version. Raises StaleWriter, LeaseLost."""
        self._refuse_when_closed()
        added = rollups(batch.events, batch.transactions, self._zone)
        self._number(unit for units in added[Level.MINUTE].values() for unit in units)
        rows = writing.batch_rows(added, self._units.ids, self._layout)
        self._make_room(added, batch.reads)
        with self._database.writing(self._engine) as connection:
            leasing.refuse_outdated_writer(connection, batch)
            source_id = writing.advance(connection, batch)
            writing.put_counts(connection, rows)
            condensing.outdate(connection, added[Level.DAY])
            writing.put_progress(connection, source_id, batch, self._zone)
            writing.put_findings(connection, batch)
            latency.put_latency(connection, source_id, batch, self._zone)
            writing.put_day_totals(connection, batch.costs, batch.accounts, self._zone)
            peaking.close_minutes(connection, source_id, batch, added[Level.MINUTE], self._zone)
        return batch.expected_version + 1

    def leases(self) -> dict[str, Lease]:
        """Every lease that there ever was, by name."""
        self._refuse_when_closed()
        with self._database.reading(self._engine) as connection:
            return leasing.leases(connection)

    def acquire(
        self, names: Collection[str], owner: str, beat: Beat, *, stale: Collection[Lease] = ()
    ) -> dict[str, Lease]:
        """Takes those of the named leases that nobody holds or that are still exactly as in ``stale``."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            return leasing.acquire(connection, names, owner, beat, stale)

    def renew(self, held: Mapping[str, Lease], beat: Beat) -> dict[str, Lease]:
        """Shows a sign of life; returns those leases that are still held."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            return leasing.renew(connection, held, beat)

    def release(self, held: Mapping[str, Lease]) -> None:
        """Gives leases back; what has changed hands is left alone."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            leasing.release(connection, held)

    def add_history(self, chunk: HistoryChunk) -> bool:
        """Adds simulated counts once; False when that span is already there."""
        self._refuse_when_closed()
        told = (peak.unit for peak in (*chunk.peak_minutes, *chunk.peak_seconds))
        self._number(dict.fromkeys((*(unit for _, _, unit in chunk.counts), *told)))
        rows = writing.history_rows(chunk.counts, self._units.ids, self._layout)
        times = {level: {at for each, at, _ in chunk.counts if each is level} for level in (Level.SLOT, Level.MINUTE)}
        self._partitions.make_room({COUNTS[level]: of_level for level, of_level in times.items()})
        with self._database.writing(self._engine) as connection:
            if not writing.put_span(connection, chunk.span):
                return False
            writing.put_counts(connection, rows)
            condensing.outdate(connection, {at for level, at, _ in chunk.counts if level is Level.DAY})
            writing.put_day_totals(connection, chunk.costs, chunk.accounts, self._zone)
            minutes = {at for level, at, _ in chunk.counts if level is Level.MINUTE}
            peaking.take_peaks(connection, minutes, self._zone)
            places = peaking.Places(self._units.ids, self._zone)
            peaking.put_drawn(connection, chunk.peak_minutes, chunk.peak_seconds, places)
            writing.count_change(connection)
        return True

    def heal(self, healing: Healing, retention: Retention, now_s: int) -> bool:
        """Fills a hole of a source's past; False, and nothing changed, when the hole is not as it was any more.

        Raises UnknownSource, HealingRefused, LeaseLost."""
        self._refuse_when_closed()
        added = kept_rollups(healing, retention, now_s, self._zone)
        grown = kept_growth(healing, retention, now_s, self._zone)
        self._number(healed_units(added, grown))
        rows = writing.batch_rows(added, self._units.ids, self._layout)
        reads = kept_reads(healing, retention, now_s)
        starts = healed_starts(added, grown)
        self._make_room(starts, reads)
        observed = kept_observed(healing.reads, writing.OBSERVED_LEVELS, retention, now_s, self._zone)
        with self._database.writing(self._engine) as connection:
            leasing.refuse_outdated_healer(connection, healing)
            source_id = take_hole(connection, healing)
            if source_id is None:
                return False
            for growth in grown:
                for level, of_level in growth.items():
                    for of_scope in writing.growth_rows(level, of_level, self._units.ids, self._layout):
                        writing.put_counts(connection, of_scope)
            writing.put_counts(connection, rows)
            refuse_negative(connection, healing.source, added)
            condensing.outdate(connection, set(starts[Level.DAY]))
            writing.put_reads(connection, source_id, HEALED_VERSION, reads, observed)
            writing.put_findings(connection, Batch(healing.source, HEALED_VERSION, (), gaps=healing.gaps))
            writing.put_day_totals(connection, healing.costs, (), self._zone)
            put_lives(connection, healing.incarnations)
            peaking.heal_minutes(connection, healing, starts[Level.MINUTE], self._zone)
            writing.count_change(connection)
        return True

    def register_probe(self, probe: Probe, now_ms: int) -> None:
        """Makes a probe known, or updates it."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            probing.put_probe(connection, probe, now_ms)
            writing.count_change(connection)

    def record_probes(self, results: Sequence[ProbeResult]) -> int:
        """Adds results of probes; returns how many were new. Raises UnknownProbe."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            new = probing.put_results(connection, results, self._zone)
            if new:
                writing.count_change(connection)
        return new

    def write(self, change: Change) -> int:
        """Adds to the journal in one transaction. Raises StaleDocument, LeaseLost or JournalRefused."""
        self._refuse_when_closed()
        refuse_unstorable(change)
        with self._database.writing(self._engine) as connection:
            if change.lease:
                leasing.refuse_lost(connection, change.lease, change.token)
            return journaling.write(connection, change)

    def post(self, rows: Sequence[ChargeRow], lines: Mapping[int, Line]) -> Posted:
        """Counts charges once, in one transaction (``store.costs.LedgerStore``). Raises LedgerRefused."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            posted = costing.post(connection, rows, lines)
            if posted.new or posted.replaced:
                writing.count_change(connection)
        return posted

    def restate(
        self, bills: Sequence[Bill], pieces: Iterable[Sequence[ChargeRow]], lines: Mapping[int, Line]
    ) -> Restated:
        """Replaces bills whole, in one transaction (``store.costs.LedgerStore``). Raises LedgerRefused."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            restated = costing.restate(connection, bills, pieces, lines)
            writing.count_change(connection)
        return restated

    def put_rates(self, rates: Sequence[Rate]) -> int:
        """Keeps rates; returns how many were new or other."""
        self._refuse_when_closed()
        with self._database.writing(self._engine) as connection:
            changed = costing.put_rates(connection, rates)
            if changed:
                writing.count_change(connection)
        return changed

    def prune(self, retention: Retention, now_s: int, *, most_rows: int = 5000) -> int:
        """Deletes at most ``most_rows`` rows that are past retention, oldest first; returns how many went."""
        self._refuse_when_closed()
        dropped = drop_past(self._database, self._engine, past_parts(retention, now_s, self._zone), most_rows)
        if dropped >= most_rows:
            return dropped
        days_s = retention.seconds.get(Level.DAY)
        with self._database.writing(self._engine) as connection:
            if days_s is not None:
                condensing.outdate_before(connection, now_s - days_s)
            pruned = prune(connection, retention, now_s, self._zone, most_rows - dropped)
            if pruned:
                writing.count_change(connection)
        return dropped + pruned

    def condense(self, now_s: int) -> int:
        """Sums up the newest month that is over and not summed up yet; returns how many were: 1 or 0."""
        self._refuse_when_closed()
        with self._database.reading(self._engine) as connection:
            if condensing.unsummed(connection, now_s, self._zone) is None:
                return 0
        with self._database.writing(self._engine) as connection:
            month = condensing.unsummed(connection, now_s, self._zone)  # unless somebody else was faster
            if month is not None:
                condensing.sum_up(connection, month)
        return int(month is not None)

    @contextmanager
    def reading(self) -> Iterator[SqlReader]:
        """A consistent view, for use in one thread. Keep it short: the log of writes grows while it is open."""
        self._refuse_when_closed()
        with self._database.reading(self._engine) as connection:
            yield SqlReader(connection, self._database, self._units, self._zone)

    def close(self) -> None:
        """Releases files and connections."""
        self._closed = True
        self._engine.dispose()

    def _make_room(self, added: Mapping[Level, Iterable[int]], reads: Iterable[Read]) -> None:
        recent = {COUNTS[level]: added[level] for level in (Level.SLOT, Level.MINUTE)}
        self._partitions.make_room({**recent, READ: [read.at_ms for read in reads]})

    def _number(self, units: Iterable[Unit]) -> None:
        """Sees to it that every unit has a number. In transactions of its own: a name without counts shows nowhere,
        and a number that was rolled back must not be remembered."""
        missing = self._units.missing(units)
        if not missing:
            return
        with self._database.writing(self._engine) as connection:
            self._units.write(connection, missing)
            self._refuse_too_many(connection)
        with self._database.reading(self._engine) as connection:
            self._units.refresh(connection)

    def _refuse_too_many(self, connection: Connection) -> None:
        most = self._layout.most_units
        if newest_number(connection) > most:
            remedy = "watch fewer label values, or keep the counts in PostgreSQL"
            raise StoreUnavailable(self._database.where, f"it has room for {most:,} names of units at most; {remedy}")

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable(self._database.where, "it is closed")
