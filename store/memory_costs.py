"""The cost ledger of the in-memory twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from store.costs import NOTHING, Amounts, Charged, LedgerLine, Line, Posted, Posting, Rate, Total, settle


@dataclass(slots=True)
class LedgerShelf:
    """Every charge, line and rate. ``totals``: number of a line -> the line and its sum."""

    charges: dict[bytes, Charged] = field(default_factory=dict)
    totals: dict[int, tuple[Line, Total]] = field(default_factory=dict)
    rates: dict[tuple[str, str], Rate] = field(default_factory=dict)

    def copy(self) -> LedgerShelf:
        """Another shelf with the same contents."""
        return LedgerShelf(dict(self.charges), dict(self.totals), dict(self.rates))

    def post(self, postings: Sequence[Posting]) -> Posted:
        """Counts charges once; all or nothing. Raises LedgerRefused."""
        done = settle(postings, self.charges)
        written: dict[bytes, dict[int, tuple[int, Amounts]]] = {}
        for number, each in done.written:
            written.setdefault(each.key, {})[each.part] = (number, each.amounts)
            self.charges[each.key] = Charged(each.revision, written[each.key])
        for number, added in done.added.items():
            line, total = self.totals.get(number, (done.lines.get(number), NOTHING))
            if line is not None:
                self.totals[number] = (line, total.and_also(added))
        return done.posted

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
