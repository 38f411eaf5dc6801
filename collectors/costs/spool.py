"""Charges put aside until a file is read to its end: one that turns out to be damaged leaves nothing in the store.

They come back in order of what names them: a ledger of millions of charges takes them several times as fast that way,
since neighbors share its pages, and equal rows stand side by side.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from operator import itemgetter
from typing import TypeAlias

from collectors.costs.charge import Charge
from store.costs import money_text

_BUCKETS = 256
_WRITTEN_AT_ONCE = 50_000
Aside: TypeAlias = tuple[bytes, int, int, int, str | None, str | None, str | None, bytes]
"""A row for the ledger (``store.costs.ChargeRow``) whose key is its name, else its digest; then its digest when it has
a name, else nothing."""


class Spool:
    """A temporary file of charges; gone at the end. 100 bytes a charge on the disk, 10 MB in memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by close
        self._pieces: list[list[tuple[int, int]]] = [[] for _ in range(_BUCKETS)]
        self._buckets: list[list[Aside]] = [[] for _ in range(_BUCKETS)]
        self._waiting = 0

    def close(self) -> None:
        """Removes the file."""
        self._file.close()

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

    def __iter__(self) -> Iterator[list[Aside]]:
        """Everything that was put aside, a hundredth at a time, in order of the key; what has the same key in the order
        that it came in."""
        self._write()
        for pieces in self._pieces:
            found: list[Aside] = []
            for begin, length in pieces:
                self._file.seek(begin)
                found += marshal.loads(self._file.read(length))  # noqa: S302  written below
            found.sort(key=itemgetter(0))
            yield found

    def _write(self) -> None:
        begin = self._file.seek(0, 2)
        for number, bucket in enumerate(self._buckets):
            if bucket:
                length = self._file.write(marshal.dumps(bucket))
                self._pieces[number].append((begin, length))
                begin += length
                bucket.clear()
        self._waiting = 0
