"""Units and their numbers: written once, then known to the process."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, func, select

from store.records import Scope, Unit
from store.sql.dialect import insert_sql, put_rows
from store.sql.schema import UNIT

Writing: TypeAlias = AbstractContextManager[Connection]

_DIMENSIONS = ("scope", "product", "data_center", "dcn", "step", "outcome", "traffic")
_INSERT = insert_sql(UNIT, _DIMENSIONS)
NEWEST = func.coalesce(select(func.max(UNIT.c.id)).scalar_subquery(), 0)
"""The greatest number that any unit has; 0 without units."""
_NEWER = select(UNIT).where(UNIT.c.id > bindparam("newest")).order_by(UNIT.c.id)


class Units:
    """What numbers this process knows. Units are never renamed or deleted, so what is known stays true."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest = 0
        self._ids: dict[Unit, int] = {}
        self._by_scope: defaultdict[tuple[Scope, str], dict[int, Unit]] = defaultdict(dict)

    def missing(self, units: Iterable[Unit]) -> list[Unit]:
        """Units whose number this process does not know yet."""
        return [unit for unit in units if unit not in self._ids]

    def write(self, connection: Connection, units: Iterable[Unit]) -> None:
        """Numbers units that have none. Known only after ``refresh`` in a later transaction: this one may fail."""
        put_rows(connection, _INSERT, [(int(unit.scope), *unit[1:]) for unit in units])

    def refresh(self, connection: Connection, newest: int | None = None) -> None:
        """Learns what was numbered since, by any process. ``connection`` must see committed rows only. ``newest``: the
        greatest number that it sees, when that is known; then nothing is asked when nothing is new."""
        if newest is not None and newest <= self._newest:
            return
        newer = connection.execute(_NEWER, {"newest": self._newest}).all()
        if not newer:
            return
        with self._lock:
            grown = set()
            for number, scope, *names in newer:
                unit = Unit(Scope(scope), *names)
                self._ids[unit] = number
                self._by_scope[unit.scope, unit.traffic][number] = unit
                self._newest = max(self._newest, number)
                grown.add((unit.scope, unit.traffic))
            for key in grown:
                self._by_scope[key] = dict(sorted(self._by_scope[key].items(), key=_unit))

    @property
    def ids(self) -> Mapping[Unit, int]:
        """Number of every known unit."""
        return self._ids

    def numbered(self, numbers: Iterable[Hashable]) -> dict[Hashable, Unit]:
        """Known units of numbers."""
        wanted = set(numbers)
        with self._lock:
            return {number: unit for unit, number in self._ids.items() if number in wanted}

    def of_scope(self, scope: Scope, traffic: str) -> dict[int, Unit]:
        """Known units of one scope and traffic by number, in the order of units."""
        with self._lock:
            return dict(self._by_scope[scope, traffic])


def newest_number(connection: Connection) -> int:
    """The greatest number that any unit has; 0 without units."""
    return int(connection.execute(select(NEWEST)).scalar_one())


def _unit(known: tuple[int, Unit]) -> Unit:
    return known[1]
