"""The cost ledger of the in-memory twin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from store.costs import NOTHING, Bill, ChargeRow, LedgerLine, Line, Posted, Rate, Restated, Total, settle


@dataclass(slots=True)
class LedgerShelf:
    """Every charge, line and rate. ``totals``: number of a line -> the line and its sum."""

    charges: dict[bytes, list[ChargeRow]] = field(default_factory=dict)
    totals: dict[int, tuple[Line, Total]] = field(default_factory=dict)
    rates: dict[tuple[str, str], Rate] = field(default_factory=dict)

    def copy(self) -> LedgerShelf:
        """Another shelf with the same contents."""
        return LedgerShelf(dict(self.charges), dict(self.totals), dict(self.rates))

    def post(self, rows: Sequence[ChargeRow], lines: Mapping[int, Line]) -> Posted:
        """Counts charges once; all or nothing. Raises LedgerRefused."""
        in_order = sorted(rows, key=itemgetter(0, 1))
        done = settle(in_order, {row[0]: self.charges[row[0]] for row in in_order if row[0] in self.charges})
        self.charges |= {key: list(parts) for key, parts in groupby(done.written, itemgetter(0))}
        for number, added in done.added.items():
            line, total = self.totals.get(number) or (lines[number], NOTHING)
            self.totals[number] = (line, total.and_also(added))
        return done.posted

    def restate(
        self, bills: Sequence[Bill], pieces: Iterable[Sequence[ChargeRow]], lines: Mapping[int, Line]
    ) -> Restated:
        """Replaces bills whole. Raises LedgerRefused."""
        before = {n: LedgerLine(*each) for n, each in self.totals.items() if any(bill.holds(each[0]) for bill in bills)}
        stays = {key: [row for row in parts if row[3] not in before] for key, parts in self.charges.items()}
        self.charges = {key: parts for key, parts in stays.items() if parts}
        self.totals = {number: each for number, each in self.totals.items() if number not in before}
        posted = Posted()
        for rows in pieces:
            posted = posted.plus(self.post(rows, lines))
        return Restated(tuple(sorted(each for each in before.values() if each.total.charges)), posted)

    def lines(self, from_s: int, to_s: int) -> list[LedgerLine]:
        """Lines that begin in the range, in order."""
        found = [LedgerLine(*each) for each in self.totals.values() if from_s <= each[0].from_s < to_s]
        return sorted(each for each in found if each.total.charges)

    def put_rates(self, rates: Sequence[Rate]) -> int:
        """Keeps rates; returns how many were new or other."""
        given = {(rate.day.isoformat(), rate.currency): rate for rate in rates}
        changed = {key: rate for key, rate in given.items() if self.rates.get(key) != rate}
        self.rates |= changed
        return len(changed)

    def all_rates(self) -> list[Rate]:
        """Every rate, oldest day first."""
        return [self.rates[key] for key in sorted(self.rates)]
