"""Whole copies of a SQLite file, made beside their final name: there is a sound copy under that name or none.

Plain sqlite3: its backup reads pages, which SQLAlchemy does not know.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from store.errors import CopyRefused

OnBytes: TypeAlias = Callable[[int, int], None]
"""Told after each step how many bytes are copied, and of how many."""

STEP_PAGES = 256
PAUSE_S = 0.002
"""Rest between two steps of a mebibyte, so that the disk has time for the collector."""
_SIDE_FILES = ("-wal", "-shm", "-journal")


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A name beside ``target`` to write to; at the end what was written takes the name of the target.

    The target may not exist, neither at the beginning nor at the end. What an earlier run left behind when it was
    killed is overwritten. Raises CopyRefused.
    """
    refuse_present(target)
    draft = target.with_name(f"{target.name}.partial")
    with _held(draft):
        try:
            yield draft
            _publish(draft, target)
        finally:
            for path in (draft, *side_files(draft)):
                path.unlink(missing_ok=True)


def refuse_present(target: Path) -> None:
    """Raises CopyRefused when the name is taken, or a database that is gone left a log that would spoil a new one."""
    for path in (target, *side_files(target)):
        if path.exists() or path.is_symlink():
            remedy = "move it away or choose another place"
            raise CopyRefused(target, f"{path.name} is already there and nothing is overwritten; {remedy}")


def side_files(path: Path) -> list[Path]:
    """What SQLite keeps beside a database."""
    return [path.with_name(path.name + suffix) for suffix in _SIDE_FILES]


def size_bytes(path: Path) -> int:
    """Bytes of a database with what is kept beside it."""
    return sum(each.stat().st_size for each in (path, *side_files(path)) if each.exists())


@contextmanager
def _held(draft: Path) -> Iterator[None]:
    """Empties the draft and keeps others from it; a lock of a killed process is free again."""
    try:
        lock = draft.open("ab")
    except OSError as error:
        raise CopyRefused(draft, (error.strerror or str(error)).lower()) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CopyRefused(draft, "another run is writing it; wait for its end") from error
        for path in side_files(draft):
            path.unlink(missing_ok=True)
        lock.truncate(0)
        yield


def _publish(draft: Path, target: Path) -> None:
    """Gives a finished draft its name; the data are on the disk before the name is, and no name is ever taken over."""
    try:
        _sync(draft)
        _name(draft, target)
        _sync(target.parent)
    except FileExistsError as error:
        raise CopyRefused(target, "somebody else made it in between; nothing is overwritten") from error
    except OSError as error:
        raise CopyRefused(target, (error.strerror or str(error)).lower()) from error


def _name(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP):
            raise
        refuse_present(target)  # a file system without hard links, such as a share: the second best
        os.rename(draft, target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_pages(source: Path, draft: Path, on_bytes: OnBytes) -> None:
    """Copies a database while others write to it: what the copy holds was true at the moment of the first look.

    The copy needs no side files. Raises CopyRefused.
    """
    address = f"file:{quote(str(source.absolute()))}?mode=ro"
    with (
        _translated(draft),
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as reading,
        closing(sqlite3.connect(draft, isolation_level=None)) as writing,
    ):
        writing.execute("PRAGMA journal_mode = OFF")
        writing.execute("PRAGMA synchronous = OFF")  # synced once, at the end
        # Without a transaction around all steps every commit of a collector would begin the copy anew, for ever.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (page_bytes,) = reading.execute("PRAGMA page_size").fetchone()
        reading.backup(writing, pages=STEP_PAGES, progress=_paced(on_bytes, page_bytes))
    with _translated(draft), closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")


def _paced(on_bytes: OnBytes, page_bytes: int) -> Callable[[int, int, int], None]:
    def step(_: int, remaining: int, total: int) -> None:
        on_bytes((total - remaining) * page_bytes, total * page_bytes)
        if remaining:
            time.sleep(PAUSE_S)

    return step


def refuse_damaged(draft: Path) -> None:
    """Reads every page and every key of a copy. Raises CopyRefused when anything does not fit."""
    with _translated(draft), closing(sqlite3.connect(draft)) as connection:
        (first, *_) = connection.execute("PRAGMA integrity_check(1)").fetchall()
    if first != ("ok",):
        raise CopyRefused(draft, f"the copy is damaged, as its source must be: {first[0]}")


@contextmanager
def _translated(where: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CopyRefused(where, str(error)) from error
