"""A file of costs into the ledger: read to its end, added up, then posted in short transactions.

Whoever is killed on the way imports the file again: what was posted is known, the rest is posted then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from collectors.costs.charge import Charge
from collectors.costs.commitments import Commitment, Commitments
from collectors.costs.defects import Defect, Tally
from collectors.costs.identity import IdCheck, Ordinals, name_of
from collectors.costs.lines import LineBook
from collectors.costs.opening import CostFile, open_costs
from collectors.costs.sources import UTF_8
from collectors.costs.spool import Aside, Spool
from store.costs import EXACT, NOTHING, LedgerLine, Line, Posted, Posting, Total
from store.port import Store

POSTED_AT_ONCE = 40_000
"""Charges in one transaction: less than a second, in which a collector waits."""
_LOOKED_EVERY = 5_000
OnProgress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. ``total``: its own sums over all currencies, ``rows`` left out not among them; ``currencies``:
    rows by currency ("" when a row names none); ``lines``: the same by line of the ledger."""

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


@dataclass(frozen=True, slots=True)
class How:
    """How a file is read: the zone of the ledger's days, the text's encoding, columns that number charges."""

    zone: str
    encoding: str = UTF_8
    id_column: str = ""
    revision_column: str = ""


def import_file(path: Path, how: How, store: Store | None, on_progress: OnProgress) -> Reading:
    """Reads a file and posts its charges; without a store it only reads. Raises CostFileError, StoreError, OSError."""
    with Spool() as spool, open_costs(path, how.encoding, how.id_column, how.revision_column, how.zone) as file:
        reading, lines, unique = _read(file, how.zone, spool, on_progress)
        if store is None:
            return reading
        posted = _post(spool, lines, store, unique, file.numbered)
        return replace(reading, posted=posted)


def _read(file: CostFile, zone: str, spool: Spool, on_progress: OnProgress) -> tuple[Reading, list[Line], bool]:
    tally = Tally()
    book, check, summary, commitments = LineBook(zone), IdCheck(tally), _Summary(), Commitments()
    for charge in _watched(file, on_progress):
        line = book.number(charge)
        name = name_of(charge)
        if name and not charge.part:
            check.look(charge, name)
        summary.add(charge, line)
        if charge.commitment:
            commitments.look(charge)
        spool.put(Aside(name, charge.digest, charge.part, charge.revision, line, charge.amounts))
    lines = book.lines()
    defects = sorted([*file.defects(), *tally.defects()], key=lambda each: (each.rule, each.column))
    reading = summary.reading(file, lines, commitments.found(), defects)
    return reading, lines, check.unique


def _watched(file: CostFile, on_progress: OnProgress) -> Iterator[Charge]:
    for number, charge in enumerate(file.charges):
        if number % _LOOKED_EVERY == 0:
            on_progress(file.position(), file.size_bytes)
        yield charge
    on_progress(file.size_bytes, file.size_bytes)


@dataclass(slots=True)
class _Summary:
    """Sums of a file by line."""

    sums: dict[int, list[Decimal]] = field(default_factory=dict)
    counts: dict[int, list[int]] = field(default_factory=dict)
    currencies: dict[str, int] = field(default_factory=dict)

    def add(self, charge: Charge, line: int) -> None:
        """Adds one charge."""
        sums = self.sums.get(line)
        if sums is None:
            sums = self.sums[line] = [Decimal(0)] * 3
            self.counts[line] = [0] * 4
        counts = self.counts[line]
        counts[0] += 1
        for place, amount in enumerate(charge.amounts):
            if amount is None:
                counts[place + 1] += 1
            else:
                sums[place] = EXACT.add(sums[place], amount)

    def totals(self) -> Iterator[tuple[int, Total]]:
        """The sum of every line."""
        for line, (billed, effective, listed) in self.sums.items():
            charges, *unknown = self.counts[line]
            yield line, Total(charges, billed, effective, listed, *unknown)

    def reading(
        self, file: CostFile, lines: Sequence[Line], commitments: list[Commitment], defects: list[Defect]
    ) -> Reading:
        """What the whole file says."""
        found = [LedgerLine(lines[number], total) for number, total in self.totals()]
        total, currencies = NOTHING, dict[str, int]()
        for each in found:
            total = total.and_also(each.total)
            currencies[each.line.currency] = currencies.get(each.line.currency, 0) + each.total.charges
        return Reading(
            file.path, file.version, file.rows(), file.left_out(), total,
            dict(sorted(currencies.items())), sorted(found), commitments, defects,
        )  # fmt: skip


def _post(spool: Iterable[Aside], lines: Sequence[Line], store: Store, by_id: bool, numbered: bool) -> Posted:
    posted = Posted()
    for batch in _batches(spool, lines, by_id, numbered):
        posted = posted.plus(store.post(batch))
    return posted


def _batches(spool: Iterable[Aside], lines: Sequence[Line], by_id: bool, numbered: bool) -> Iterator[list[Posting]]:
    """Charges in pieces; a charge's parts stay together, and of a charge's revisions in one piece the highest stays."""
    ordinals = Ordinals()
    piece: dict[bytes, list[Posting]] = {}
    for aside in spool:
        key = aside.name if aside.name and by_id else ordinals.key(aside.digest)
        if len(piece) >= POSTED_AT_ONCE and key not in piece:
            yield [each for parts in piece.values() for each in parts]
            piece = {}
        posting = Posting(key, aside.part, aside.revision, numbered, lines[aside.line], aside.amounts)
        parts = piece.get(key)
        if parts is None or parts[0].revision < posting.revision:
            piece[key] = [posting]
        elif parts[0].revision == posting.revision and posting.part > parts[-1].part:
            parts.append(posting)
    if piece:
        yield [each for parts in piece.values() for each in parts]
