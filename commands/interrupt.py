"""Ctrl-C and SIGTERM as an event that a command can wait for."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_event() -> threading.Event:
    """An event that the first SIGINT or SIGTERM sets; a second SIGINT ends the process at once."""
    event = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        event.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return event
