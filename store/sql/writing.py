"""What goes in: rows of a batch or a chunk of history, inside a transaction that the caller began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from operator import or_
from typing import Any, NoReturn, TypeAlias

from sqlalchemy import Connection, Table, bindparam, case, delete, func, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ColumnElement

from slo.counts import Counts
from slo.windows import day_start
from store.errors import StaleWriter, UnknownSource
from store.growth import LevelGrowth, UnitColumns
from store.records import Accounts, Batch, Cost, Incarnation, Level, Read, Scope, Source, Span, Unit
from store.scopes import Rollups, Slice
from store.slices import slice_start
from store.sql.dialect import insert_sql, put_rows, upsert_sql
from store.sql.layouts import FIELDS, Counted, Layout, Row, every_table, written
from store.sql.puts import Put
from store.sql.schema import (
    ABOUT,
    ACCOUNT_DAY,
    COST_DAY,
    GAP,
    GAUGE,
    INCARNATION,
    OBSERVED,
    READ,
    SERIES,
    SOURCE,
    SOURCE_STATE,
    SPAN,
)

CountRows: TypeAlias = dict[Table, list[Row]]
"""Rows to add, by the table that they go to and in its own columns."""

_Numbered: TypeAlias = dict[Scope, list[Counted]]
_New: TypeAlias = ReadOnlyColumnCollection[str, Any]

_NOTHING = Counts()
ROWS_HELD = 20_000
"""So many rows of growth are made before they are written."""
OBSERVED_LEVELS = (Level.MINUTE, Level.HOUR, Level.DAY)


def _greater(left: ColumnElement[int], right: ColumnElement[int]) -> ColumnElement[int]:
    return case((left > right, left), else_=right)


def _added(counts: Table) -> Put:
    def merge(new: _New) -> Mapping[str, ColumnElement[int]]:
        return {field: counts.c[field] + new[field] for field in FIELDS}

    return upsert_sql(counts, merge, columns=written(counts), distinct=True)


def _extended_gap(new: _New) -> Mapping[str, ColumnElement[Any]]:
    return {"to_ms": _greater(new["to_ms"], GAP.c.to_ms), "exact": new["exact"], "reason": new["reason"]}


def _lived_on(new: _New) -> Mapping[str, ColumnElement[Any]]:
    last_read_ms = _greater(new["last_read_ms"], INCARNATION.c.last_read_ms)
    return {"last_mark": func.coalesce(new["last_mark"], INCARNATION.c.last_mark), "last_read_ms": last_read_ms}


_ADD_COUNTS = {counts: _added(counts) for counts in every_table()}
_ADD_OBSERVED = upsert_sql(OBSERVED, lambda new: {"reads": OBSERVED.c.reads + new["reads"]}, distinct=True)
_ADD_COST = upsert_sql(COST_DAY, lambda new: {"fen": COST_DAY.c.fen + new["fen"]}, distinct=True)
_PUT_ACCOUNTS = upsert_sql(ACCOUNT_DAY, lambda new: {"at_s": new["at_s"], "accounts": new["accounts"]}, newer="at_s")
_PUT_GAUGE = upsert_sql(GAUGE, lambda new: {"at_ms": new["at_ms"], "value": new["value"]}, newer="at_ms")
_PUT_GAP = upsert_sql(GAP, _extended_gap)
_PUT_INCARNATION = upsert_sql(INCARNATION, _lived_on)
_PUT_STATE = upsert_sql(SOURCE_STATE, lambda new: {"state": new["state"]})
_PUT_SERIES = insert_sql(SERIES)
_PUT_READ = insert_sql(READ)
_PUT_SPAN = insert_sql(SPAN)

_PUT_SOURCE = insert_sql(SOURCE, ("name", "kind", "data_center", "interval_ms", "registered_ms", "version"))

_LAST_READ = ("at_ms", "collected", "reason", "duration_ms", "samples", "resets", "unknown_births")
_COUNT_CHANGE = update(ABOUT).values(changes=ABOUT.c.changes + 1)
_SET_INTERVAL = (
    update(SOURCE).where(SOURCE.c.name == bindparam("source")).values(interval_ms=bindparam("new_interval_ms"))
)
_ADVANCE = (
    update(SOURCE)
    .where(SOURCE.c.name == bindparam("source"), SOURCE.c.version == bindparam("expected"))
    .values(
        version=SOURCE.c.version + 1,
        watermark_ms=func.coalesce(bindparam("new_watermark_ms"), SOURCE.c.watermark_ms),
        first_page_ms=func.coalesce(SOURCE.c.first_page_ms, bindparam("new_watermark_ms")),
    )
    .returning(SOURCE.c.id)
)
_ADVANCE_AND_READ = _ADVANCE.values(**{f"last_{name}": bindparam(f"new_{name}") for name in _LAST_READ})


def count_change(connection: Connection) -> None:
    """Moves the store's version on for a change that no source's version counts."""
    connection.execute(_COUNT_CHANGE)


def put_source(connection: Connection, source: Source, now_ms: int) -> None:
    """Makes a source known or updates its interval."""
    row = (source.id, source.kind, source.data_center, source.interval_ms, now_ms, 0)
    put_rows(connection, _PUT_SOURCE, [row])
    connection.execute(_SET_INTERVAL, {"source": source.id, "new_interval_ms": source.interval_ms})
    count_change(connection)


def advance(connection: Connection, batch: Batch) -> int:
    """Takes the source's next version, or raises StaleWriter or UnknownSource; returns the source's number."""
    values: dict[str, object] = {
        "source": batch.source,
        "expected": batch.expected_version,
        "new_watermark_ms": batch.watermark_ms,
    }
    if batch.reads:
        values |= {f"new_{name}": getattr(batch.reads[-1], name) for name in _LAST_READ}
    advanced = connection.execute(_ADVANCE_AND_READ if batch.reads else _ADVANCE, values).scalar_one_or_none()
    if advanced is None:
        _refuse(connection, batch)
    return int(advanced)


def _refuse(connection: Connection, batch: Batch) -> NoReturn:
    statement = select(SOURCE.c.version).where(SOURCE.c.name == batch.source)
    found = connection.execute(statement).scalar_one_or_none()
    if found is None:
        raise UnknownSource(batch.source)
    raise StaleWriter(batch.source, batch.expected_version, found)


def put_progress(connection: Connection, source_id: int, batch: Batch, zone: str) -> None:
    """What the batch says of its source: reads, series, lives and the opaque state."""
    version = batch.expected_version + 1
    put_reads(connection, source_id, version, batch.reads, _observed(batch.reads, zone))
    put_rows(connection, _PUT_INCARNATION, [_fields(life) for life in batch.incarnations])
    if batch.replaces_series:
        connection.execute(delete(SERIES).where(SERIES.c.source_id == source_id))
    if batch.new_series:
        known = select(func.count()).select_from(SERIES).where(SERIES.c.source_id == source_id)
        first = connection.execute(known).scalar_one()
        put_rows(connection, _PUT_SERIES, [(source_id, first + n, text) for n, text in enumerate(batch.new_series)])
    if batch.state is not None:
        put_rows(connection, _PUT_STATE, [(source_id, batch.state)])


def put_reads(
    connection: Connection, source_id: int, version: int, reads: Sequence[Read], observed: Mapping[tuple[int, int], int]
) -> None:
    """Attempts, and how many of them were accepted by level and begin of the slice."""
    rows = [(source_id, read.at_ms, version, position, *_facts(read)) for position, read in enumerate(reads)]
    put_rows(connection, _PUT_READ, rows)
    put_rows(connection, _ADD_OBSERVED, [(*slice_, source_id, number) for slice_, number in observed.items()])


def _facts(read: Read) -> Row:
    return (read.collected, read.reason, read.duration_ms, read.samples, read.resets, read.unknown_births)


def _observed(reads: Iterable[Read], zone: str) -> Counter[tuple[int, int]]:
    """Accepted reads by level and begin of the slice."""
    seconds = [read.at_ms // 1000 for read in reads if read.collected]
    return Counter((int(level), slice_start(level, at_s, zone)) for at_s in seconds for level in OBSERVED_LEVELS)


def _fields(life: Incarnation) -> Row:
    return (
        life.source,
        life.born_ms,
        life.first_mark,
        life.last_mark,
        life.first_read_ms,
        life.last_read_ms,
    )


def put_findings(connection: Connection, batch: Batch) -> None:
    """Gaps and gauges of a batch."""
    put_rows(connection, _PUT_GAP, [(gap.from_ms, gap.source, gap.to_ms, gap.exact, gap.reason) for gap in batch.gaps])
    put_rows(connection, _PUT_GAUGE, [tuple(gauge) for gauge in batch.gauges])


def put_day_totals(connection: Connection, costs: Iterable[Cost], accounts: Iterable[Accounts], zone: str) -> None:
    """Adds costs to their days; of accounts the latest of a day stays."""
    fen: Counter[tuple[int, str, str, str]] = Counter()
    for cost in costs:
        fen[day_start(cost.at_s, zone), cost.category, cost.product, cost.data_center] += cost.fen
    put_rows(connection, _ADD_COST, [(*key, amount) for key, amount in fen.items()])
    seen = [
        (day_start(each.at_s, zone), each.product, each.state, each.data_center, each.at_s, each.accounts)
        for each in accounts
    ]
    put_rows(connection, _PUT_ACCOUNTS, seen)


def put_counts(connection: Connection, rows: CountRows) -> None:
    """Adds rows to tables of counts. No two rows of a table may have the same key."""
    for table, of_table in rows.items():
        put_rows(connection, _ADD_COUNTS[table], of_table)


def put_span(connection: Connection, span: Span) -> bool:
    """Takes a simulated stretch; False when it is there already."""
    there = select(SPAN.c.from_s).where(SPAN.c.from_s == span.from_s, SPAN.c.to_s == span.to_s)
    if connection.execute(there).first() is not None:
        return False
    put_rows(connection, _PUT_SPAN, [(span.from_s, span.to_s)])
    return True


def batch_rows(added: Rollups, ids: Mapping[Unit, int], layout: Layout) -> CountRows:
    """Rows of what a batch adds. A slice that several levels share is numbered once."""
    numbered: dict[int, _Numbered] = {}
    rows: CountRows = {}
    for level, slices in added.items():
        for at, units in slices.items():
            if id(units) not in numbered:
                numbered[id(units)] = _numbered(units, ids)
            for scope, counted in numbered[id(units)].items():
                rows.setdefault(layout.table(level, scope), []).extend(layout.rows(level, scope, at, counted))
    return rows


def growth_rows(level: Level, grown: LevelGrowth, ids: Mapping[Unit, int], layout: Layout) -> Iterator[CountRows]:
    """Rows of what whole columns add to a level, in the order of the key, some at a time: all would be very many."""
    by_scope: dict[Scope, list[tuple[int, UnitColumns]]] = {scope: [] for scope in Scope}
    for unit, columns in grown.units.items():
        by_scope[unit.scope].append((ids[unit], columns))
    for scope, units in by_scope.items():
        rows: list[Row] = []
        for at, numbers, counted in _by_slice(sorted(units), grown):
            fields = zip(*layout.key_columns(level, scope, at, numbers), *counted, strict=False)
            rows += compress(fields, _something(counted))
            if len(rows) >= ROWS_HELD:
                yield {layout.table(level, scope): rows}
                rows = []
        yield {layout.table(level, scope): rows}


def _by_slice(
    units: list[tuple[int, UnitColumns]], grown: LevelGrowth
) -> Iterator[tuple[int, list[int], list[Sequence[int]]]]:
    """Begin of each slice, numbers of all units, and what each field has for them. Turned over as a whole, for a slice
    of a bank has thousands of units and a bite has few slices."""
    if not units:
        return
    numbers = [number for number, _ in units]
    nothing = [0] * len(units)
    turned: list[Iterable[Sequence[int]]] = []
    for field in zip(*(columns for _, columns in units), strict=True):
        empty = all(column is grown.nothing for column in field)
        turned.append(repeat(nothing) if empty else zip(*field, strict=True))
    for at, *counted in zip(grown.starts_s, *turned, strict=False):
        yield at, numbers, counted


def _something(counted: list[Sequence[int]]) -> Iterable[int]:
    """For each unit a number that is 0 when all of its counts are."""
    found: Iterable[int] = counted[0]
    for column in counted[1:]:
        if any(column):
            found = map(or_, found, column)
    return found


def _numbered(units: Slice, ids: Mapping[Unit, int]) -> _Numbered:
    by_scope: _Numbered = {}
    for unit, counts in units.items():
        by_scope.setdefault(unit.scope, []).append((ids[unit], *_amounts(counts)))
    return by_scope


def _amounts(counts: Counts) -> tuple[int, int, int, int]:
    return counts.good, counts.bad, counts.ignored, counts.transactions


def history_rows(
    counts: Mapping[tuple[Level, int, Unit], Counts], ids: Mapping[Unit, int], layout: Layout
) -> CountRows:
    """Rows of a chunk of history, in the order of the key."""
    rows: CountRows = {}
    for (level, at, unit), each in counts.items():
        if each != _NOTHING:
            row = layout.rows(level, unit.scope, at, [(ids[unit], *_amounts(each))])
            rows.setdefault(layout.table(level, unit.scope), []).extend(row)
    for of_table in rows.values():
        of_table.sort()
    return rows
