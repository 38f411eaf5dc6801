"""The one entrance to a store on disk."""

from __future__ import annotations

from pathlib import Path

from slo.windows import day_start
from store.port import Store
from store.sql.database import SqlStore
from store.sql.dialect import SqliteFile
from store.sql.revision import make_current, refuse_other


def open_store(path: Path, zone: str, *, read_only: bool = False, upgrade: bool = False) -> Store:
    """Opens the store in a file. ``zone`` (such as Asia/Shanghai) says when its days begin.

    ``upgrade`` makes the file if it is missing and brings an older schema up to date; several processes may ask for
    it at once. Raises StoreUnavailable, SchemaMismatch (made by another version), or UnknownZone.
    """
    day_start(0, zone)
    database = SqliteFile(path, read_only=read_only)
    engine = database.engine()
    try:
        if upgrade and not read_only:
            make_current(database, engine, zone)
        refuse_other(database, engine, zone)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(database, engine, zone)
