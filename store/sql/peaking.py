"""Peaks in SQL: looked for when a minute closes, once for each source, never with every second's commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, TextClause, bindparam, delete, func, select, text, tuple_

from slo.windows import MINUTE_S, day_start
from store.healing import Healing
from store.peaks import EVERYWHERE, PEAK_SCOPES, may_take, unfit
from store.records import Batch, DayPeak, Gap, Level, Scope, Unit
from store.slices import slice_end, slice_start
from store.sql.feeding import state
from store.sql.layouts import Layout, layout_of
from store.sql.peak_seconds import revoke_seconds, take_seconds
from store.sql.schema import PEAK_DAY, PEAK_MARK, PEAK_SECOND, SOURCE, UNIT

# The number of a minute in its day (below 2048 on the longest) rides below the transactions: the greatest of those is
# the busiest minute, of equal ones the earliest, found in one pass.
_FOLD = """
    INSERT INTO peak_day (scope, day_s, unit_id, at, transactions)
    SELECT :scope, :day_s, unit_id, :day_s + 60 * (2047 - best % 2048), best / 2048
    FROM (
        SELECT unit_id, max(transactions * 2048 + 2047 - (at - :day_s) / 60) AS best
        FROM {minutes}
        WHERE {within} AND transactions > 0
          AND unit_id NOT IN (SELECT id FROM unit WHERE scope = :scope AND data_center IN :unfit)
        GROUP BY unit_id
    ) AS busiest
    WHERE true
    ORDER BY unit_id
    ON CONFLICT (scope, day_s, unit_id) DO UPDATE SET at = excluded.at, transactions = excluded.transactions
    WHERE excluded.transactions > peak_day.transactions
       OR (excluded.transactions = peak_day.transactions AND excluded.at < peak_day.at)
"""

_PUT_DRAWN = """
    INSERT INTO {table} (scope, day_s, unit_id, at, transactions)
    VALUES (:scope, :day_s, :unit_id, :at, :transactions)
    ON CONFLICT (scope, day_s, unit_id) DO UPDATE SET at = excluded.at, transactions = excluded.transactions
    WHERE excluded.transactions > {table}.transactions
"""

_MARK = text("""
    INSERT INTO peak_mark (source_id, minute_s) VALUES (:source_id, :minute_s)
    ON CONFLICT (source_id) DO UPDATE SET minute_s = excluded.minute_s
""")
_ABOUT = (
    select(SOURCE.c.data_center, PEAK_MARK.c.minute_s)
    .join_from(SOURCE, PEAK_MARK, SOURCE.c.id == PEAK_MARK.c.source_id, isouter=True)
    .where(SOURCE.c.id == bindparam("source_id"))
)
_HELD = (
    select(PEAK_DAY.c.at).where(PEAK_DAY.c.scope.in_(PEAK_SCOPES), PEAK_DAY.c.day_s == bindparam("day_s")).distinct()
)


class Places(NamedTuple):
    """Where peaks are filed: numbers of units, and the zone whose midnights begin days."""

    ids: Mapping[Unit, int]
    zone: str


class _Run(NamedTuple):
    """Minutes of one day that follow each other and are unfit for the same data centers."""

    day_s: int
    from_s: int
    to_s: int
    unfit: frozenset[str]


def close_minutes(connection: Connection, source_id: int, batch: Batch, touched: Iterable[int], zone: str) -> None:
    """Takes peaks from the minutes that a batch closed or added to later. ``touched``: minutes that it added to.

    Called when counts, gaps and the watermark of the batch are written.
    """
    data_center, before_s = connection.execute(_ABOUT, {"source_id": source_id}).one()
    open_s = before_s
    if batch.watermark_ms is not None:
        open_s = max(slice_start(Level.MINUTE, batch.watermark_ms // 1000, zone), before_s or 0)
    closed = {at_s for at_s in touched if open_s is None or at_s < open_s}
    if open_s is not None and open_s != before_s:
        closed.update(range(open_s if before_s is None else before_s, open_s, MINUTE_S))
        connection.execute(_MARK, {"source_id": source_id, "minute_s": open_s})
    take_peaks(connection, closed, zone, data_center=data_center)
    if batch.gaps or any(each.transactions < 0 for each in batch.transactions):
        take_again(connection, [*touched, *_torn(batch.gaps)], zone)


def heal_minutes(connection: Connection, healing: Healing, touched: Iterable[int], zone: str) -> None:
    """Takes peaks anew where a healing moved events, and from the minutes that its hole no longer tears."""
    healed = {*touched, *([] if healing.gap is None else _torn([healing.gap]))}
    take_again(connection, healed, zone)
    take_peaks(connection, healed, zone)


def _torn(gaps: Iterable[Gap]) -> Iterator[int]:
    for gap in gaps:
        yield from range(gap.from_ms // 60_000 * 60, gap.to_ms // 1000 + 1, MINUTE_S)


def take_peaks(connection: Connection, minutes: Iterable[int], zone: str, *, data_center: str | None = None) -> None:
    """Takes the peaks of these minutes as far as they are fit; taking them again changes nothing.

    Minutes that are unfit for ``data_center`` are passed over: whoever closes them for the others takes those.
    """
    chosen = sorted(minutes)
    if not chosen:
        return
    for run in _runs(connection, chosen, zone):
        if EVERYWHERE in run.unfit or data_center in run.unfit:
            continue
        for scope in PEAK_SCOPES:
            if scope is Scope.CELL or not run.unfit:
                _fold(connection, scope, run)
        if not run.unfit:
            take_seconds(connection, run.day_s, run.from_s, run.to_s)


def _fold(connection: Connection, scope: Scope, run: _Run) -> None:
    layout = layout_of(connection)
    bounds = layout.bounds(Level.MINUTE, run.from_s, run.to_s)
    values = {"scope": int(scope), "day_s": run.day_s, "unfit": sorted(run.unfit), **bounds}
    connection.execute(_folding(layout, scope), values)


@cache
def _folding(layout: Layout, scope: Scope) -> TextClause:
    minutes = layout.table(Level.MINUTE, scope)
    statement = _FOLD.format(minutes=minutes.name, within=layout.within(Level.MINUTE, scope))
    return text(statement).bindparams(bindparam("unfit", expanding=True, type_=Text))


def take_again(connection: Connection, minutes: Iterable[int], zone: str) -> None:
    """Seeks the peaks anew that lie in these minutes and no longer hold: counts were taken away, or a gap turned up.

    Days whose minutes are partly pruned keep what they have.
    """
    chosen = set(minutes)
    for day_s in sorted({day_start(at_s, zone) for at_s in chosen}):
        held = {at_s for (at_s,) in connection.execute(_HELD, {"day_s": day_s})}
        fallen = [key for at_s in sorted(held & chosen) for key in _fallen(connection, day_s, at_s)]
        sought_anew = revoke_seconds(connection, day_s, chosen)
        if fallen and _has_every_minute(connection, day_s, zone):
            key = tuple_(PEAK_DAY.c.scope, PEAK_DAY.c.day_s, PEAK_DAY.c.unit_id)
            connection.execute(delete(PEAK_DAY).where(key.in_(fallen)))
            sought_anew = True
        if sought_anew:
            take_peaks(connection, range(day_s, slice_end(Level.DAY, day_s, zone), MINUTE_S), zone)


def _fallen(connection: Connection, day_s: int, at_s: int) -> list[tuple[int, int, int]]:
    """Keys of the peaks at a minute that it no longer gives."""
    unfit_for = unfit(at_s, *state(connection, at_s, at_s + MINUTE_S))
    layout = layout_of(connection)
    fallen: list[tuple[int, int, int]] = []
    for scope in PEAK_SCOPES:
        bounds = layout.bounds(Level.MINUTE, at_s, at_s + MINUTE_S)
        values = {"day_s": day_s, "at_s": at_s, **bounds}
        fallen += [
            (int(scope), day_s, unit_id)
            for unit_id, data_center, kept, now in connection.execute(_peaks_at(layout, scope), values).all()
            if kept != now or not may_take(Unit(scope, data_center=data_center), unfit_for)
        ]
    return fallen


@cache
def _peaks_at(layout: Layout, scope: Scope) -> Select[Any]:
    minutes = layout.table(Level.MINUTE, scope)
    now = select(minutes.c.unit_id, minutes.c.transactions).where(layout.within(Level.MINUTE, scope)).subquery()
    return (
        select(PEAK_DAY.c.unit_id, UNIT.c.data_center, PEAK_DAY.c.transactions, now.c.transactions)
        .join_from(PEAK_DAY, UNIT, UNIT.c.id == PEAK_DAY.c.unit_id)
        .join(now, now.c.unit_id == PEAK_DAY.c.unit_id, isouter=True)
        .where(
            PEAK_DAY.c.scope == int(scope), PEAK_DAY.c.day_s == bindparam("day_s"), PEAK_DAY.c.at == bindparam("at_s")
        )
    )


def _has_every_minute(connection: Connection, day_s: int, zone: str) -> bool:
    """Whether the minutes of a day still add up to the day."""
    end_s = slice_end(Level.DAY, day_s, zone)
    day, minutes = (_begun(connection, level, day_s, end_s) for level in (Level.DAY, Level.MINUTE))
    return day == minutes


def _begun(connection: Connection, level: Level, from_s: int, to_s: int) -> int | None:
    """Transactions of the bank by the slices of a level."""
    layout = layout_of(connection)
    total = select(func.sum(layout.table(level, Scope.BANK).c.transactions)).where(layout.within(level, Scope.BANK))
    found = connection.execute(total, layout.bounds(level, from_s, to_s)).scalar_one()
    return None if found is None else int(found)


def _runs(connection: Connection, minutes: Sequence[int], zone: str) -> Iterator[_Run]:
    feeds, gaps = state(connection, minutes[0], minutes[-1] + MINUTE_S)
    run: _Run | None = None
    for at_s in minutes:
        this = _Run(day_start(at_s, zone), at_s, at_s + MINUTE_S, unfit(at_s, feeds, gaps))
        if run is not None and (run.day_s, run.to_s, run.unfit) == (this.day_s, at_s, this.unfit):
            run = run._replace(to_s=this.to_s)
            continue
        if run is not None:
            yield run
        run = this
    if run is not None:
        yield run


def put_drawn(connection: Connection, minutes: Iterable[DayPeak], seconds: Iterable[DayPeak], places: Places) -> None:
    """Peaks of a simulated past that came without its minutes or seconds; the greater one stays."""
    for table, drawn in ((PEAK_DAY, minutes), (PEAK_SECOND, seconds)):
        rows = [
            {
                "scope": int(each.unit.scope),
                "day_s": day_start(each.at_s, places.zone),
                "unit_id": places.ids[each.unit],
                "at": each.at_s,
                "transactions": each.transactions,
            }
            for each in drawn
        ]
        if rows:
            connection.execute(text(_PUT_DRAWN.format(table=table.name)), rows)
