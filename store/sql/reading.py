"""What comes out: one consistent view, asked through one connection inside one read transaction."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Row,
    Select,
    Table,
    bindparam,
    func,
    select,
    union_all,
)

from slo.counts import Counts, counts_of
from slo.windows import Window, day_start
from store.condensing import Part, may_hold_months, parts
from store.costs import LedgerLine, Rate
from store.errors import UnknownSource
from store.latency_records import LatencySlice
from store.peaks import Peak, feeds, is_provisional
from store.port import SlotRow, UnitKey
from store.records import (
    CUSTOMER,
    AccountTotal,
    CostSum,
    CostTotal,
    DayTotal,
    Gap,
    Gauge,
    Incarnation,
    Level,
    Read,
    Resume,
    Scope,
    Source,
    SourceStatus,
    Span,
    Unit,
)
from store.slices import STEP_S, Stretch, is_simulated, joined, signed, slice_end, stretches
from store.sql import latency, lookups
from store.sql.auditing import SqlAuditReader
from store.sql.columns import Asked, Columns, columns, in_order, of_units
from store.sql.condensing import MONTHS, SUMMED
from store.sql.costing import read_known, read_ledger, read_rates
from store.sql.dialect import Database
from store.sql.journaling import SqlJournalReader
from store.sql.layouts import layout_of
from store.sql.probing import SqlProbeReader
from store.sql.schema import (
    ABOUT,
    ACCOUNT_DAY,
    COST_DAY,
    GAP,
    GAUGE,
    INCARNATION,
    OBSERVED,
    PEAK_DAY,
    PEAK_SECOND,
    READ,
    SERIES,
    SOURCE,
    SOURCE_STATE,
    SPAN,
)
from store.sql.units import NEWEST, Units

_VERSIONS = select(func.coalesce(func.sum(SOURCE.c.version), 0)).scalar_subquery()
_VERSION = select(ABOUT.c.changes + _VERSIONS, NEWEST)
_SOURCES = select(SOURCE).order_by(SOURCE.c.id)
_SPANS = select(SPAN)
_NO_VALUES: Mapping[str, int] = {}
_READ_FACTS = ("at_ms", "collected", "reason", "duration_ms", "samples", "resets", "unknown_births")


class SqlReader:
    """One consistent view (see ``store.port.Reader``)."""

    def __init__(self, connection: Connection, database: Database, units: Units, zone: str) -> None:
        self._connection = connection
        self._database = database
        self._units = units
        self._zone = zone
        self._layout = layout_of(connection)
        # The first look is what fixes the instant that everything else is true of.
        ((version, newest),) = self._rows(_VERSION)
        self._version, self._newest_unit = int(version), int(newest)
        self._summed: list[Window] | None = None

    def version(self) -> int:
        """Grows with every commit; equal versions mean equal answers."""
        return self._version

    def sources(self) -> list[SourceStatus]:
        """Every registered source, in order of registration."""
        return [_status(row) for row in self._rows(_SOURCES)]

    def totals(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> dict[Unit, Counts]:
        """Counts of every unit of a scope over ``[from_s, to_s)``, units without events left out."""
        total: dict[int, Counts] = {}
        for stretch in stretches(scope, from_s, to_s, self._zone):
            for unit_id, each in self._sums(scope, stretch):
                counts = signed(each, stretch.sign)
                total[unit_id] = total[unit_id] + counts if unit_id in total else counts
        units = self._known(scope, traffic)
        return {units[each]: total[each] for each in total if each in units and total[each] != _NOTHING}

    def _sums(self, scope: Scope, stretch: Stretch) -> Iterator[tuple[int, Counts]]:
        """Sums over a stretch by the number of the unit, maybe in several parts."""
        whole = [Part(False, stretch.from_s, stretch.to_s)]
        for of_months, begin_s, end_s in parts(stretch, self._months()) if may_hold_months(scope, stretch) else whole:
            if of_months:
                found = self._columns(MONTHS, {"scope": int(scope), "low": begin_s, "high": end_s})
            else:
                bounds = self._layout.bounds(stretch.level, begin_s, end_s)
                found = self._columns(lookups.sums(self._layout, stretch.level, scope), bounds)
            if found:
                unit_ids, *counts = found
                yield from zip(unit_ids, counts_of(*counts), strict=True)

    def _months(self) -> list[Window]:
        """Months that are summed up."""
        if self._summed is None:
            self._summed = [Window(*row) for row in self._rows(SUMMED)]
        return self._summed

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
        known = self._known(scope, traffic)
        units = known
        if product or data_center:
            units = {
                unit_id: unit
                for unit_id, unit in known.items()
                if product in ("", unit.product) and data_center in ("", unit.data_center)
            }
        if not units:
            return []
        few = len(units) * _ROWS_A_SEEK_COSTS < len(known) and _slices(level, from_s, to_s) <= _MOST_SEEKS
        bounds = self._layout.bounds(level, from_s, to_s)
        if least_bad > 0:
            asked = lookups.failing(self._layout, level, scope)
            return in_order(self._columns(asked, bounds | {"least_bad": least_bad}), units)
        if not few:
            return in_order(self._columns(lookups.scan(self._layout, level, scope), bounds), units)
        asked = lookups.seeks(self._layout, level, scope)
        sought = (bounds | self._layout.seek(level, from_s, unit_id) for unit_id in units)
        rows = sorted(row for each in sought for row in zip(*self._columns(asked, each), strict=True))
        return in_order(list(zip(*rows, strict=True)), units)

    def slots(self, from_s: int, to_s: int) -> Sequence[SlotRow]:
        """Slots of bank, products, cells and DCNs as the driver gives them."""
        found = self._columns(lookups.slots(self._layout), self._layout.bounds(Level.SLOT, from_s, to_s))
        return list(zip(*found, strict=True))

    def named(self, keys: Iterable[UnitKey]) -> dict[UnitKey, Unit]:
        """Units by their numbers."""
        with self._database.translated():
            self._units.refresh(self._connection, self._newest_unit)
        return self._units.numbered(keys)

    def record_day(self, before_s: int) -> DayTotal | None:
        """The day with the most bank transactions; of equal days the earliest."""
        bank = list(self._known(Scope.BANK, CUSTOMER))
        days = self._layout.table(Level.DAY, Scope.BANK)
        best = (
            select(days.c.at, days.c.transactions)
            .where(*self._layout.of_scope(Level.DAY, Scope.BANK), days.c.unit_id.in_(bank), days.c.transactions > 0)
            .where(days.c.at < day_start(before_s, self._zone))
            .order_by(days.c.transactions.desc(), days.c.at)
            .limit(1)
        )
        for day_s, transactions in self._rows(best):
            return DayTotal(day_s, transactions, is_simulated(self._spans(), day_s, self._zone))
        return None

    def daily_peaks(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> list[Peak]:
        """The busiest minute of every unit and day that begins in ``[from_s, to_s)``, oldest day first."""
        return self._peaks(_PEAK_MINUTES, self._known(scope, traffic), {"scope": scope, "from_s": from_s, "to_s": to_s})

    def daily_peak_seconds(self, scope: Scope, from_s: int, to_s: int, *, traffic: str = CUSTOMER) -> list[Peak]:
        """The busiest second of every unit and day that begins in ``[from_s, to_s)``, oldest day first."""
        return self._peaks(_PEAK_SECONDS, self._known(scope, traffic), {"scope": scope, "from_s": from_s, "to_s": to_s})

    def _peaks(self, asked: Asked, units: Mapping[int, Unit], values: Mapping[str, int]) -> list[Peak]:
        found = of_units(self._columns(asked, values), units)
        if not found:
            return []
        days_s, unit_ids, minutes_s, transactions = found
        sources, spans = feeds(self.sources()), self._spans()
        provisional: list[bool] = []
        simulated: list[bool] = []
        for day_s, peaks in Counter(days_s).items():  # in order of days, as they were found
            provisional += [is_provisional(slice_end(Level.DAY, day_s, self._zone), sources, spans)] * peaks
            simulated += [is_simulated(spans, day_s, self._zone)] * peaks
        named = map(units.__getitem__, unit_ids)
        fields = zip(days_s, named, minutes_s, transactions, provisional, simulated, strict=True)
        return list(map(tuple.__new__, itertools.repeat(Peak), fields))

    def observed(self, from_s: int, to_s: int) -> dict[str, int]:
        """Accepted reads per source (edges taken outwards to whole minutes); sources without any left out."""
        parts = [_observed(stretch) for stretch in stretches(Scope.STEP, from_s, to_s, self._zone)]
        if not parts:
            return {}
        each = union_all(*parts).subquery()
        asked = (
            select(SOURCE.c.name, func.sum(each.c.reads))
            .join_from(each, SOURCE, SOURCE.c.id == each.c.source_id)
            .group_by(SOURCE.c.id, SOURCE.c.name)
            .order_by(SOURCE.c.id)
        )
        return {name: int(reads) for name, reads in self._rows(asked) if reads}

    def gaps(self, from_ms: int, to_ms: int) -> list[Gap]:
        """Gaps that touch ``[from_ms, to_ms)``, oldest first."""
        asked = (
            select(GAP.c.source, GAP.c.from_ms, GAP.c.to_ms, GAP.c.exact, GAP.c.reason)
            .where(GAP.c.from_ms < to_ms, GAP.c.to_ms > from_ms)
            .order_by(GAP.c.from_ms, GAP.c.source)
        )
        return [Gap(*row) for row in self._rows(asked)]

    def simulated(self) -> list[Span]:
        """Simulated stretches, adjacent ones joined, oldest first."""
        return joined(self._spans())

    def incarnations(self, source: str) -> list[Incarnation]:
        """Every life of a source's process that was seen, oldest first."""
        asked = select(INCARNATION).where(INCARNATION.c.source == source).order_by(INCARNATION.c.born_ms)
        return [Incarnation(*row) for row in self._rows(asked)]

    def reads(self, source: str, from_ms: int, to_ms: int) -> list[Read]:
        """Attempts in ``[from_ms, to_ms)``, oldest first."""
        asked = (
            select(*(READ.c[name] for name in _READ_FACTS))
            .join_from(READ, SOURCE)
            .where(SOURCE.c.name == source, READ.c.at_ms >= from_ms, READ.c.at_ms < to_ms)
            .order_by(READ.c.at_ms, READ.c.version, READ.c.position)
        )
        return [Read(*row) for row in self._rows(asked)]

    def costs(self, from_s: int, to_s: int) -> list[CostTotal]:
        """Cost per day, category and product of the days that begin in the range."""
        key = (COST_DAY.c.day_s, COST_DAY.c.category, COST_DAY.c.product)
        in_range = (COST_DAY.c.day_s >= from_s, COST_DAY.c.day_s < to_s)
        asked = select(*key, func.sum(COST_DAY.c.fen)).where(*in_range).group_by(*key).order_by(*key)
        return [CostTotal(day_s, category, product, int(fen)) for day_s, category, product, fen in self._rows(asked)]

    def cost_sums(self, from_s: int, to_s: int) -> list[CostSum]:
        """Cost per category, product and data center over all days that begin in the range."""
        key = (COST_DAY.c.category, COST_DAY.c.product, COST_DAY.c.data_center)
        in_range = (COST_DAY.c.day_s >= from_s, COST_DAY.c.day_s < to_s)
        asked = select(*key, func.sum(COST_DAY.c.fen), func.count()).where(*in_range).group_by(*key)
        found = (CostSum(str(row[0]), str(row[1]), str(row[2]), int(row[3]), int(row[4])) for row in self._rows(asked))
        return sorted(found, key=lambda each: (each.category, each.product, each.data_center))

    def accounts(self, from_s: int, to_s: int) -> list[AccountTotal]:
        """Accounts per day, product and state of the days that begin in the range."""
        key = (ACCOUNT_DAY.c.day_s, ACCOUNT_DAY.c.product, ACCOUNT_DAY.c.state)
        in_range = (ACCOUNT_DAY.c.day_s >= from_s, ACCOUNT_DAY.c.day_s < to_s)
        asked = select(*key, func.sum(ACCOUNT_DAY.c.accounts)).where(*in_range).group_by(*key).order_by(*key)
        return [AccountTotal(day_s, product, state, int(n)) for day_s, product, state, n in self._rows(asked)]

    def gauges(self) -> list[Gauge]:
        """Latest value of every other gauge."""
        asked = select(GAUGE).order_by(GAUGE.c.source, GAUGE.c.name, GAUGE.c.labels)
        return [Gauge(*row) for row in self._rows(asked)]

    def probes(self) -> SqlProbeReader:
        """What is known of synthetic probes."""
        return SqlProbeReader(self._rows, self._zone)

    def latency(self, level: Level, from_s: int, to_s: int, *, product: str) -> list[LatencySlice]:
        """Counts per bucket of a product's histograms, oldest first."""
        return latency.read_latency(self._rows, level, from_s, to_s, product)

    def journal(self) -> SqlJournalReader:
        """What people and the control center did."""
        return SqlJournalReader(self._rows)

    def audit(self) -> SqlAuditReader:
        """Who did what."""
        return SqlAuditReader(self._rows)

    def ledger(self, from_s: int, to_s: int) -> list[LedgerLine]:
        """Lines of the cost ledger that begin in the range, in order."""
        return read_ledger(self._rows, from_s, to_s)

    def known_charges(self, keys: Sequence[bytes]) -> frozenset[bytes]:
        """Which of these keys the ledger has."""
        return read_known(self._rows, keys)

    def rates(self) -> list[Rate]:
        """Every rate of a currency, oldest day first."""
        return read_rates(self._rows)

    def resume(self, source: str) -> Resume:
        """Where a collector of this source goes on. Raises UnknownSource."""
        about = select(SOURCE.c.id, SOURCE.c.version, SOURCE.c.watermark_ms).where(SOURCE.c.name == source)
        for source_id, version, watermark_ms in self._rows(about):
            series = select(SERIES.c.text).where(SERIES.c.source_id == source_id).order_by(SERIES.c.position)
            texts = tuple(text for (text,) in self._rows(series))
            kept = latency.remembered(SOURCE_STATE, self._rows, source_id)
            buckets = latency.remembered(latency.LATENCY_STATE, self._rows, source_id)
            return Resume(version, watermark_ms, texts, kept, self._latest_life(source), buckets)
        raise UnknownSource(source)

    def _latest_life(self, source: str) -> Incarnation | None:
        return max(self.incarnations(source), key=lambda life: (life.last_read_ms, life.born_ms), default=None)

    def _spans(self) -> list[Span]:
        return [Span(*row) for row in self._rows(_SPANS)]

    def _known(self, scope: Scope, traffic: str) -> dict[int, Unit]:
        with self._database.translated():
            self._units.refresh(self._connection, self._newest_unit)
        return self._units.of_scope(scope, traffic)

    def _rows(self, statement: Executable, values: Mapping[str, int] = _NO_VALUES) -> Sequence[Any]:
        with self._database.translated():
            return self._connection.execute(statement, values).all()

    def _columns(self, statement: Asked, values: Mapping[str, int]) -> Columns:
        with self._database.translated():
            return columns(self._connection, statement, values)


_NOTHING = Counts()
_ROWS_A_SEEK_COSTS = 20  # measured: reading past that many neighbors takes as long as one look-up
_MOST_SEEKS = 20_000  # beyond that a range is mostly one that nobody filled: reading what is there costs less


def _peaks_of(table: Table) -> Select[Any]:
    return (
        select(table.c.day_s, table.c.unit_id, table.c.at, table.c.transactions)
        .where(table.c.scope == bindparam("scope"), table.c.at.is_not(None))
        .where(table.c.day_s >= bindparam("from_s"), table.c.day_s < bindparam("to_s"))
        .order_by(table.c.day_s, table.c.unit_id)
    )


_PEAK_MINUTES, _PEAK_SECONDS = _peaks_of(PEAK_DAY), _peaks_of(PEAK_SECOND)


def _slices(level: Level, from_s: int, to_s: int) -> float:
    """Slices in a range; no fixed number for local days, which are few anyway."""
    return (to_s - from_s) / STEP_S[level] if level in STEP_S else math.inf


def _observed(stretch: Stretch) -> Select[Any]:
    in_stretch = (OBSERVED.c.at >= stretch.from_s, OBSERVED.c.at < stretch.to_s)
    reads = OBSERVED.c.reads if stretch.sign > 0 else -OBSERVED.c.reads
    return select(OBSERVED.c.source_id, reads.label("reads")).where(OBSERVED.c.level == stretch.level, *in_stretch)


def _status(row: Row[Any]) -> SourceStatus:
    last = row.last_at_ms is not None
    return SourceStatus(
        Source(row.name, row.kind, row.data_center, row.interval_ms),
        row.registered_ms,
        row.version,
        row.watermark_ms,
        Read(*(getattr(row, f"last_{name}") for name in _READ_FACTS)) if last else None,
        row.first_page_ms,
    )
