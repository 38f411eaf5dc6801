"""Which collectors were at work when evaluation began and have been since: what they read says so, starting or not."""

from __future__ import annotations

from store.errors import StoreError
from store.leases import NOBODY
from store.port import Store

Holders = dict[str, tuple[str, int]]
"""Name of a lease -> who holds it, and the token that grows with every change of hands."""


class ReadingOn:
    """Leases of sources as they were when this was made; one that changed hands since is that of another collector."""

    def __init__(self, store: Store) -> None:
        self._store = store
        try:
            self._at_start = self._holders()
        except StoreError:  # whoever cannot say is taken to be starting
            self._at_start = {}

    def names(self) -> frozenset[str]:
        """Leases that are held as at the start. Raises StoreError."""
        if not self._at_start:
            return frozenset()
        return frozenset(name for name, held in self._holders().items() if self._at_start.get(name) == held)

    def _holders(self) -> Holders:
        leases = self._store.leases().values()
        return {each.name: (each.owner, each.token) for each in leases if each.owner != NOBODY}
