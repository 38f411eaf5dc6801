"""One writer per source: who may write it now, and how the store tells an old writer from the present one.

A lease has a **token** that grows with every change of hands and never comes back. A commit carries the token under
which it was made and is refused when the lease has moved on: a writer that slept through its own replacement can so
write nothing, whatever its clock says. No wall clock takes part. A holder shows that it lives by its **beat**, a
reading of its own monotonic clock; others only watch whether it changes (see ``store.leadership``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from store.errors import LeaseLost

NOBODY = ""


class Beat(NamedTuple):
    """A sign of life: milliseconds of the monotonic clock that ``clock`` names (one per start of a machine)."""

    clock: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one source, or all sources ``name/...`` of one server; ``owner`` is NOBODY when free."""

    name: str
    owner: str
    token: int
    beat: Beat


def lease_name(source: str) -> str:
    """The lease of a source: what stands before the first slash of its id."""
    return source.partition("/")[0]


def healing_lease(source: str) -> str:
    """The lease under which the past of a source is read again: beside that of its collector, one per server."""
    return f"backfill of {lease_name(source)}"


def takeable(lease: Lease | None, stale: Collection[Lease]) -> bool:
    """Whether a lease may change hands: nobody has it, or it is still exactly as it stood when it was found stale."""
    return lease is None or lease.owner == NOBODY or lease in stale


def refuse_outdated(name: str, token: int, present: Lease | None) -> None:
    """Raises LeaseLost when a lease has changed hands since a writer got it under ``token``."""
    if present is not None and present.token == token:
        return
    owner = present.owner if present is not None else NOBODY
    raise LeaseLost(name, owner or "nobody")
