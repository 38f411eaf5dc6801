"""What a doctor asks of a database itself."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from store.opening import database_at
from store.sql.rights import Lack, lacks

__all__ = ["Lack", "clock_ms", "lacking"]


def clock_ms(address: Path | str) -> int | None:
    """What time it is for the server of a store; None for a file, whose clock is ours. Raises StoreUnavailable."""
    if isinstance(address, Path):
        return None
    database = database_at(address, read_only=True)
    engine = database.engine()
    try:
        with database.reading(engine) as connection:
            asked = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            return int(connection.execute(asked).scalar_one())
    finally:
        engine.dispose()


def lacking(address: Path | str) -> list[Lack]:
    """What our role may not do in a store of the present schema on a server; of a file nothing is told. Raises
    StoreUnavailable."""
    if isinstance(address, Path):
        return []
    database = database_at(address, read_only=True)
    engine = database.engine()
    try:
        with database.reading(engine) as connection:
            return lacks(connection)
    finally:
        engine.dispose()
