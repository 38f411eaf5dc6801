"""Healing in the in-memory twin: columns become slices, and what would fall below nothing is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from slo.counts import Counts
from store.errors import HealingRefused
from store.growth import LevelGrowth
from store.healing import Healing, slice_text, unit_text
from store.memory_sources import SourceState
from store.records import Gap, Level, Unit
from store.scopes import Rollups

Held: TypeAlias = Mapping[Level, Mapping[int, Mapping[Unit, Counts]]]


def grown_counts(growth: Mapping[Level, LevelGrowth]) -> Iterator[tuple[Level, int, Unit, Counts]]:
    """What whole columns add, one slice of one unit after the other."""
    for level, (starts_s, units, _) in growth.items():
        for unit, columns in units.items():
            for at_s, *numbers in zip(starts_s, *columns, strict=True):
                if any(numbers):
                    yield level, at_s, unit, Counts(*numbers)


def refuse_negative(held: Held, source: str, added: Rollups) -> None:
    """Raises HealingRefused when something of what was added took away more than there was."""
    for level, slices in added.items():
        for at_s, units in slices.items():
            for unit in units:
                now = held[level][at_s][unit]
                fewest = min(now.good, now.bad, now.ignored, now.transactions)
                if fewest < 0:
                    raise HealingRefused(source, unit_text(unit), slice_text(level, at_s), fewest)


def take_hole(known: SourceState, gaps: dict[tuple[int, str], Gap], healing: Healing) -> bool:
    """Takes away the hole that a healing fills; False when it is not as it was any more."""
    if healing.gap is None:
        same = known.status.first_page_ms == healing.before_ms
        known.status = replace(known.status, first_page_ms=healing.first_page_ms) if same else known.status
        return same
    there = gaps.get((healing.gap.from_ms, healing.source))
    if there is None or there.to_ms != healing.gap.to_ms:
        return False
    del gaps[there.from_ms, there.source]
    return True
