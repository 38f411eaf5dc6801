"""Histograms in the database: one row per slice and series, its counts packed as one text.

A source adds a few dozen rows once a minute, so they are read, added up and written back inside the commit: writers
queue, so nobody else adds to a slice meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Executable,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    select,
)

from store.latency import added, rolled_up
from store.latency_records import LatencySeries, LatencySlice
from store.records import Batch, Level
from store.sql.puts import insert_sql, put_rows, upsert_sql
from store.sql.schema import METADATA

_SEPARATOR = ","

LATENCY_SERIES = Table(
    "latency_series",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("product", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("bounds", Text, nullable=False),  # upper edges in seconds, ascending: 0.1,0.5,+Inf
    UniqueConstraint("product", "step", "traffic", "bounds", name="latency_series_is_unique"),
)

LATENCY = Table(
    "latency",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("counts", Text, nullable=False),  # of each bucket, not cumulative: 17,3,0
    sqlite_with_rowid=False,
)

LATENCY_STATE = Table(
    "latency_state",
    METADATA,
    Column("source_id", Integer, ForeignKey("source.id"), primary_key=True, autoincrement=False),
    Column("state", LargeBinary, nullable=False),
)

_PUT_STATE = upsert_sql(LATENCY_STATE, lambda new: {"state": new["state"]})
_PUT_SERIES = insert_sql(LATENCY_SERIES, ("product", "step", "traffic", "bounds"))
_SET = upsert_sql(LATENCY, lambda new: {"counts": new["counts"]}, distinct=True)


def put_latency(connection: Connection, source_id: int, batch: Batch, zone: str) -> None:
    """Adds what a batch says of histograms to minutes, hours and days, and keeps the collector's memory of them."""
    if batch.latency is None:
        return
    ids = _numbered(connection, sorted({row.series for row in batch.latency.rows}))
    slices = list(rolled_up(batch.latency.rows, zone))
    present = _present(connection, {(level, each.at_s) for level, each in slices})
    rows = []
    for level, each in slices:
        key = (int(level), each.at_s, ids[each.series])
        counts = added(present.get(key, (0,) * len(each.counts)), each.counts)
        rows.append((*key, _SEPARATOR.join(map(str, counts))))
    put_rows(connection, _SET, rows)
    put_rows(connection, _PUT_STATE, [(source_id, batch.latency.state)])


def _present(connection: Connection, slices: set[tuple[Level, int]]) -> dict[tuple[int, int, int], tuple[int, ...]]:
    """Counts that stand already in these slices, by level, begin and number of the series."""
    found = {}
    for level, at_s in sorted(slices):
        asked = select(LATENCY.c.series_id, LATENCY.c.counts).where(LATENCY.c.level == int(level), LATENCY.c.at == at_s)
        found.update({(int(level), at_s, series_id): _numbers(text) for series_id, text in connection.execute(asked)})
    return found


def _numbered(connection: Connection, wanted: Sequence[LatencySeries]) -> dict[LatencySeries, int]:
    """Numbers of series; new ones get one."""
    known = _known(connection.execute(select(LATENCY_SERIES)).all())
    missing = [series for series in wanted if series not in known]
    if not missing:
        return known
    rows = [(series.product, series.step, series.traffic, _SEPARATOR.join(series.bounds)) for series in missing]
    put_rows(connection, _PUT_SERIES, rows)
    return _known(connection.execute(select(LATENCY_SERIES)).all())


def _known(rows: Sequence[Any]) -> dict[LatencySeries, int]:
    return {
        LatencySeries(product, step, traffic, tuple(bounds.split(_SEPARATOR))): number
        for number, product, step, traffic, bounds in rows
    }


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(_SEPARATOR)))


def read_latency(
    rows: Callable[[Executable], Sequence[Any]], level: Level, from_s: int, to_s: int, product: str
) -> list[LatencySlice]:
    """Slices of a level that begin in ``[from_s, to_s)``, oldest first."""
    of_product = select(LATENCY_SERIES).where(LATENCY_SERIES.c.product == product)
    series = {number: each for each, number in _known(rows(of_product)).items()}
    if not series:
        return []
    asked = select(LATENCY.c.at, LATENCY.c.series_id, LATENCY.c.counts).where(
        LATENCY.c.level == int(level), LATENCY.c.at >= from_s, LATENCY.c.at < to_s, LATENCY.c.series_id.in_(series)
    )
    return sorted(LatencySlice(at, series[number], _numbers(counts)) for at, number, counts in rows(asked))


def remembered(table: Table, rows: Callable[[Executable], Sequence[Any]], source_id: int) -> bytes | None:
    """A collector's memory of a source in one of the tables of states; None while there is none."""
    kept = rows(select(table.c.state).where(table.c.source_id == source_id))
    return bytes(kept[0][0]) if kept else None
