"""Signs of the store: its schema, its clock, who has the leases, and whether the audit log is whole."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from commands.options import Configuration
from commands.shared_dcns import shared_signs
from commands.signs import Sign, error, ok, warning
from store import maintenance
from store.audit_chain import stored_rows, verify
from store.audit_witness import Witness
from store.errors import StoreError
from store.examining import clock_ms, lacking
from store.leases import NOBODY, Lease, lease_name
from store.opening import open_store
from store.port import Store
from store.quality import LARGEST_SKEW_MS
from store.sql.revision import HEAD

SET_CLOCK = "let NTP set both clocks (timedatectl, chronyc tracking)"


def store_signs(chosen: Configuration) -> Iterator[Sign]:
    """One sign only, when there is no store or it cannot be used."""
    where = maintenance.where(chosen.store)
    if isinstance(chosen.store, Path) and not chosen.store.exists():
        yield ok("store", f"{where}: no store yet; collect or serve makes one")
        return
    try:
        store = open_store(chosen.store, chosen.catalog.zone, read_only=True)
    except StoreError as refused:
        yield error("store", str(refused))
        return
    try:
        yield from right_signs(chosen.store, where)
        yield from _signs(chosen, store, where)
    except StoreError as refused:
        yield error("store", str(refused))
    finally:
        store.close()


def _signs(chosen: Configuration, store: Store, where: str) -> Iterator[Sign]:
    with store.reading() as reader:
        yield ok("store", f"{where}: schema {HEAD}, {len(reader.sources())} sources known")
    before_ms = _now_ms()
    told_ms = clock_ms(chosen.store)
    if told_ms is not None:
        yield clock_sign(where, told_ms - (before_ms + _now_ms()) // 2)
    names = dict.fromkeys(lease_name(source.id) for source in chosen.settings.sources)
    yield from (lease_sign(name, store.leases()) for name in names)
    yield from shared_signs(chosen, store)
    yield audit_sign(chosen, store)


def right_signs(address: Path | str, where: str) -> Iterator[Sign]:
    """What our role may not do there. Looking is enough to show; an error is what nothing works without."""
    for lack in lacking(address):
        yield (error if lack.reading else warning)("rights", f"store {where}: {lack.what}", lack.grant)


def clock_sign(where: str, ahead_ms: int) -> Sign:
    """How far the store's clock is from ours."""
    if abs(ahead_ms) <= LARGEST_SKEW_MS:
        return ok("clock", f"{where}: its clock is within {LARGEST_SKEW_MS} ms of ours")
    way = "ahead of" if ahead_ms > 0 else "behind"
    return error("clock", f"{where}: its clock is {abs(ahead_ms) / 1000:.1f} s {way} ours", SET_CLOCK)


def lease_sign(name: str, leases: Mapping[str, Lease]) -> Sign:
    """Who reads a source."""
    lease = leases.get(name)
    if lease is None or lease.owner == NOBODY:
        return warning("lease", f"lease {name}: nobody has it, so nobody reads", "start: python app.py collect")
    return ok("lease", f"lease {name}: {lease.owner}, token {lease.token}")


def audit_sign(chosen: Configuration, store: Store) -> Sign:
    """Follows the whole chain, against the head that was put down beside the store; moves nothing."""
    found = verify(stored_rows(store), (Witness(chosen.data).head(),))
    if found.broken is not None:
        return error(
            "audit", f"audit log: {found.broken}", "python app.py audit verify; docs/audit.md says how to go on"
        )
    return ok("audit", f"audit log: whole, {found.head.number:,} rows")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
