"""Sends reports when they are due, in one process of all: whoever has the lease ``reports``.

A thread of its own: making a report takes seconds, a mail server may take half a minute, and no alert waits for either.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from store.errors import StoreError
from store.leadership import Leadership, LeaseTiming, Work, new_owner
from store.port import Store

log = logging.getLogger(__name__)
LEASE = "reports"
SENDING = Work("process", "sends", "sent")
EVERY_SECONDS = 5.0
LONGEST_GOODBYE_SECONDS = 20.0
"""How long ``stop`` waits for what is being sent; what takes longer is in doubt."""


class Reporter:
    """``send``: sends what is due at an instant (epoch milliseconds)."""

    def __init__(
        self,
        store: Store,
        send: Callable[[int], object],
        *,
        owner: str = "",
        timing: LeaseTiming | None = None,
        every_seconds: float = EVERY_SECONDS,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._send = send
        self._every_seconds = every_seconds
        self._now_ms = now_ms
        self._leadership = Leadership(store, [LEASE], owner or new_owner(), timing, work=SENDING)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._told = ""

    @property
    def leads(self) -> bool:
        """Whether this process is the one that sends."""
        return self._leadership.leads

    def change(self, send: Callable[[int], object]) -> None:
        """From the next look on sends in this way. From any thread."""
        self._send = send

    def start(self) -> None:
        """Asks for the lease and starts the thread; once."""
        self._leadership.start()
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after what is being sent, and gives the lease back."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(LONGEST_GOODBYE_SECONDS)
        self._leadership.stop()

    def tick(self, now_ms: int) -> None:
        """One look, if it is ours to look. A store that cannot be asked is said once, and asked again next time."""
        if not self._leadership.leads:
            return
        try:
            self._send(now_ms)
        except StoreError as fault:
            self._complain(str(fault))
        else:
            self._told = ""

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self.tick(self._now_ms())
            except Exception as defect:  # the outermost edge of a thread: a defect must not end all reports unseen
                if str(defect) != self._told:
                    log.exception("reports could not be sent by a defect")
                self._told = str(defect)

    def _complain(self, trouble: str) -> None:
        if trouble != self._told:
            log.warning("reports cannot be sent: %s", trouble)
        self._told = trouble
