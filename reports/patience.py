"""Fewer looks for garbage while hundreds of thousands of objects are made that all stay alive."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MANY_OBJECTS = 5_000_000


class _Waiting:
    """How many wait at once, and the thresholds from before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._before = gc.get_threshold()

    def begin(self) -> None:
        """The first raises the threshold."""
        with self._lock:
            if not self._waiting:
                self._before = gc.get_threshold()
                gc.set_threshold(MANY_OBJECTS)
            self._waiting += 1

    def end(self) -> None:
        """The last puts back what was there."""
        with self._lock:
            self._waiting -= 1
            if not self._waiting:
                gc.set_threshold(*self._before)


_waiting = _Waiting()


@contextmanager
def patient_collector() -> Iterator[None]:
    """The collector, which is the process's own, waits until ``MANY_OBJECTS`` are new; nested and in several threads
    at once until the last one ends. Composing a large report spent a quarter of its time looking for garbage, drawing
    it a fifth."""
    _waiting.begin()
    try:
        yield
    finally:
        _waiting.end()
