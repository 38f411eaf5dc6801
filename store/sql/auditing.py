"""The audit log in SQL. Writers of a store queue for each other (SQLite's file lock, PostgreSQL's advisory lock), so
the row that is newest when a transaction writes is still the newest when it ends: the chain has no forks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Executable, select

from store.audit import BEGIN, EVERYTHING, Audited, AuditFilter, AuditRow, Head, chained
from store.sql.puts import insert_sql, put_rows
from store.sql.schema import AUDIT

Ask: TypeAlias = Callable[[Executable], Sequence[Any]]

_PUT = insert_sql(AUDIT)
_HEAD = select(AUDIT.c.number, AUDIT.c.digest).order_by(AUDIT.c.number.desc()).limit(1)


def write(connection: Connection, acts: tuple[Audited, ...]) -> None:
    """Adds acts behind the present head, inside the caller's transaction."""
    if not acts:
        return
    found = connection.execute(_HEAD).one_or_none()
    rows = chained(BEGIN if found is None else Head(*found), acts)
    put_rows(connection, _PUT, [(row.number, *row.act, row.digest) for row in rows])


class SqlAuditReader:
    """What was done (see ``store.audit.AuditReader``)."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def head(self) -> Head:
        """The newest row's number and digest."""
        found = self._ask(_HEAD)
        return Head(*found[0]) if found else BEGIN

    def rows(
        self,
        asked: AuditFilter = EVERYTHING,
        *,
        after: int = 0,
        before: int | None = None,
        most: int = 1000,
        newest_first: bool = False,
    ) -> list[AuditRow]:
        """Rows between two numbers and in a range of time."""
        conditions = [AUDIT.c.number > after, *_conditions(asked)]
        if before is not None:
            conditions.append(AUDIT.c.number < before)
        order = AUDIT.c.number.desc() if newest_first else AUDIT.c.number
        found = self._ask(select(AUDIT).where(*conditions).order_by(order).limit(most))
        return [AuditRow(number, Audited(*act), digest) for number, *act, digest in found]

    def actions(self) -> list[str]:
        """Every action that there is, in order."""
        return sorted(action for (action,) in self._ask(select(AUDIT.c.action).distinct()))


def _conditions(asked: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if asked.actor:
        yield AUDIT.c.actor == asked.actor
    if asked.subject:
        yield AUDIT.c.subject == asked.subject
    if asked.action:
        family = asked.action.endswith(".")
        yield AUDIT.c.action.startswith(asked.action, autoescape=True) if family else AUDIT.c.action == asked.action
    if asked.from_ms is not None:
        yield AUDIT.c.at_ms >= asked.from_ms
    if asked.to_ms is not None:
        yield AUDIT.c.at_ms < asked.to_ms
