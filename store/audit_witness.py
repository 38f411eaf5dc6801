"""A second place for the head of the audit log: a small file beside, or far from, the store.

Rows that are cut off at the end leave a chain that fits; only somebody who knows how far it went can tell. The file is
moved on after each look that found everything whole from the head that it had, and never otherwise.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.audit import BEGIN, AuditRow, Head
from store.audit_chain import Broken, Verified, stored_rows, verify
from store.errors import StoreUnavailable
from store.port import Store

HEAD_FILE = "audit.head"
log = logging.getLogger(__name__)


class Witness:
    """The file ``audit.head`` of a data directory. Any number of processes may move it on."""

    def __init__(self, data: Path) -> None:
        self._path = data / HEAD_FILE

    def head(self) -> Head:
        """What it knows; ``BEGIN`` when there is no file. Raises BadHead, StoreUnavailable."""
        try:
            text = self._path.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return BEGIN
        except OSError as error:
            raise StoreUnavailable(str(self._path), (error.strerror or str(error)).lower()) from error
        return Head.parse(text)

    def look(self, store: Store) -> Verified:
        """Follows the chain from the head that is known to the newest row, and moves the file on when all of it fits.

        Costs what is new. Raises StoreError.
        """
        with self._alone():
            known = self.head()
            found = _from(store, known)
            self._move_on(known, found)
            return found

    def verify(self, store: Store, *written_down: Head) -> Verified:
        """The same for the whole log, from its first row on, against heads that were written down elsewhere too."""
        with self._alone():
            known = self.head()
            found = verify(stored_rows(store), (known, *written_down))
            self._move_on(known, found)
            return found

    def put_away(self) -> Head:
        """Forgets, for a store that was restored; the file stays under the name of its head. Returns what it knew."""
        with self._alone():
            known = self.head()
            if known != BEGIN:
                os.replace(self._path, self._path.with_name(f"{HEAD_FILE}.{known.number}"))
            return known

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; where nothing can be written nobody moves the file on anyway."""
        try:
            lock = self._path.with_name(f".{HEAD_FILE}.lock").open("a")
        except OSError:
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _move_on(self, known: Head, found: Verified) -> None:
        if not found.is_whole or found.head.number <= known.number:
            return
        draft = self._path.with_name(f".{HEAD_FILE}.partial")
        try:
            with draft.open("w", encoding="ascii") as file:
                file.write(found.head.text() + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self._path)
        except OSError as error:  # a look must not fail because a copy of the data directory is read-only
            log.warning("%s: cannot be moved on to %d: %s", self._path, found.head.number, error.strerror or error)


def _from(store: Store, known: Head) -> Verified:
    """Row ``known`` itself is read again: its digest must still be the one that was written down."""
    if known != BEGIN:
        with store.reading() as reader:
            there = reader.audit().rows(after=known.number - 1, before=known.number + 1)
            newest = reader.audit().head()
        if not there or there[0].digest != known.digest:
            return Verified(known, 0, _lost(known, there, newest))
    return verify(stored_rows(store, known.number), begin=known)


def _lost(known: Head, there: list[AuditRow], newest: Head) -> Broken:
    if there:
        return Broken(known.number, "is not the one that was written down: it or one before it was changed")
    if newest.number > known.number:
        return Broken(known.number, "is missing")
    return Broken(newest.number + 1, f"the end was cut off: row {known.number} was written down and is missing")
