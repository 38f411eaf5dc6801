"""Statements that read slices of one level and scope, made once each: making one costs more than running it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Select, Table, bindparam, cast, func, select, union_all

from store.records import Level, Scope
from store.sql.layouts import FIELDS, Layout

SLOT_SCOPES = (Scope.BANK, Scope.PRODUCT, Scope.CELL, Scope.DCN)


@cache
def sums(layout: Layout, level: Level, scope: Scope) -> Select[Any]:
    """Sums of the slices within the layout's bounds by unit: its number, then FIELDS."""
    counts = layout.table(level, scope)
    fields = (cast(func.sum(counts.c[name]), BigInteger) for name in FIELDS)
    return select(counts.c.unit_id, *fields).where(layout.within(level, scope)).group_by(counts.c.unit_id)


@cache
def scan(layout: Layout, level: Level, scope: Scope) -> Select[Any]:
    """The slices within the layout's bounds as they lie: begin, number of the unit, FIELDS."""
    return _slices(layout.table(level, scope)).where(layout.within(level, scope)).order_by(*layout.key(level, scope))


@cache
def failing(layout: Layout, level: Level, scope: Scope) -> Select[Any]:
    """The same, only those with ``least_bad`` bad events or more."""
    return scan(layout, level, scope).where(
        layout.table(level, scope).c.bad >= bindparam("least_bad", type_=BigInteger)
    )


@cache
def slots(layout: Layout) -> CompoundSelect[Any]:
    """Slots within the layout's bounds of every scope that has any: begin, number of the unit, events, bad ones."""
    each = [layout.table(Level.SLOT, scope).c for scope in SLOT_SCOPES]
    return union_all(
        *(
            select(counts.at, counts.unit_id, counts.good + counts.bad, counts.bad).where(
                layout.within(Level.SLOT, scope)
            )
            for counts, scope in zip(each, SLOT_SCOPES, strict=True)
        )
    )


@cache
def seeks(layout: Layout, level: Level, scope: Scope) -> Select[Any]:
    """The slices of one unit, each looked up: a scan would read those of all its neighbors.

    Takes the layout's bounds, and ``first`` and ``unit_id`` of its ``seek``.
    """
    counts, step = layout.table(level, scope), layout.seek_step(level)
    first = select(cast(bindparam("first"), BigInteger).label("place"))
    moment = first.cte("moment", recursive=True)
    moment = moment.union_all(select(moment.c.place + step).where(moment.c.place + step < bindparam("high")))
    return (
        _slices(counts)
        .join_from(moment, counts, layout.sought(level, scope, moment.c.place))
        .where(layout.within(level, scope))
    )


def _slices(counts: Table) -> Select[Any]:
    return select(counts.c.at, counts.c.unit_id, *(counts.c[name] for name in FIELDS))
