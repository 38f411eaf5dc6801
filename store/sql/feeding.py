"""How far the sources are and where they were silent: what decides which slices may be a peak."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, or_, select

from slo.windows import HOUR_S
from store.peaks import EVERYWHERE, FINEST_MS, Feed, Silence
from store.sql.schema import GAP, SOURCE

_FEEDS = select(SOURCE.c.data_center, SOURCE.c.watermark_ms, SOURCE.c.last_at_ms).where(
    SOURCE.c.watermark_ms.is_not(None)
)
_GAPS = (
    select(func.coalesce(SOURCE.c.data_center, EVERYWHERE), GAP.c.from_ms, GAP.c.to_ms, GAP.c.exact)
    .join_from(GAP, SOURCE, SOURCE.c.name == GAP.c.source, isouter=True)
    .where(GAP.c.to_ms >= bindparam("from_ms"), GAP.c.from_ms < bindparam("to_ms"))
)
_COARSE = (
    select(SOURCE.c.id)
    .where(SOURCE.c.watermark_ms.is_not(None), SOURCE.c.interval_ms > FINEST_MS)
    .where(or_(SOURCE.c.last_at_ms.is_(None), SOURCE.c.last_at_ms >= bindparam("since_ms")))
    .limit(1)
)


def state(connection: Connection, from_s: int, to_s: int) -> tuple[list[Feed], list[Silence]]:
    """How far every source is, and the gaps that touch a stretch or end where it begins."""
    feeds = [Feed(*row) for row in connection.execute(_FEEDS)]
    return feeds, [Silence(*row) for row in connection.execute(_GAPS, {"from_ms": from_s * 1000, "to_ms": to_s * 1000})]


def is_coarse(connection: Connection, from_s: int) -> bool:
    """Whether some source that is still read brings several seconds at once."""
    return connection.execute(_COARSE, {"since_ms": (from_s - HOUR_S) * 1000}).first() is not None
