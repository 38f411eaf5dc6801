"""A sign of life to somebody outside: when it stays away, he knows that nobody watches here any more.

It is sent only while the engine evaluates fresh data, so a control center that runs and sees nothing is silent too.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from outgoing.errors import SendFault
from outgoing.posting import Poster

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 1.0
"""So soon it asks again after a beat that was kept back."""


class Heartbeat:
    """Asks ``alive`` every ``every_seconds`` and, if so, sends one beat. ``method``: GET or POST."""

    def __init__(
        self, poster: Poster, *, every_seconds: float, alive: Callable[[], bool], method: str = "POST"
    ) -> None:
        self._poster = poster
        self._every_seconds = every_seconds
        self._alive = alive
        self._method = method
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notify heartbeat", daemon=True)
        self._beats = 0
        self._fault = ""

    @property
    def beats(self) -> int:
        """How many beats were taken."""
        return self._beats

    @property
    def fault(self) -> str:
        """Why the last beat was not sent, in one line; empty when it was."""
        return self._fault

    def start(self) -> None:
        """Starts the thread; once."""
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> bool:
        """Ends the thread; False when it did not end in time."""
        self._stopping.set()
        self._thread.join(seconds)
        self._poster.close()
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            beats = self._beat()
            self._stopping.wait(self._every_seconds if beats else min(self._every_seconds, LOOK_AGAIN_SECONDS))

    def _beat(self) -> bool:
        """False when it is kept back: who has just begun must not seem dead for a whole interval more."""
        if not self._alive():
            self._note("nothing fresh is evaluated; the beat is kept back")
            return False
        self._send()
        return True

    def _send(self) -> None:
        try:
            self._poster.post(b"", {"User-Agent": "lending-control-center"}, method=self._method)
        except SendFault as fault:
            self._note(str(fault))
            return
        self._beats += 1
        self._fault = ""

    def _note(self, fault: str) -> None:
        if fault != self._fault:
            log.warning("notify heartbeat: %s", fault)
        self._fault = fault
