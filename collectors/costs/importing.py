"""A file of costs into the ledger: read to its end, added up, then posted in short transactions.

Whoever is killed on the way imports the file again: what was posted is known, the rest is posted then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

from collectors.costs.charge import Charge
from collectors.costs.commitments import Commitment
from collectors.costs.defects import Defect
from collectors.costs.errors import OtherNames
from collectors.costs.identity import equal_key
from collectors.costs.months import bills_of
from collectors.costs.opening import CostFile, How, open_costs
from collectors.costs.spool import Aside, Spool
from collectors.costs.taking import Taken, second_reader
from store.costs import ChargeRow, LedgerLine, Line, Posted, Total, total_of
from store.port import Store

POSTED_AT_ONCE = 40_000
"""Charges in one transaction: less than a second, in which a collector waits."""
SHARED_BYTES = 20_000_000
"""A smaller file is read before a second process has begun."""
_LOOKED_EVERY = 5_000
_ASKED = 1000
OnProgress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. ``total``: its own sums over all currencies, ``rows`` left out not among them; ``currencies``:
    rows by currency ("" when a row names none); ``lines``: the same by line of the ledger; ``before``: what the
    ledger had, of a bill that replaced it."""

    path: Path
    version: str
    rows: int
    left_out: int
    total: Total
    currencies: dict[str, int]
    lines: list[LedgerLine]
    commitments: list[Commitment]
    defects: list[Defect]
    posted: Posted = field(default=Posted())
    before: tuple[LedgerLine, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read to its end, and waits to be posted. Close it."""

    reading: Reading
    _spool: Spool
    _lines: Mapping[int, Line]
    _by_id: bool

    def refuse_other_names(self, store: Store) -> None:
        """Ids that once were good and now come twice, or the other way round: each charge has another name then, and
        all of them would count again. A thousand charges tell. Raises OtherNames, StoreError."""
        some = islice((aside for asides in self._spool for aside in asides), _ASKED)
        names = [aside[-1] if self._by_id else aside[0] for aside in some if aside[-1]]
        with store.reading() as reader:
            known = reader.known_charges(names)
        if known:
            counted = "ids that came twice with other content" if self._by_id else "ids that were good"
            now = "its ids are good" if self._by_id else "its ids come twice with other content"
            raise OtherNames(self.reading.path, f"{now}, and the ledger has charges of it from a file with {counted}")

    def post(self, store: Store) -> Reading:
        """Posts its charges; killed on the way, the next import posts the rest. Raises StoreError."""
        posted = Posted()
        for rows in _pieces(self._spool, self._by_id):
            posted = posted.plus(store.post(rows, self._lines))
        return replace(self.reading, posted=posted)

    def restate(self, store: Store) -> Reading:
        """Its charges in place of all that the ledger has of the same accounts' same months, in one transaction.

        Raises NotRestatable, StoreError.
        """
        restated = store.restate(
            bills_of(self.reading.path, self.reading.lines, self.reading.left_out),
            _pieces(self._spool, self._by_id),
            self._lines,
        )
        return replace(self.reading, posted=restated.posted, before=restated.before)

    def close(self) -> None:
        """Forgets the charges."""
        self._spool.close()


def read_file(path: Path, how: How, on_progress: OnProgress, processes: int | None = None) -> FileRead:
    """Reads a file; nothing is kept. A large one is read by two processes in turns. Raises CostFileError, OSError."""
    with ExitStack() as undo, ExitStack() as done, open_costs(path, how) as file:
        spool = Spool()
        undo.callback(spool.close)
        taken = Taken(spool, how.zone)
        shared = processes or (2 if file.size_bytes >= SHARED_BYTES and (os.cpu_count() or 1) > 1 else 1)
        if file.in_turns is not None and shared > 1:
            file.in_turns.turn = (0, 2)
            second = done.enter_context(second_reader(path, how, spool.lend()))
            taken.take_all(_watched(file, on_progress))
            second.give(file.in_turns, taken)
        else:
            taken.take_all(_watched(file, on_progress))
        reading = _reading(file, taken)
        undo.pop_all()
        return FileRead(reading, spool, taken.book.lines, taken.check.unique)


def _watched(file: CostFile, on_progress: OnProgress) -> Iterator[Charge]:
    for number, charge in enumerate(file.charges):
        if number % _LOOKED_EVERY == 0:
            on_progress(file.position(), file.size_bytes)
        yield charge
    on_progress(file.size_bytes, file.size_bytes)


def _reading(file: CostFile, taken: Taken) -> Reading:
    """What the whole file says."""
    found = taken.sums.totals(taken.book.lines)
    defects = sorted([*file.defects(), *taken.tally.defects()], key=lambda each: (each.rule, each.column))
    currencies = dict[str, int]()
    for each in found:
        currencies[each.line.currency] = currencies.get(each.line.currency, 0) + each.total.charges
    return Reading(
        file.path, file.version, file.rows(), file.left_out(), total_of(found),
        dict(sorted(currencies.items())), sorted(found), taken.commitments.found(), defects,
    )  # fmt: skip


def _pieces(spool: Spool, by_id: bool) -> Iterator[list[ChargeRow]]:
    """Rows for the ledger in pieces; a charge's parts stay together."""
    with closing(Spool()) as second:
        piece: list[ChargeRow] = []
        for asides in spool if by_id else _by_content(spool, second):
            piece += _rows(asides)
            if len(piece) >= POSTED_AT_ONCE:
                yield piece
                piece = []
    if piece:
        yield piece


def _by_content(spool: Spool, second: Spool) -> Spool:
    """The same charges, told apart by their content."""
    for asides in spool:
        for aside in asides:
            second.again((aside[-1], *aside[1:-1], b"") if aside[-1] else aside)
    return second


def _rows(asides: Sequence[Aside]) -> list[ChargeRow]:
    """Rows for the ledger; of a charge's revisions the highest, of equal rows without an id each."""
    if len({aside[0] for aside in asides}) == len(asides):
        return [aside[:-1] for aside in asides]
    rows: list[ChargeRow] = []
    for key, equal in groupby(asides, itemgetter(0)):
        first, *others = equal
        if first[-1]:
            rows += _highest([first, *others])
        else:
            rows += [(equal_key(key, nth), *aside[1:-1]) for nth, aside in enumerate([first, *others])]
    return rows


def _highest(asides: Sequence[Aside]) -> list[ChargeRow]:
    """Parts of the highest revision; of one that comes more than once the first."""
    revision = max(aside[2] for aside in asides)
    parts: dict[int, ChargeRow] = {}
    for aside in asides:
        if aside[2] == revision:
            parts.setdefault(aside[1], aside[:-1])
    return list(parts.values())
