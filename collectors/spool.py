"""Pages that the store did not take, kept on disk until it does: one file per source, a line per page, oldest first.

A page is written whole and brought to the disk before the next tick; a line that a kill -9 tore is as if it were not
there. Nothing has to be noted when a page was counted: whoever replays skips what the store has already.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LOG = logging.getLogger(__name__)
MOST_BYTES = 256 * 1024 * 1024
"""Of one source. A page of 600 series takes some 4 kB: eighteen hours at one a second."""
_FASTEST = 1
_LOOK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SpooledPage:
    """A page as it was read. ``sent_ns`` and ``answered_ns``: of the monotonic clock that ``clock`` names."""

    at_ms: int
    duration_ms: int
    openmetrics: bool
    skew_ms: int | None
    clock: str
    sent_ns: int
    answered_ns: int
    text: str


class PageSpool:
    """Pages of one source; for one thread. ``folder`` is made when the first page comes."""

    def __init__(self, folder: Path, source: str, most_bytes: int = MOST_BYTES) -> None:
        self.path = folder / f"{source.replace('/', '%2F')}.jsonl"
        self._source = source
        self._most_bytes = most_bytes
        self._read_bytes = 0
        self._complaint = ""
        self._waiting = self._mended()

    @property
    def waiting(self) -> bool:
        """Whether there is a page."""
        return self._waiting

    def append(self, page: SpooledPage) -> bool:
        """Keeps a page; False, and said once, when there is no room for it."""
        line = _encoded(page)
        try:
            self.path.parent.mkdir(mode=0o750, exist_ok=True)
            with self.path.open("ab") as file:
                if file.tell() + len(line) > self._most_bytes:
                    return self._complain(f"{self._most_bytes:,} bytes are full")
                self._write(file, line)
        except OSError as fault:
            return self._complain(fault.strerror or str(fault))
        self._waiting = True
        self._complaint = ""
        return True

    def first(self) -> SpooledPage | None:
        """The oldest page that is not dropped yet."""
        while self._waiting:
            try:
                with self.path.open("rb") as file:
                    file.seek(self._read_bytes)
                    line = file.readline()
            except OSError:
                line = b""
            if not line:
                self._clear()
                return None
            try:
                return _decoded(line)
            except (ValueError, KeyError, TypeError, zlib.error, binascii.Error) as fault:
                LOG.warning("spool of source %s: a line that cannot be read is left out: %s", self._source, fault)
                self._read_bytes += len(line)
        return None

    def drop_first(self) -> None:
        """It is counted, or never will be; the file goes with its last page."""
        with self.path.open("rb") as file:
            file.seek(self._read_bytes)
            self._read_bytes += len(file.readline())
            if not file.readline():
                self._clear()

    def _mended(self) -> bool:
        """Cuts off a line that was torn. Whether anything is left."""
        try:
            with self.path.open("rb+") as file:
                whole = _end_of_lines(file)
                file.truncate(whole)
        except OSError:
            return False
        return whole > 0

    def _write(self, file: BinaryIO, line: bytes) -> None:
        begin = file.tell()
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            file.truncate(begin)
            raise

    def _clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self._read_bytes, self._waiting = 0, False

    def _complain(self, cause: str) -> bool:
        if cause != self._complaint:
            LOG.error(
                "spool of source %s takes no page: %s: %s; counters alone remember now", self._source, self.path, cause
            )
        self._complaint = cause
        return False


def _end_of_lines(file: BinaryIO) -> int:
    """Bytes up to the end of the last whole line."""
    end = file.seek(0, os.SEEK_END)
    while end:
        begin = max(0, end - _LOOK_BYTES)
        file.seek(begin)
        newline = file.read(end - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0


def _encoded(page: SpooledPage) -> bytes:
    packed = base64.b64encode(zlib.compress(page.text.encode(), _FASTEST)).decode("ascii")
    return json.dumps([*_head(page), packed], separators=(",", ":")).encode() + b"\n"


def _head(page: SpooledPage) -> tuple[object, ...]:
    return (
        page.at_ms,
        page.duration_ms,
        page.openmetrics,
        page.skew_ms,
        page.clock,
        page.sent_ns,
        page.answered_ns,
    )


def _decoded(line: bytes) -> SpooledPage:
    at_ms, duration_ms, openmetrics, skew_ms, clock, sent_ns, answered_ns, packed = json.loads(line)
    text = zlib.decompress(base64.b64decode(packed)).decode()
    return SpooledPage(at_ms, duration_ms, openmetrics, skew_ms, clock, sent_ns, answered_ns, text)
