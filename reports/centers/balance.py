"""Counts of every data center over a stretch, by product and by DCN: exact sums of what is stored, maintenance counted.

An active-active bank spreads its customers evenly: the even share of n data centers is 1/n.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from slo.counts import Counts
from slo.windows import Window
from store.port import Reader
from store.records import Scope

NOTHING = Counts()
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts over one stretch: per data center, per (data center, product), per (data center, DCN)."""

    window: Window
    centers: Mapping[str, Counts]
    cells: Mapping[tuple[str, str], Counts]
    dcns: Mapping[tuple[str, str], Counts]

    @property
    def transactions(self) -> int:
        """Of all data centers."""
        return sum(each.transactions for each in self.centers.values())

    def share(self, center: str) -> Fraction | None:
        """Of the transactions; None when there were none at all."""
        total = self.transactions
        return Fraction(self.centers.get(center, NOTHING).transactions, total) if total else None


def balance(reader: Reader, window: Window, *, dcns: bool = False) -> Balance:
    """What is stored of a stretch; DCNs only when asked for."""
    totals = reader.totals(Scope.CELL, window.from_s, window.to_s)
    cells = {(unit.data_center, unit.product): counts for unit, counts in totals.items()}
    split = reader.totals(Scope.DCN, window.from_s, window.to_s) if dcns else {}
    return Balance(
        window,
        _summed((center, counts) for (center, _), counts in cells.items()),
        cells,
        _summed(((unit.data_center, unit.dcn), counts) for unit, counts in split.items() if unit.dcn),
    )


def even_share(centers: Sequence[str]) -> Fraction | None:
    """Of one among all; None without any."""
    return Fraction(1, len(centers)) if centers else None


def _summed(rows: Iterable[tuple[Key, Counts]]) -> dict[Key, Counts]:
    sums: defaultdict[Key, Counts] = defaultdict(Counts)
    for key, counts in rows:
        sums[key] += counts
    return dict(sums)
