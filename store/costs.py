"""The cost ledger: what was charged, kept twice: charge by charge, so that the same charge never counts again, and
added up in lines, which is what reports read.

Money is exact: Decimal in the currency of the bill, stored as text. An amount that a bill does not give is None and
counted as unknown in its line, never as 0.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeAlias

from store.errors import LedgerRefused

EXACT = Context(prec=90)
"""Enough for sums of any number of amounts of 20 digits before and 30 after the point."""
_LINE_ID_BYTES = 8


class Amounts(NamedTuple):
    """The same charge by three views, in its currency: what is invoiced, what it amortizes to, its list price."""

    billed: Decimal | None
    effective: Decimal | None
    list: Decimal | None


NO_AMOUNTS = Amounts(None, None, None)


class Line(NamedTuple):
    """What a line of the ledger adds up. ``[from_s, to_s)``: the local day that its charges lie in, or the period of
    one that is longer; ``billing_from_s``: begin of the billing period, -1 when no bill says. ``kind``: usage,
    purchase, tax, credit or adjustment."""

    from_s: int
    to_s: int
    billing_from_s: int
    provider: str
    account: str
    sub_account: str
    kind: str
    category: str
    service: str
    currency: str
    product: str
    data_center: str

    @property
    def number(self) -> int:
        """The line's own number, the same in every store."""
        said = "\x1f".join(map(str, self)).encode()
        return int.from_bytes(hashlib.blake2b(said, digest_size=_LINE_ID_BYTES).digest()) >> 1


ChargeRow: TypeAlias = tuple[bytes, int, int, int, str | None, str | None, str | None]
"""One charge for the ledger, as it is written (millions are): its key (16 bytes that name it); its part, of one that
lies in several lines; its revision, a higher one replaces all parts of a lower one, and other content under the same is
a contradiction (below 0: the bill gives none, and what comes later replaces); ``Line.number``; billed, effective and
list as text (``money_text``)."""


def money_text(amount: Decimal | None) -> str | None:
    """An amount as it is kept."""
    if amount is None:
        return None
    text = str(amount)  # several times as fast as format, which is for what str writes with an exponent
    return text if "E" not in text else format(amount, "f")


class Total(NamedTuple):
    """Sum of a line: charges, the known amounts, and how many charges lack which."""

    charges: int
    billed: Decimal
    effective: Decimal
    list: Decimal
    billed_unknown: int
    effective_unknown: int
    list_unknown: int

    def and_also(self, other: Total) -> Total:
        """Both sums together."""
        return Total(
            self.charges + other.charges,
            EXACT.add(self.billed, other.billed),
            EXACT.add(self.effective, other.effective),
            EXACT.add(self.list, other.list),
            self.billed_unknown + other.billed_unknown,
            self.effective_unknown + other.effective_unknown,
            self.list_unknown + other.list_unknown,
        )

    def less(self, other: Total) -> Total:
        """The sum without the other's charges."""
        return Total(
            self.charges - other.charges,
            EXACT.subtract(self.billed, other.billed),
            EXACT.subtract(self.effective, other.effective),
            EXACT.subtract(self.list, other.list),
            self.billed_unknown - other.billed_unknown,
            self.effective_unknown - other.effective_unknown,
            self.list_unknown - other.list_unknown,
        )


NOTHING = Total(0, Decimal(0), Decimal(0), Decimal(0), 0, 0, 0)


class LedgerLine(NamedTuple):
    """A line with what its charges add up to."""

    line: Line
    total: Total


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of charges: counted for the first time, known already, counted in place of what was known, older
    than what is known, and other content under a revision that is known (the last two change nothing)."""

    new: int = 0
    unchanged: int = 0
    replaced: int = 0
    older: int = 0
    contradicted: int = 0

    def plus(self, other: Posted) -> Posted:
        """Both together."""
        return Posted(
            self.new + other.new,
            self.unchanged + other.unchanged,
            self.replaced + other.replaced,
            self.older + other.older,
            self.contradicted + other.contradicted,
        )


class Rate(NamedTuple):
    """What one unit of a currency was worth in CNY on a day."""

    day: date
    currency: str
    cny: Decimal


class Bill(NamedTuple):
    """What a provider charges a billing account for billing periods that begin in ``[from_s, to_s)``."""

    provider: str
    account: str
    from_s: int
    to_s: int

    def holds(self, line: Line) -> bool:
        """Whether a line is of this bill."""
        mine = (line.provider, line.account) == (self.provider, self.account)
        return mine and self.from_s <= line.billing_from_s < self.to_s


class Restated(NamedTuple):
    """A bill that was replaced whole: its lines as they were, and what was counted in their place."""

    before: tuple[LedgerLine, ...]
    posted: Posted


class LedgerStore(Protocol):
    """Where charges and rates go; part of ``store.port.Store``."""

    def post(self, rows: Sequence[ChargeRow], lines: Mapping[int, Line]) -> Posted:
        """Counts charges once, in one transaction. All parts of a charge come in the same call; ``lines`` has every
        line that a row names, by number.

        Raises LedgerRefused, with nothing written.
        """

    def restate(
        self, bills: Sequence[Bill], pieces: Iterable[Sequence[ChargeRow]], lines: Mapping[int, Line]
    ) -> Restated:
        """Forgets the charges of bills and counts others in their place (``post``), all in one transaction.

        Raises LedgerRefused, with nothing changed, and whatever ``pieces`` raises.
        """

    def put_rates(self, rates: Sequence[Rate]) -> int:
        """Keeps rates; one for a known day and currency replaces it. Returns how many were new or other."""


class Settlement(NamedTuple):
    """What posting would change: keys of charges whose parts are to be replaced, parts to be written, sums to be added
    by number of the line."""

    posted: Posted
    replaced: list[bytes]
    written: list[ChargeRow]
    added: dict[int, Total]


def settle(rows: Sequence[ChargeRow], kept: Mapping[bytes, Sequence[ChargeRow]]) -> Settlement:
    """Decides about charges, given the parts that are kept of them. Pure, the same for every twin. Rows come in order
    of key and part. Raises LedgerRefused."""
    charges = len({row[0] for row in rows})
    if charges < len(rows):
        _refuse_twice(rows)
    if not kept:
        return Settlement(Posted(new=charges), [], list(rows), sums_of(rows))
    counts = dict.fromkeys(("new", "unchanged", "replaced", "older", "contradicted"), 0)
    replaced, written, gone = list[bytes](), list[ChargeRow](), list[ChargeRow]()
    for key, group in groupby(rows, itemgetter(0)):
        parts, before = list(group), kept.get(key, ())
        verdict = _verdict(parts, before)
        counts[verdict] += 1
        if verdict == "replaced":
            replaced.append(key)
            gone += before
        if verdict in ("new", "replaced"):
            written += parts
    added = sums_of(written)
    for number, total in sums_of(gone).items():
        added[number] = added.get(number, NOTHING).less(total)
    return Settlement(Posted(**counts), replaced, written, added)


def _refuse_twice(rows: Sequence[ChargeRow]) -> None:
    revisions: dict[bytes, int] = {}
    for row in rows:
        if revisions.setdefault(row[0], row[2]) != row[2]:
            raise LedgerRefused(row[0].hex(), "comes twice in one call")
    if len({row[:2] for row in rows}) < len(rows):
        named = Counter(row[:2] for row in rows).most_common(1)[0][0]
        raise LedgerRefused(named[0].hex(), "comes twice in one call")


def _verdict(parts: Sequence[ChargeRow], kept: Sequence[ChargeRow]) -> str:
    if not kept:
        return "new"
    revision, before = parts[0][2], kept[0][2]
    if revision < before:
        return "older"
    if revision > before:
        return "replaced"
    if list(parts) == list(kept) or list(map(_meant, parts)) == list(map(_meant, kept)):
        return "unchanged"
    return "contradicted" if revision >= 0 else "replaced"


def _meant(row: ChargeRow) -> tuple[int, int, list[Decimal | None]]:
    """What a row says, however its amounts are written."""
    return row[1], row[3], [None if text is None else Decimal(text) for text in row[4:]]


def sums_of(rows: Iterable[ChargeRow]) -> dict[int, Total]:
    """Sums by number of the line."""
    by_line: dict[int, list[ChargeRow]] = {}
    for row in rows:
        by_line.setdefault(row[3], []).append(row)
    with localcontext(EXACT):
        return {number: _sum_of(found) for number, found in by_line.items()}


def _sum_of(rows: Sequence[ChargeRow]) -> Total:
    columns = list(zip(*rows, strict=True))[-3:]
    known = [[text for text in column if text is not None] for column in columns]
    billed, effective, listed = (sum(map(Decimal, texts), Decimal(0)) for texts in known)
    unknown = [len(rows) - len(texts) for texts in known]
    return Total(len(rows), billed, effective, listed, unknown[0], unknown[1], unknown[2])


def total_of(lines: Iterable[LedgerLine]) -> Total:
    """Sum of lines; only lines of one currency make sense together."""
    total = NOTHING
    for each in lines:
        total = total.and_also(each.total)
    return total
