"""The cost ledger: what was charged, kept twice: charge by charge, so that the same charge never counts again, and
added up in lines, which is what reports read.

Money is exact: Decimal in the currency of the bill, stored as text. An amount that a bill does not give is None and
counted as unknown in its line, never as 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import NamedTuple, Protocol

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


class Posting(NamedTuple):
    """One charge for the ledger. ``key``: 16 bytes that name the charge; ``part``: of a charge that lies in several
    lines; ``revision``: a higher one replaces all parts of a lower one; ``numbered``: the bill gives revisions, so that
    other content under the same one is a contradiction. Without, what comes later replaces."""

    key: bytes
    part: int
    revision: int
    numbered: bool
    line: Line
    amounts: Amounts


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


class Charged(NamedTuple):
    """A charge as it is kept: its parts by number -> (line's number, amounts)."""

    revision: int
    parts: Mapping[int, tuple[int, Amounts]]


class LedgerStore(Protocol):
    """Where charges and rates go; part of ``store.port.Store``."""

    def post(self, postings: Sequence[Posting]) -> Posted:
        """Counts charges once, in one transaction. All parts of a charge come in the same call.

        Raises LedgerRefused, with nothing written.
        """

    def put_rates(self, rates: Sequence[Rate]) -> int:
        """Keeps rates; one for a known day and currency replaces it. Returns how many were new or other."""


class Settlement(NamedTuple):
    """What posting would change: charges whose parts are to be replaced, parts to be written
    (with the number of their line), sums to be added."""

    posted: Posted
    replaced: list[bytes]
    written: list[tuple[int, Posting]]
    added: dict[int, Total]
    lines: dict[int, Line]


def settle(postings: Sequence[Posting], known: Mapping[bytes, Charged]) -> Settlement:
    """Decides about charges, given what is kept of them. Pure, the same for every twin. Raises LedgerRefused."""
    charges = _by_charge(postings)
    numbers = numbers_of(postings)
    replaced: list[bytes] = []
    written, gone = list[tuple[int, Posting]](), list[tuple[int, Amounts]]()
    counts = dict.fromkeys(("new", "unchanged", "replaced", "older", "contradicted"), 0)
    for parts in charges:
        numbered = [(numbers[id(each.line)], each) for each in parts]
        kept = known.get(parts[0].key)
        verdict = "new" if kept is None else _verdict(numbered, kept)
        counts[verdict] += 1
        if kept is not None and verdict == "replaced":
            replaced.append(parts[0].key)
            gone.extend(kept.parts.values())
        if verdict in ("new", "replaced"):
            written.extend(numbered)
    added = sums_of((number, each.amounts) for number, each in written)
    for number, total in sums_of(gone).items():
        added[number] = added.get(number, NOTHING).less(total)
    return Settlement(Posted(**counts), replaced, written, added, {number: each.line for number, each in written})


def numbers_of(postings: Iterable[Posting]) -> dict[int, int]:
    """Number of each line by the line's identity: many charges share one, and comparing lines, or numbering the same
    one again, would take longer than all the rest."""
    return {key: line.number for key, line in {id(each.line): each.line for each in postings}.items()}


def sums_of(amounts: Iterable[tuple[int, Amounts]]) -> dict[int, Total]:
    """Sums by number of the line."""
    by_line: dict[int, list[Amounts]] = {}
    for number, each in amounts:
        by_line.setdefault(number, []).append(each)
    with localcontext(EXACT):
        return {number: _sum_of(found) for number, found in by_line.items()}


def _sum_of(amounts: Sequence[Amounts]) -> Total:
    known = [[each for each in column if each is not None] for column in zip(*amounts, strict=True)]
    billed, effective, listed = (sum(column, Decimal(0)) for column in known)
    unknown = [len(amounts) - len(column) for column in known]
    return Total(len(amounts), billed, effective, listed, unknown[0], unknown[1], unknown[2])


def _by_charge(postings: Sequence[Posting]) -> Iterable[list[Posting]]:
    if len({each.key for each in postings}) == len(postings):
        return [[each] for each in postings]
    charges: dict[bytes, list[Posting]] = {}
    for each in postings:
        charges.setdefault(each.key, []).append(each)
    for parts in charges.values():
        if len({each.part for each in parts}) < len(parts) or len({each.revision for each in parts}) > 1:
            raise LedgerRefused(parts[0].key.hex(), "comes twice in one call")
    return charges.values()


def _verdict(numbered: Sequence[tuple[int, Posting]], kept: Charged) -> str:
    first = numbered[0][1]
    if first.revision < kept.revision:
        return "older"
    same = {each.part: (number, each.amounts) for number, each in numbered} == dict(kept.parts)
    if first.revision > kept.revision:
        return "replaced"
    if same:
        return "unchanged"
    return "contradicted" if first.numbered else "replaced"


def total_of(lines: Iterable[LedgerLine]) -> Total:
    """Sum of lines; only lines of one currency make sense together."""
    total = NOTHING
    for each in lines:
        total = total.and_also(each.total)
    return total
