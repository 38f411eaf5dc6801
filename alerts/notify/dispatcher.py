"""Sends what is due over every channel: one thread reads the ledger, one per channel sends.

``wake`` right after a change was written makes its messages go at once; without it they go within ``poll_seconds``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from alerts.notify.delivery import Delivery, Status
from alerts.notify.ledger import Ledger
from alerts.notify.outlet import Outlet
from alerts.notify.worker import Work, Worker
from store.errors import StoreError

log = logging.getLogger(__name__)
NO_CHANNEL = "no channel of this name is configured any more"


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """One channel as screens show it. ``oldest_ms``: when the oldest delivery that waits was queued."""

    name: str
    kind: str
    waiting: int
    oldest_ms: int | None
    work: Work


class Dispatcher:
    """``ledger.owner`` must be another name for each process. ``now_ms`` is the wall clock."""

    def __init__(
        self,
        outlets: Sequence[Outlet],
        ledger: Ledger,
        *,
        poll_seconds: float = 1.0,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._ledger = ledger
        self._poll_seconds = poll_seconds
        self._now_ms = now_ms
        self._workers = {outlet.name: Worker(outlet, ledger, now_ms=now_ms) for outlet in outlets}
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="notify ledger", daemon=True)

    @property
    def fault(self) -> str:
        """Why the ledger cannot be read, in one line; empty when all is well."""
        return self._fault

    def start(self) -> None:
        """Starts all threads; once."""
        for worker in self._workers.values():
            worker.start()
        self._thread.start()

    def wake(self) -> None:
        """New deliveries were written."""
        self._awake.set()

    def stop(self, seconds: float = 10.0) -> bool:
        """Ends all threads; what was not sent waits in the ledger. False when one did not end in time."""
        deadline = time.monotonic() + seconds
        self._stopping.set()
        self._awake.set()
        for worker in self._workers.values():
            worker.stop()
        self._thread.join(max(0.0, deadline - time.monotonic()))
        ended = [worker.join(max(0.0, deadline - time.monotonic())) for worker in self._workers.values()]
        return all(ended) and not self._thread.is_alive()

    def status(self) -> list[ChannelStatus]:
        """Every channel, in the order of the configuration."""
        return [
            ChannelStatus(name, worker.outlet.kind, worker.waiting(), worker.oldest_waiting_ms(), replace(worker.work))
            for name, worker in self._workers.items()
        ]

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            self._hand_out()
            self._awake.wait(self._poll_seconds)

    def _hand_out(self) -> None:
        try:
            waiting = self._ledger.waiting()
            self._put_away([each for each in waiting if each.channel not in self._workers])
            self._fault = ""
        except StoreError as error:
            if not self._fault:
                log.warning("notify: %s", error)
            self._fault = str(error)
            return
        for name, worker in self._workers.items():
            worker.offer(each for each in waiting if each.channel == name)

    def _put_away(self, orphans: Sequence[Delivery]) -> None:
        now_ms = self._now_ms()
        gone = [replace(each, status=Status.SUPPRESSED, settled_ms=now_ms, last_error=NO_CHANNEL) for each in orphans]
        self._ledger.settle(gone, now_ms)
