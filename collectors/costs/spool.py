"""Charges put aside until a file is read to its end: one that turns out to be damaged leaves nothing in the store."""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from types import TracebackType
from typing import NamedTuple, TypeAlias

from store.costs import Amounts

_PIECE = 5_000
_Texts: TypeAlias = tuple[str | None, str | None, str | None]


class Aside(NamedTuple):
    """A charge that was put aside; ``line``: its number in the file's line book."""

    name: bytes
    digest: bytes
    part: int
    revision: int
    line: int
    amounts: Amounts


class Spool:
    """A temporary file of charges, in their order; gone at the end. 100 bytes a charge on the disk."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._piece: list[tuple[bytes, bytes, int, int, int, _Texts]] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def put(self, aside: Aside) -> None:
        """Puts one aside."""
        billed, effective, listed = aside.amounts
        texts = (
            None if billed is None else str(billed),
            None if effective is None else str(effective),
            None if listed is None else str(listed),
        )
        self._piece.append((*aside[:5], texts))
        if len(self._piece) >= _PIECE:
            self._write()

    def __iter__(self) -> Iterator[Aside]:
        """Everything that was put aside, oldest first."""
        self._write()
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            for name, digest, part, revision, line, texts in marshal.load(self._file):  # noqa: S302  written above
                yield Aside(name, digest, part, revision, line, Amounts(*map(_amount, texts)))

    def _write(self) -> None:
        marshal.dump(self._piece, self._file)
        self._piece = []


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
