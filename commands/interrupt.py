"""Ctrl-C and SIGTERM as an event that a command can wait for, and a limit on how long ending may take."""

from __future__ import annotations

import logging
import math
import os
import signal
import sys
import threading
import time
from types import FrameType

LOG = logging.getLogger(__name__)
END_WITHIN_S = 4.5
"""Service managers are promised five seconds."""
GAVE_UP = 1
LOOK_S = 0.2


class Asked(threading.Event):
    """An event that a signal sets. The kernel may hand a signal to any thread, and Python acts on it when the main
    thread runs next: so that one never waits for long."""

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is set, waiting that long for it."""
        deadline_s = math.inf if timeout is None else time.monotonic() + timeout
        while not super().wait(max(0.0, min(LOOK_S, deadline_s - time.monotonic()))):
            if time.monotonic() >= deadline_s:
                return False
        return True


def stop_event() -> threading.Event:
    """An event that SIGINT and SIGTERM set; asking again while things are being stopped changes nothing."""
    event = Asked()

    def ask(number: int, frame: FrameType | None) -> None:
        event.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return event


def end_in_time(stop: threading.Event, seconds: float = END_WITHIN_S) -> None:
    """Once ``stop`` is set the process ends within ``seconds``: with exit code 1 and a line if it could not do so by
    itself, because a disk or a server does not answer. Commits are whole or not at all, so nothing is half-written."""

    def watch() -> None:
        stop.wait()
        threading.Event().wait(seconds)
        waited = sorted(thread.name for thread in threading.enumerate() if not thread.daemon)
        LOG.error("not ended within %g s of the signal, giving up; still at work: %s", seconds, ", ".join(waited))
        sys.stderr.flush()
        os._exit(GAVE_UP)

    threading.Thread(target=watch, name="end in time", daemon=True).start()
