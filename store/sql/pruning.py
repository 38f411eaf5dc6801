"""What goes away: rows past retention, oldest first, a few thousand at a time so that no writer waits long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnClause,
    ColumnElement,
    Connection,
    Table,
    column,
    delete,
    select,
    table,
    tuple_,
)

from store.latency import LATENCY_LEVELS
from store.records import Level, Retention, Scope
from store.slices import slice_start
from store.sql.journaling import prune_journal
from store.sql.latency import LATENCY
from store.sql.layouts import Layout, layout_of
from store.sql.partitions import CUTS, is_cut
from store.sql.schema import COUNTS, OBSERVED, PROBE, PROBE_COUNT, PROBE_RESULT, READ, SOURCE
from store.sql.writing import OBSERVED_LEVELS


class Past(NamedTuple):
    """Rows of one table that may go: those of ``prefix`` (of all, when that is empty) whose first key column is below
    ``before``."""

    table: Table
    prefix: Sequence[ColumnElement[bool]]
    key: Sequence[Column[int]]
    before: int
    listed_as: str

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What is true of each of those rows."""
        return [*self.prefix, self.key[0] < self.before]


def prune(connection: Connection, retention: Retention, now_s: int, zone: str, most_rows: int) -> int:
    """Deletes at most ``most_rows`` rows that are past retention; returns how many went.

    Of a table that is cut into parts only what lies in the default one: parts go as a whole (``partitions``).
    """
    left = most_rows
    if connection.dialect.name == "postgresql":
        for cut, before in past_parts(retention, now_s, zone).items():
            left -= _delete_strays(connection, cut, before, left)
    for past in all_past(connection, retention, now_s, zone):
        if left <= 0:
            break
        left -= _delete(connection, past, left)
    if retention.journal_seconds is not None and left > 0:
        left -= prune_journal(connection, (now_s - retention.journal_seconds) * 1000, left)
    return most_rows - left


def past_parts(retention: Retention, now_s: int, zone: str) -> dict[Table, int]:
    """Below which time rows are past retention, for each table that may be cut into parts."""
    before = {
        COUNTS[level]: slice_start(level, now_s - seconds, zone)
        for level in (Level.SLOT, Level.MINUTE)
        if (seconds := retention.seconds.get(level)) is not None
    }
    return {**before, READ: (now_s - retention.reads_seconds) * 1000}


def all_past(connection: Connection, retention: Retention, now_s: int, zone: str) -> Iterator[Past]:
    """Everything that may go row by row, in the order in which it goes."""
    for level, seconds in retention.seconds.items():
        if seconds is None:
            continue
        before_s = slice_start(level, now_s - seconds, zone)
        yield from _past_counts(layout_of(connection), level, before_s)
        if level in OBSERVED_LEVELS:
            yield _past(OBSERVED, level, before_s, level.name.lower())
            yield _past(PROBE_COUNT, level, before_s, level.name.lower())
        if level in LATENCY_LEVELS:
            yield _past(LATENCY, level, before_s, level.name.lower())
        if level is Level.SLOT:
            for probe_id in connection.execute(select(PROBE.c.id)).scalars().all():
                yield _past(PROBE_RESULT, probe_id, before_s * 1000)
    if is_cut(READ, connection):
        return
    before_ms = (now_s - retention.reads_seconds) * 1000
    for source_id in connection.execute(select(SOURCE.c.id)).scalars().all():
        yield _past(READ, source_id, before_ms)


def _past_counts(layout: Layout, level: Level, before_s: int) -> Iterator[Past]:
    """None of a table that is cut into parts."""
    before = layout.bounds(level, before_s, before_s)["low"]
    for scope in Scope:
        table = layout.table(level, scope)
        if table.name not in CUTS:
            yield Past(table, layout.of_scope(level, scope), layout.key(level, scope), before, level.name.lower())


def _past(table: Table, prefix: int, before: int, listed_as: str = "") -> Past:
    first, *key = table.primary_key.columns
    return Past(table, (first == prefix,), key, before, listed_as or table.name)


def _delete_strays(connection: Connection, cut: Table, before: int, most_rows: int) -> int:
    at: ColumnClause[int] = column(CUTS[cut.name].column, BigInteger)
    strays = table(f"{cut.name}_default", column("ctid"), at)
    oldest = select(strays.c.ctid).where(at < before).order_by(at).limit(most_rows)
    return connection.execute(delete(strays).where(strays.c.ctid.in_(oldest))).rowcount


def _delete(connection: Connection, past: Past, most_rows: int) -> int:
    oldest = select(*past.key).where(*past.conditions).order_by(*past.key)
    last = connection.execute(oldest.offset(most_rows - 1).limit(1)).first()
    if last is None:
        return connection.execute(delete(past.table).where(*past.conditions)).rowcount
    # One range of the key, up to the last row that may go. Its time is said twice, and the end of what is past not at
    # all: from either SQLite would walk through everything that is past, to delete a step of it.
    in_step = (past.key[0] <= last[0], tuple_(*past.key) <= tuple_(*last))
    return connection.execute(delete(past.table).where(*past.prefix, *in_step[: len(past.key)])).rowcount
