"""Charges put aside until a file is read to its end: one that turns out to be damaged leaves nothing in the store.

They come back in order of what names them: a ledger of millions of charges takes them several times as fast that way,
since neighbors share its pages, and equal rows stand side by side.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from operator import itemgetter
from typing import IO, TypeAlias

from collectors.costs.charge import Charge
from store.costs import money_text

_BUCKETS = 256
_WRITTEN_AT_ONCE = 50_000
Aside: TypeAlias = tuple[bytes, int, int, int, str | None, str | None, str | None, bytes]
"""A row for the ledger (``store.costs.ChargeRow``) whose key is its name, else its digest; then its digest when it has
a name, else nothing."""

Written: TypeAlias = list[list[tuple[int, int, int]]]
"""Of each bucket: file, begin and length of its pieces."""


class Spool:
    """A temporary file of charges; gone at the end. 100 bytes a charge on the disk, 10 MB in memory."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._files = [file or _nameless()]
        self._pieces: Written = [[] for _ in range(_BUCKETS)]
        self._buckets: list[list[Aside]] = [[] for _ in range(_BUCKETS)]
        self._waiting = 0

    def close(self) -> None:
        """Removes the file."""
        for file in self._files:
            file.close()

    def put(self, charge: Charge, name: bytes, line: int) -> None:
        """Puts a charge of a line aside; an empty name: it has no id."""
        billed, effective, listed = charge.amounts
        self.again((
            name or charge.digest, charge.part, charge.revision, line,
            money_text(billed), money_text(effective), money_text(listed), charge.digest if name else b"",
        ))  # fmt: skip

    def again(self, aside: Aside) -> None:
        """Puts aside what was put aside before."""
        self._buckets[aside[0][0]].append(aside)
        self._waiting += 1
        if self._waiting >= _WRITTEN_AT_ONCE:
            self._write()

    def written(self) -> Written:
        """Where it is, for a spool of another process that shares its file (see ``take``)."""
        self._write()
        self._files[0].flush()
        return self._pieces

    def lend(self) -> IO[bytes]:
        """Another file of this spool, for another process to write."""
        self._files.append(_nameless())
        return self._files[-1]

    def take(self, written: Written) -> None:
        """Takes what another process put into the file that was lent last."""
        for pieces, others in zip(self._pieces, written, strict=True):
            pieces += [(len(self._files) - 1, begin, length) for _, begin, length in others]

    def __iter__(self) -> Iterator[list[Aside]]:
        """Everything that was put aside, a hundredth at a time, in order of the key; what has the same key in the order
        that it came in."""
        self._write()
        for pieces in self._pieces:
            found: list[Aside] = []
            for file, begin, length in pieces:
                self._files[file].seek(begin)
                found += marshal.loads(self._files[file].read(length))  # noqa: S302  written below
            found.sort(key=itemgetter(0))
            yield found

    def _write(self) -> None:
        begin = self._files[0].seek(0, 2)
        for number, bucket in enumerate(self._buckets):
            if bucket:
                length = self._files[0].write(marshal.dumps(bucket))
                self._pieces[number].append((0, begin, length))
                begin += length
                bucket.clear()
        self._waiting = 0


def _nameless() -> IO[bytes]:
    return tempfile.TemporaryFile()
