"""What lies in the tables: rows, bytes and edges of every level, and what is past retention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from store.holdings import Extent, JournalHolding, LatencyHolding
from store.records import Level, Retention, Scope
from store.sql.journaling import past_journal
from store.sql.latency import LATENCY, LATENCY_SERIES, LATENCY_STATE
from store.sql.layouts import Layout, layout_of
from store.sql.partitions import is_cut
from store.sql.pruning import all_past, past_parts
from store.sql.schema import COUNTS, DOCUMENT, ENTRY, OBSERVED, PROBE_RESULT, READ, SOURCE

_SIZE_OF = {
    "sqlite": text("SELECT sum(pgsize) FROM dbstat WHERE name = :name AND aggregate = TRUE"),
    "postgresql": text(
        "SELECT coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(to_regclass(:name))),"
        " pg_total_relation_size(to_regclass(:name)))"
    ),
}


def extent(connection: Connection, level: Level) -> Extent:
    """Rows, bytes and edges of one level. Counts every row: seconds on a full store, and never in a writer's way."""
    layout = layout_of(connection)
    tables = layout.tables(level)
    edges = [_edges(connection, layout, level, scope) for scope in Scope]
    oldest = [low for low, _ in edges if low is not None]
    newest = [high for _, high in edges if high is not None]
    return Extent(
        level,
        rows=sum(_count(connection, table) for table in tables),
        size_bytes=_size_bytes(connection, tables),
        oldest_s=min(oldest, default=None),
        newest_s=max(newest, default=None),
        first_read_s=_first_reads(connection, level),
    )


def _edges(connection: Connection, layout: Layout, level: Level, scope: Scope) -> tuple[int | None, int | None]:
    # Two statements, each one look-up in the key; asked together SQLite would walk through the whole scope.
    at, key = layout.table(level, scope).c.at, layout.key(level, scope)
    of_scope = select(at).where(*layout.of_scope(level, scope)).limit(1)
    low = connection.execute(of_scope.order_by(*key)).scalar_one_or_none()
    high = connection.execute(of_scope.order_by(*(column.desc() for column in key))).scalar_one_or_none()
    return low, high


def _first_reads(connection: Connection, level: Level) -> Mapping[str, int]:
    """Begin of the oldest slice with an accepted read, by source. Slots keep no reads of their own: minutes do."""
    kept = Level.MINUTE if level is Level.SLOT else level
    asked = (
        select(SOURCE.c.name, func.min(OBSERVED.c.at).label("at"))
        .join_from(OBSERVED, SOURCE, SOURCE.c.id == OBSERVED.c.source_id)
        .where(OBSERVED.c.level == int(kept))
        .group_by(SOURCE.c.name)
    )
    return {row.name: row.at for row in connection.execute(asked)}


def _size_bytes(connection: Connection, tables: Iterable[Table]) -> int | None:
    """Bytes of tables with their partitions; None when the database cannot tell."""
    asked = _SIZE_OF.get(connection.dialect.name)
    if asked is None:
        return None
    try:
        sizes = [connection.execute(asked, {"name": table.name}).scalar_one() for table in tables]
    except DBAPIError:  # SQLite may be built without dbstat
        return None
    known = [int(size) for size in sizes if size is not None]
    return sum(known) if known else None


def database_bytes(connection: Connection) -> int:
    """Bytes of a whole PostgreSQL database."""
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def journal_holdings(connection: Connection) -> tuple[JournalHolding, ...]:
    """Rows, bytes and edges of the journal's entries and of its documents."""
    is_open = DOCUMENT.c.open.is_(True)
    return (_journal(connection, ENTRY, None), _journal(connection, DOCUMENT, _count(connection, DOCUMENT, is_open)))


def _journal(connection: Connection, table: Table, open_rows: int | None) -> JournalHolding:
    oldest_ms, newest_ms = connection.execute(select(func.min(table.c.at_ms), func.max(table.c.at_ms))).one()
    return JournalHolding(
        table.name,
        rows=_count(connection, table),
        open_rows=open_rows,
        size_bytes=_size_bytes(connection, [table]),
        oldest_s=None if oldest_ms is None else oldest_ms // 1000,
        newest_s=None if newest_ms is None else newest_ms // 1000,
    )


def latency_holding(connection: Connection) -> LatencyHolding:
    """Rows, bytes and edges of histograms; the bytes are those of their names and of what collectors remember too."""
    oldest_s, newest_s = connection.execute(select(func.min(LATENCY.c.at), func.max(LATENCY.c.at))).one()
    return LatencyHolding(
        rows=_count(connection, LATENCY),
        histograms=_count(connection, LATENCY_SERIES),
        size_bytes=_size_bytes(connection, [LATENCY, LATENCY_SERIES, LATENCY_STATE]),
        oldest_s=oldest_s,
        newest_s=newest_s,
    )


def expired(connection: Connection, retention: Retention, now_s: int, zone: str) -> dict[str, int]:
    """Rows past retention: by name of the level (counts, reads, probes, latency), of single attempts, of the
    journal."""
    listed = (READ, PROBE_RESULT, ENTRY, DOCUMENT)
    rows = {level.name.lower(): 0 for level in retention.seconds} | {table.name: 0 for table in listed}
    if retention.journal_seconds is not None:
        for table, conditions in past_journal((now_s - retention.journal_seconds) * 1000).items():
            rows[table.name] += _count(connection, table, *conditions)
    for past in all_past(connection, retention, now_s, zone):
        rows[past.listed_as] += _count(connection, past.table, *past.conditions)
    for table, before in past_parts(retention, now_s, zone).items():
        if is_cut(table, connection):
            rows[_listed_as(table)] += _count(connection, table, table.primary_key.columns[1] < before)
    return rows


def _listed_as(table: Table) -> str:
    return next((level.name.lower() for level, counts in COUNTS.items() if counts is table), table.name)


def _count(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())
