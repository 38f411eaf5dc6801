"""Sums of a file by line of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from store.costs import Amounts, LedgerLine, Line, Total


@dataclass(slots=True)
class _Sum:
    """Of one line; added to in place, a million times."""

    charges: int = 0
    billed: Decimal = Decimal(0)
    effective: Decimal = Decimal(0)
    list: Decimal = Decimal(0)
    billed_unknown: int = 0
    effective_unknown: int = 0
    list_unknown: int = 0


class Sums:
    """Adds charges up by the number of their line, in the decimal context of whoever calls: ``store.costs.EXACT``,
    set once, for naming it at each addition takes longer than adding."""

    def __init__(self) -> None:
        self._sums: dict[int, _Sum] = {}

    def add(self, line: int, amounts: Amounts) -> None:
        """Adds one charge."""
        found = self._sums.get(line)
        if found is None:
            found = self._sums[line] = _Sum()
        billed, effective, listed = amounts
        found.charges += 1
        if billed is None:
            found.billed_unknown += 1
        else:
            found.billed += billed
        if effective is None:
            found.effective_unknown += 1
        else:
            found.effective += effective
        if listed is None:
            found.list_unknown += 1
        else:
            found.list += listed

    def take(self, other: Sums) -> None:
        """Adds what another one summed of other rows."""
        for line, each in other._sums.items():
            known = self._sums.setdefault(line, _Sum())
            known.charges += each.charges
            known.billed += each.billed
            known.effective += each.effective
            known.list += each.list
            known.billed_unknown += each.billed_unknown
            known.effective_unknown += each.effective_unknown
            known.list_unknown += each.list_unknown

    def totals(self, lines: Mapping[int, Line]) -> list[LedgerLine]:
        """The sum of every line."""
        return [LedgerLine(lines[number], _total(each)) for number, each in self._sums.items()]


def _total(found: _Sum) -> Total:
    return Total(
        found.charges, found.billed, found.effective, found.list,
        found.billed_unknown, found.effective_unknown, found.list_unknown,
    )  # fmt: skip
