"""The newest slots of the in-memory twin, as whoever asks at every tick wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slo.counts import Counts
from store.port import SlotRow, UnitKey
from store.records import Unit


class MemorySlots:
    """Part of the reader. A unit is its own key."""

    def __init__(self, slots: Mapping[int, Mapping[Unit, Counts]]) -> None:
        self._slots = slots

    def slots(self, from_s: int, to_s: int) -> list[SlotRow]:
        """Slots of bank, products, cells and DCNs that begin in ``[from_s, to_s)``."""
        return [
            (at, unit, counts.good + counts.bad, counts.bad)
            for at, units in self._slots.items()
            if from_s <= at < to_s
            for unit, counts in units.items()
        ]

    def named(self, keys: Iterable[UnitKey]) -> dict[UnitKey, Unit]:
        """The keys themselves."""
        return {key: key for key in keys if isinstance(key, Unit)}
