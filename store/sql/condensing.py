"""Sums of months in SQL (see ``store.condensing``)."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Insert, Select, bindparam, cast, delete, func, insert, literal, select

from slo.windows import Window
from store.condensing import SUMMED_SCOPES, months_before
from store.records import Level, Scope
from store.sql import lookups
from store.sql.layouts import FIELDS, Layout, layout_of
from store.sql.schema import MONTH_SUM, MONTH_SUMMED

SUMMED = select(MONTH_SUMMED.c.from_s, MONTH_SUMMED.c.to_s).order_by(MONTH_SUMMED.c.from_s)
"""Begin and end of each month that is summed up."""
MONTHS: Select[Any] = (
    select(MONTH_SUM.c.unit_id, *(cast(func.sum(MONTH_SUM.c[name]), BigInteger) for name in FIELDS))
    .where(MONTH_SUM.c.scope == bindparam("scope"))
    .where(MONTH_SUM.c.from_s >= bindparam("low"), MONTH_SUM.c.from_s < bindparam("high"))
    .group_by(MONTH_SUM.c.unit_id)
)
"""Sums over months by unit, as ``lookups.sums`` has them over days."""
_OUTDATE = delete(MONTH_SUMMED).where(
    MONTH_SUMMED.c.from_s <= bindparam("day_s"), MONTH_SUMMED.c.to_s > bindparam("day_s")
)
_TAKE_BACK = delete(MONTH_SUM).where(MONTH_SUM.c.from_s == bindparam("month_s"))


def outdate(connection: Connection, days: Collection[int]) -> None:
    """Takes back the sums of the months of days (their begins) that are added to."""
    if days:
        connection.execute(_OUTDATE, [{"day_s": day_s} for day_s in days])


def outdate_before(connection: Connection, before_s: int) -> None:
    """The same of every month that began before an instant: its days are pruned."""
    connection.execute(delete(MONTH_SUMMED).where(MONTH_SUMMED.c.from_s < before_s))


def unsummed(connection: Connection, now_s: int, zone: str) -> Window | None:
    """The newest month that is over, has days and is not summed up."""
    layout = layout_of(connection)
    days = layout.table(Level.DAY, Scope.BANK)
    oldest = (
        select(days.c.at).where(*layout.of_scope(Level.DAY, Scope.BANK)).order_by(*layout.key(Level.DAY, Scope.BANK))
    )
    first_s = connection.execute(oldest.limit(1)).scalar_one_or_none()
    if first_s is None:
        return None
    known = {from_s for from_s, _ in connection.execute(SUMMED)}
    return next((month for month in months_before(now_s, first_s, zone) if month.from_s not in known), None)


def sum_up(connection: Connection, month: Window) -> None:
    """Writes the sums of a month anew."""
    layout = layout_of(connection)
    connection.execute(_TAKE_BACK, {"month_s": month.from_s})
    for scope in sorted(SUMMED_SCOPES):
        values = {"month_s": month.from_s, **layout.bounds(Level.DAY, month.from_s, month.to_s)}
        connection.execute(_summing(layout, scope), values)
    outdate(connection, [month.from_s])
    connection.execute(insert(MONTH_SUMMED), {"from_s": month.from_s, "to_s": month.to_s})


@cache
def _summing(layout: Layout, scope: Scope) -> Insert:
    month_s = cast(bindparam("month_s"), BigInteger)
    days = lookups.sums(layout, Level.DAY, scope).add_columns(literal(int(scope)), month_s)
    return insert(MONTH_SUM).from_select(["unit_id", *FIELDS, "scope", "from_s"], days)
