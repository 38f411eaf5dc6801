"""Ctrl-C and SIGTERM as an event that a command can wait for."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_event() -> threading.Event:
    """An event that SIGINT and SIGTERM set; asking again while things are being stopped changes nothing."""
    event = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        event.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return event
