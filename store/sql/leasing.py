"""Leases in a SQL database, inside a transaction that the caller began.

The row without a name, made with the table, holds the last token: whoever takes or gives back leases updates it first,
so that they queue. A commit locks its lease's row against that until it has ended; nobody waits in a circle, for a
commit takes that lock before any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, bindparam, insert, select, update

from store.healing import Healing
from store.leases import NOBODY, Beat, Lease, healing_lease, lease_name, refuse_outdated, takeable
from store.records import Batch
from store.sql.schema import LEASE

_COUNTER = ""
_UNHELD = {"owner": NOBODY, "token": 0, "clock": "", "beat_ms": 0}
_COLUMNS = (LEASE.c.name, LEASE.c.owner, LEASE.c.token, LEASE.c.clock, LEASE.c.beat_ms)
_ALL = select(*_COLUMNS).where(LEASE.c.name != _COUNTER)
_ONE = select(*_COLUMNS).where(LEASE.c.name == bindparam("lease")).with_for_update(read=True)
_NEXT_TOKEN = update(LEASE).where(LEASE.c.name == _COUNTER).values(token=LEASE.c.token + 1).returning(LEASE.c.token)
_TAKE = (
    update(LEASE)
    .where(LEASE.c.name == bindparam("lease"))
    .values(
        owner=bindparam("new_owner"),
        token=bindparam("new_token"),
        clock=bindparam("new_clock"),
        beat_ms=bindparam("new_beat_ms"),
    )
)


def leases(connection: Connection) -> dict[str, Lease]:
    """Every lease that there ever was, by name."""
    return _by_name(_lease(*row) for row in connection.execute(_ALL))


def refuse_outdated_writer(connection: Connection, batch: Batch) -> None:
    """Raises LeaseLost when the batch's lease has changed hands; else nobody takes it before this commit ends."""
    if batch.token is not None:
        refuse_lost(connection, batch.lease or lease_name(batch.source), batch.token)


def refuse_outdated_healer(connection: Connection, healing: Healing) -> None:
    """Raises LeaseLost when the lease of a healing has changed hands."""
    if healing.token is not None:
        refuse_lost(connection, healing_lease(healing.source), healing.token)


def refuse_lost(connection: Connection, name: str, token: int) -> None:
    """Raises LeaseLost when a lease has another token; else nobody takes it before this transaction ends."""
    row = connection.execute(_ONE, {"lease": name}).one_or_none()
    refuse_outdated(name, token, None if row is None else _lease(*row))


def acquire(
    connection: Connection, names: Collection[str], owner: str, beat: Beat, stale: Collection[Lease]
) -> dict[str, Lease]:
    """Takes every named lease that may be taken, all under one new token."""
    token = _next_token(connection)
    wanted = sorted(set(names))
    present = leases(connection)
    if new := [{"name": name, **_UNHELD} for name in wanted if name not in present]:
        connection.execute(insert(LEASE), new)
    taken = {name: Lease(name, owner, token, beat) for name in wanted if takeable(present.get(name), stale)}
    values = {"new_owner": owner, "new_token": token, "new_clock": beat.clock, "new_beat_ms": beat.at_ms}
    if taken:
        connection.execute(_TAKE, [{"lease": name, **values} for name in taken])
    return taken


def renew(connection: Connection, held: Mapping[str, Lease], beat: Beat) -> dict[str, Lease]:
    """Beats for every lease that is still held: one statement."""
    mine = update(LEASE).where(LEASE.c.token.in_(_tokens(held)), LEASE.c.name.in_(sorted(held)))
    beaten = mine.values(clock=beat.clock, beat_ms=beat.at_ms).returning(*_COLUMNS)
    return _by_name(_lease(*row) for row in connection.execute(beaten))


def release(connection: Connection, held: Mapping[str, Lease]) -> None:
    """Gives back every lease that is still held."""
    mine = update(LEASE).where(LEASE.c.token.in_(_tokens(held)), LEASE.c.name.in_(sorted(held)))
    connection.execute(mine.values(owner=NOBODY, token=_next_token(connection)))


def _tokens(held: Mapping[str, Lease]) -> list[int]:
    return sorted({lease.token for lease in held.values()})


def _next_token(connection: Connection) -> int:
    return int(connection.execute(_NEXT_TOKEN).scalar_one())


def _lease(name: str, owner: str, token: int, clock: str, beat_ms: int) -> Lease:
    return Lease(name, owner, token, Beat(clock, beat_ms))


def _by_name(found: Iterable[Lease]) -> dict[str, Lease]:
    return {lease.name: lease for lease in found}
