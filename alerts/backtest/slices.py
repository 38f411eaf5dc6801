"""Slots of a file of events as slices of time: what was counted in each, and how much of it no row told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alerts.backtest.errors import NothingToSay
from alerts.backtest.replay import Parts
from alerts.sliced.book import Kind
from alerts.sliced.burning import Cuts
from alerts.sliced.cutting import Cut


@dataclass(slots=True)
class _Cell:
    """One slice: events, and slots that had a row, over data centers."""

    good: int = 0
    total: int = 0
    seen: int = 0


@dataclass(slots=True)
class Cutter:
    """Cuts the slots of one product. ``slot_seconds`` must divide ``slice_seconds``."""

    slice_seconds: int
    slot_seconds: int
    end_s: int = 0
    _cells: dict[int, _Cell] = field(default_factory=dict)
    _centers: set[str] = field(default_factory=set)

    def take(self, slots: Iterable[tuple[int, Parts]]) -> None:
        """Every slot, oldest first. Raises NothingToSay."""
        if self.slice_seconds % self.slot_seconds:
            raise NothingToSay(f"slots of {self.slot_seconds} s do not make up slices of {self.slice_seconds} s")
        for at_s, parts in slots:
            if at_s % self.slot_seconds:
                raise NothingToSay(
                    f"slots begin {at_s % self.slot_seconds} s after whole multiples of {self.slot_seconds} s, and "
                    f"slices of {self.slice_seconds} s do not; let the slots begin with the minute"
                )
            cell = self._cells.setdefault(at_s - at_s % self.slice_seconds, _Cell())
            for good, bad in parts.values():
                cell.good += good
                cell.total += good + bad
            cell.seen += len(parts)
            self._centers |= parts.keys()
            self.end_s = at_s + self.slot_seconds

    @property
    def first_s(self) -> int:
        """Begin of the first slice."""
        return min(self._cells)

    def cuts(self, from_s: int, to_s: int) -> list[tuple[int, Cut]]:
        """Every whole slice that begins in ``[from_s, to_s)``, both whole multiples of its length, oldest first."""
        return [(at_s, self._cut(self._cells.get(at_s, _Cell()))) for at_s in range(from_s, to_s, self.slice_seconds)]

    def _cut(self, cell: _Cell) -> Cut:
        whole_ms = max(1, len(self._centers)) * self.slice_seconds * 1000
        unseen_ms = whole_ms - cell.seen * self.slot_seconds * 1000
        return Cut(cell.good, cell.total, whole_ms, unseen_ms, unseen_ms)


def cuts_of(cutters: Mapping[str, Cutter], slice_seconds: int) -> Cuts:
    """Slices by product, as an objective reads them, that have ended with the last slot of any. Raises NothingToSay."""
    from_s = min(each.first_s for each in cutters.values())
    end_s = max(each.end_s for each in cutters.values())
    to_s = end_s - end_s % slice_seconds
    if from_s >= to_s:
        raise NothingToSay(f"the slots do not fill one slice of {slice_seconds} s")
    return {Kind(product, slice_seconds, True): cutter.cuts(from_s, to_s) for product, cutter in cutters.items()}
