"""The data directory of a command: writable, and used by one command at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commands.errors import CommandError

LOCK_FILE = ".lock"


@contextmanager
def prepared(directory: Path) -> Iterator[Path]:
    """Makes the directory and holds it. Raises CommandError when it cannot be written or is already held."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / LOCK_FILE).open("a")
    except OSError as error:
        raise CommandError(f"data directory {directory}: {_cause(error)}; choose another with --data") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"data directory {directory} is in use by another run; end that one or choose another with --data"
            ) from error
        yield directory


def _cause(error: OSError) -> str:
    return error.strerror.lower() if error.strerror else str(error)
