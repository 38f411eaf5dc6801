"""One owner per folder: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lending.errors import DataUnwritable, EstateError


@contextmanager
def owned(lock: Path, busy: Callable[[], EstateError]) -> Iterator[None]:
    """Holds the lock file. Raises ``busy()`` when a living process holds it, DataUnwritable when it cannot be made."""
    descriptor = acquired(lock, busy)
    try:
        yield
    finally:
        os.close(descriptor)


def acquired(lock: Path, busy: Callable[[], EstateError]) -> int:
    """Takes the lock file; closing the descriptor gives it back. Raises as ``owned`` does."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DataUnwritable(lock.parent, error.strerror or str(error)) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise busy() from None
    return descriptor
