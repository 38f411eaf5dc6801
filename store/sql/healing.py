"""A healing inside a transaction that the caller began (see ``store.healing``)."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from slo.counts import Counts
from store.errors import HealingRefused, UnknownSource
from store.healing import Healing, lived, slice_text, unit_text
from store.records import Gap, Incarnation, Level, Scope, Unit
from store.scopes import Rollups
from store.sql.layouts import FIELDS, layout_of
from store.sql.schema import GAP, INCARNATION, SOURCE, UNIT

_SOURCE_ID = select(SOURCE.c.id).where(SOURCE.c.name == bindparam("source"))
_MOVE_FIRST_PAGE = (
    update(SOURCE)
    .where(SOURCE.c.name == bindparam("source"), SOURCE.c.first_page_ms == bindparam("before_ms"))
    .values(first_page_ms=bindparam("new_first_page_ms"))
)


def take_hole(connection: Connection, healing: Healing) -> int | None:
    """Takes the hole away and returns the number of its source; None when it is not as it was any more."""
    source_id = connection.execute(_SOURCE_ID, {"source": healing.source}).scalar_one_or_none()
    if source_id is None:
        raise UnknownSource(healing.source)
    taken = _closed(connection, healing.gap) if healing.gap is not None else _moved(connection, healing)
    return int(source_id) if taken else None


def _closed(connection: Connection, gap: Gap) -> bool:
    same = (GAP.c.from_ms == gap.from_ms, GAP.c.source == gap.source, GAP.c.to_ms == gap.to_ms)
    return connection.execute(delete(GAP).where(*same)).rowcount == 1


def _moved(connection: Connection, healing: Healing) -> bool:
    values = {
        "source": healing.source,
        "before_ms": healing.before_ms,
        "new_first_page_ms": healing.first_page_ms,
    }
    return connection.execute(_MOVE_FIRST_PAGE, values).rowcount == 1


def refuse_negative(connection: Connection, source: str, added: Rollups) -> None:
    """Raises HealingRefused when rows that took something away took more than there was."""
    for level, slices in added.items():
        for at, units in slices.items():
            less = {unit.scope for unit, each in units.items() if min(_amounts(each)) < 0}
            for scope in sorted(less):
                _refuse_negative(connection, source, level, scope, at)


def _amounts(counts: Counts) -> tuple[int, int, int, int]:
    return counts.good, counts.bad, counts.ignored, counts.transactions


def _refuse_negative(connection: Connection, source: str, level: Level, scope: Scope, at: int) -> None:
    layout = layout_of(connection)
    counts = layout.table(level, scope)
    fields = [counts.c[name] for name in FIELDS]
    below = (
        select(UNIT, *fields)
        .join_from(counts, UNIT, UNIT.c.id == counts.c.unit_id)
        .where(layout.within(level, scope), or_(*(field < 0 for field in fields)))
        .limit(1)
    )
    found = connection.execute(below, layout.bounds(level, at, at + 1)).first()
    if found is not None:
        _, number, *names = found[: -len(fields)]
        unit = Unit(Scope(number), *names)
        raise HealingRefused(source, unit_text(unit), slice_text(level, at), min(found[-len(fields) :]))


def put_lives(connection: Connection, lives: tuple[Incarnation, ...]) -> None:
    """Joins lives with what is known of them."""
    for life in lives:
        same = (INCARNATION.c.source == life.source, INCARNATION.c.born_ms == life.born_ms)
        row = connection.execute(select(INCARNATION).where(*same)).first()
        joined = lived(None if row is None else Incarnation(*row), life)
        connection.execute(delete(INCARNATION).where(*same))
        fields = {name: getattr(joined, name) for name in INCARNATION.columns.keys()}  # noqa: SIM118  not a mapping
        connection.execute(insert(INCARNATION), fields)
