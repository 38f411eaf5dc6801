"""Prices by the hour (`metered:` in costs.yaml), read beside the counts: what `costs collect` does once, `collect` does
every five minutes for the servers that it reads itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from commands.costs_metered import kept, metered_rates, read_days
from commands.options import Configuration
from store.errors import StoreError
from store.port import Store

EVERY_S = 300.0
FIRST_AFTER_S = 10.0
"""By then somebody has the leases."""
log = logging.getLogger(__name__)


class Metering:
    """A thread when there is something to read, none otherwise. ``leads``: source -> whether this process reads it.

    Raises CommandError for metrics of servers that are not there.
    """

    def __init__(
        self,
        chosen: Configuration,
        store: Store,
        leads: Callable[[], Mapping[str, bool]],
        *,
        first_after_s: float = FIRST_AFTER_S,
    ) -> None:
        self._store = store
        self._leads = leads
        self._first_after_s = first_after_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: frozenset[str] = frozenset()
        self._zone, self._rates = chosen.catalog.zone, metered_rates(chosen)

    def start(self) -> None:
        """Begins."""
        if self._rates and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="metering", daemon=True)
            self._thread.start()

    def change(self, chosen: Configuration) -> None:
        """From the next round on reads what another configuration says. Raises CommandError, with nothing changed."""
        self._zone, self._rates = chosen.catalog.zone, metered_rates(chosen)
        self.start()

    def stop(self) -> None:
        """Ends; a round under way is left to end by itself, for it is kept whole or not at all."""
        self._stop.set()

    def read_once(self, now_ms: int) -> None:
        """One round: yesterday and today so far."""
        leads = self._leads()
        mine = [each for each in self._rates if leads.get(each[1].name)]
        if not mine:
            return
        try:
            found = kept(self._store, self._zone, read_days(mine, self._zone, now_ms), again=True)
        except StoreError as error:
            self._tell([f"costs are not kept: {error}"])
            return
        self._tell(found.troubles)

    def _run(self) -> None:
        wait_s = self._first_after_s
        while not self._stop.wait(wait_s):
            self.read_once(time.time_ns() // 1_000_000)
            wait_s = EVERY_S

    def _tell(self, troubles: list[str]) -> None:
        """Each trouble once, until it is over."""
        for each in sorted(set(troubles) - self._told):
            log.warning("costs: %s", each)
        if self._told and not troubles:
            log.info("costs are read again")
        self._told = frozenset(troubles)
