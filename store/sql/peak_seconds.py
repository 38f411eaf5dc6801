"""The busiest second of a day in SQL: taken from slots when their minute closes, because slots live for hours.

A row without a second says that it was known once and turned out wrong after the slots had gone: no later second of
that day may take its place.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import BigInteger, Connection, TextClause, bindparam, delete, func, select, text, tuple_, update

from slo.windows import DAY_S, HOUR_S, MINUTE_S
from store.peaks import SECOND_SCOPES, is_torn, torn_seconds, unfit
from store.records import Level, Scope
from store.sql.feeding import is_coarse, state
from store.sql.layouts import Layout, layout_of
from store.sql.schema import PEAK_SECOND

# The number of a second in its day (below 131,072 on the longest) rides below the transactions, as for minutes.
_FOLD = """
    INSERT INTO peak_second (scope, day_s, unit_id, at, transactions)
    SELECT :scope, :day_s, unit_id, :day_s + 131071 - best % 131072, best / 131072
    FROM (
        SELECT unit_id, max(transactions * 131072 + 131071 - (at - :day_s)) AS best
        FROM {slots}
        WHERE {within} AND transactions > 0 AND at NOT IN :torn
        GROUP BY unit_id
    ) AS busiest
    WHERE true
    ORDER BY unit_id
    ON CONFLICT (scope, day_s, unit_id) DO UPDATE SET at = excluded.at, transactions = excluded.transactions
    WHERE excluded.transactions > peak_second.transactions
       OR (excluded.transactions = peak_second.transactions AND excluded.at < peak_second.at)
"""
_KEY = tuple_(PEAK_SECOND.c.scope, PEAK_SECOND.c.day_s, PEAK_SECOND.c.unit_id)
_HELD = select(PEAK_SECOND).where(PEAK_SECOND.c.day_s == bindparam("day_s"), PEAK_SECOND.c.at.is_not(None))

_Key = tuple[int, int, int]


def take_seconds(connection: Connection, day_s: int, from_s: int, to_s: int) -> None:
    """Takes the peaks of the seconds of closed minutes that no gap tears; all are of one day."""
    if is_coarse(connection, from_s):
        return
    for begin_s in range(from_s, to_s, HOUR_S):
        end_s = min(begin_s + HOUR_S, to_s)
        _, gaps = state(connection, begin_s, end_s)
        torn = sorted(torn_seconds(gaps, begin_s, end_s))
        layout = layout_of(connection)
        for scope in SECOND_SCOPES:
            values = {"scope": int(scope), "day_s": day_s, "torn": torn, **layout.bounds(Level.SLOT, begin_s, end_s)}
            connection.execute(_folding(layout, scope), values)


@cache
def _folding(layout: Layout, scope: Scope) -> TextClause:
    slots = layout.table(Level.SLOT, scope)
    statement = _FOLD.format(slots=slots.name, within=layout.within(Level.SLOT, scope))
    return text(statement).bindparams(bindparam("torn", expanding=True, type_=BigInteger))


def revoke_seconds(connection: Connection, day_s: int, minutes: Collection[int]) -> bool:
    """Takes back the peaks of a day that lie in these minutes and no longer hold. True: they can be sought anew; else
    they are unknown from now on."""
    held = connection.execute(_HELD, {"day_s": day_s}).all()
    suspects = [row for row in held if row.at - row.at % MINUTE_S in minutes]
    fallen: list[_Key] = [
        (row.scope, day_s, row.unit_id)
        for row in suspects
        if not _holds(connection, Scope(row.scope), row.unit_id, row.at, row.transactions)
    ]
    if not fallen:
        return False
    if _has_every_slot(connection, day_s):
        connection.execute(delete(PEAK_SECOND).where(_KEY.in_(fallen)))
        return True
    connection.execute(update(PEAK_SECOND).where(_KEY.in_(fallen)).values(at=None, transactions=None))
    return False


def _holds(connection: Connection, scope: Scope, unit_id: int, at_s: int, transactions: int) -> bool:
    feeds, gaps = state(connection, at_s - at_s % MINUTE_S, at_s - at_s % MINUTE_S + MINUTE_S)
    if unfit(at_s - at_s % MINUTE_S, feeds, gaps) or any(is_torn(gap, at_s) for gap in gaps):
        return False
    layout = layout_of(connection)
    slots = layout.table(Level.SLOT, scope)
    asked = select(slots.c.transactions).where(layout.within(Level.SLOT, scope), slots.c.unit_id == unit_id)
    now = connection.execute(asked, layout.bounds(Level.SLOT, at_s, at_s + 1)).scalar_one_or_none()
    return now is None or now == transactions  # a slot that is pruned says nothing against it


def _has_every_slot(connection: Connection, day_s: int) -> bool:
    layout = layout_of(connection)
    found = []
    for level, to_s in ((Level.SLOT, day_s + DAY_S), (Level.DAY, day_s + 1)):
        total = select(func.sum(layout.table(level, Scope.BANK).c.transactions))
        asked = total.where(layout.within(level, Scope.BANK))
        found.append(connection.execute(asked, layout.bounds(level, day_s, to_s)).scalar_one())
    return bool(found[0] == found[1])
