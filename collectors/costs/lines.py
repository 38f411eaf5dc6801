"""Which line of the ledger a charge belongs to."""

from __future__ import annotations

from typing import TypeAlias

from collectors.costs.charge import About, Charge, Period
from slo.windows import DAY_S, day_start
from store.costs import Line

_Head: TypeAlias = tuple[int, int, int]
_Tail: TypeAlias = tuple[str, str, str, str, str, str, str, str, str]
_MOST_KEPT = 50_000
_TAIL_BITS = 32
NO_BILLING = -1


class LineBook:
    """Numbers the lines that the charges of a file need. A charge within one local day goes to that day's line, a
    longer one to a line of its own period. ``lines``: every line so far by its number."""

    def __init__(self, zone: str) -> None:
        self.lines: dict[int, Line] = {}
        self._zone = zone
        self._numbers: dict[int, int] = {}
        self._heads: dict[_Head, int] = {}
        self._tails: dict[_Tail, int] = {}
        self._in_order: tuple[list[_Head], list[_Tail]] = ([], [])
        # Periods and abouts are shared by many charges: known by identity, and held so that an identity stays theirs.
        self._by_period: dict[int, tuple[int, Period]] = {}
        self._by_about: dict[int, tuple[int, About]] = {}

    def number(self, charge: Charge) -> int:
        """``Line.number`` of the charge's line."""
        head = self._by_period.get(id(charge.period)) or self._head(charge.period)
        tail = self._by_about.get(id(charge.about)) or self._tail(charge.about)
        pair = head[0] << _TAIL_BITS | tail[0]
        return self._numbers.get(pair) or self._number(pair)

    def _number(self, pair: int) -> int:
        heads, tails = self._in_order
        line = Line(*heads[pair >> _TAIL_BITS], *tails[pair & (1 << _TAIL_BITS) - 1])
        number = self._numbers[pair] = line.number
        self.lines[number] = line
        return number

    def _head(self, period: Period) -> tuple[int, Period]:
        if len(self._by_period) >= _MOST_KEPT:
            self._by_period.clear()
        billing_from_s = NO_BILLING if period.billing_from_s is None else period.billing_from_s
        day_s = day_start(period.from_s, self._zone)
        next_day_s = day_start(day_s + DAY_S * 3 // 2, self._zone)
        within = period.to_s <= next_day_s
        head = (day_s, next_day_s, billing_from_s) if within else (period.from_s, period.to_s, billing_from_s)
        if head not in self._heads:
            self._heads[head] = len(self._heads)
            self._in_order[0].append(head)
        found = self._by_period[id(period)] = (self._heads[head], period)
        return found

    def _tail(self, about: About) -> tuple[int, About]:
        if len(self._by_about) >= _MOST_KEPT:
            self._by_about.clear()
        tail = (
            about.provider, about.account, about.sub_account, about.kind, about.category, about.service,
            about.currency, about.product, about.data_center,
        )  # fmt: skip
        if tail not in self._tails:
            self._tails[tail] = len(self._tails)
            self._in_order[1].append(tail)
        found = self._by_about[id(about)] = (self._tails[tail], about)
        return found
