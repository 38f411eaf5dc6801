"""The leases of the in-memory twin."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from store.errors import StoreUnavailable
from store.leases import NOBODY, Beat, Lease, lease_name, refuse_outdated, takeable
from store.records import Batch


class MemoryLeases:
    """What a store in memory knows of leases, and the lock under which all of it changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._leases: dict[str, Lease] = {}
        self._token = 0

    def leases(self) -> dict[str, Lease]:
        """Every lease that there ever was, by name."""
        with self._leasing():
            return dict(self._leases)

    def acquire(
        self, names: Collection[str], owner: str, beat: Beat, *, stale: Collection[Lease] = ()
    ) -> dict[str, Lease]:
        """Takes those of the named leases that nobody holds or that are still exactly as in ``stale``."""
        with self._leasing():
            self._token += 1
            free = {name for name in names if takeable(self._leases.get(name), stale)}
            taken = {name: Lease(name, owner, self._token, beat) for name in sorted(free)}
            self._leases |= taken
            return taken

    def renew(self, held: Mapping[str, Lease], beat: Beat) -> dict[str, Lease]:
        """Shows a sign of life; returns those leases that are still held."""
        with self._leasing():
            beaten = {name: replace(lease, beat=beat) for name, lease in self._still(held).items()}
            self._leases |= beaten
            return beaten

    def release(self, held: Mapping[str, Lease]) -> None:
        """Gives leases back; what has changed hands is left alone."""
        with self._leasing():
            self._token += 1
            for name, lease in self._still(held).items():
                self._leases[name] = replace(lease, owner=NOBODY, token=self._token)

    def _still(self, held: Mapping[str, Lease]) -> dict[str, Lease]:
        present = {name: lease for name, lease in self._leases.items() if name in held}
        return {name: lease for name, lease in present.items() if lease.token == held[name].token}

    def _refuse_outdated(self, batch: Batch) -> None:
        if batch.token is not None:
            self._refuse_lost(batch.lease or lease_name(batch.source), batch.token)

    def _refuse_lost(self, name: str, token: int) -> None:
        refuse_outdated(name, token, self._leases.get(name))

    @contextmanager
    def _leasing(self) -> Iterator[None]:
        with self._lock:
            self._refuse_when_closed()
            yield

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("in memory", "it is closed")
