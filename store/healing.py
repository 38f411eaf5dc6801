"""What a second look at the past changes: pure, the same for every twin.

A *hole* is time of a source in which no page was counted: before its first page, or between the two pages that a Gap
names. A healing fills one hole, or a part of it at one of its ends, whole or not at all. It is keyed by the hole as it
stood, so that doing it twice, or by two at once, changes nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

from store.growth import Growth, LevelGrowth, growth_by_level
from store.records import Cost, Events, Gap, Incarnation, Level, Read, Retention, Transactions, Unit
from store.scopes import Rollups, rollups
from store.slices import slice_start


@dataclass(frozen=True, slots=True)
class Healing:
    """Counts to add where they happened and, negative, to take away where they were booked instead.

    Exactly one hole: ``gap`` as it is stored, which ``gaps`` (none or smaller ones) replace; or the time before
    ``before_ms``, the first page so far, which ``first_page_ms`` replaces. ``reads`` are attempts not stored yet.
    ``growth`` adds to ``events`` and ``transactions`` what came in whole columns. ``token``: of the lease
    ``healing_lease(source)`` under which it was made; None heals without a lease.
    """

    source: str
    gap: Gap | None = None
    before_ms: int | None = None
    first_page_ms: int | None = None
    reads: tuple[Read, ...] = ()
    events: tuple[Events, ...] = ()
    transactions: tuple[Transactions, ...] = ()
    growth: tuple[Growth, ...] = ()
    costs: tuple[Cost, ...] = ()
    gaps: tuple[Gap, ...] = ()
    incarnations: tuple[Incarnation, ...] = ()
    token: int | None = None


def kept_rollups(healing: Healing, retention: Retention, now_s: int, zone: str) -> Rollups:
    """What the rows of a healing add to every level, without slices that pruning has taken or is about to take."""
    added = rollups(healing.events, healing.transactions, zone)
    first = _first_kept(retention, now_s, zone)
    return {level: {at: units for at, units in slices.items() if at >= first[level]} for level, slices in added.items()}


def kept_growth(healing: Healing, retention: Retention, now_s: int, zone: str) -> list[dict[Level, LevelGrowth]]:
    """What each column-wise part of a healing adds to every level, without slices past retention."""
    first = _first_kept(retention, now_s, zone)
    return [growth_by_level(growth, first, zone) for growth in healing.growth]


def healed_units(added: Rollups, grown: Iterable[Mapping[Level, LevelGrowth]]) -> list[Unit]:
    """Every unit to which a healing adds something, once."""
    in_rows = (unit for slices in added.values() for units in slices.values() for unit in units)
    in_columns = (unit for growth in grown for of_level in growth.values() for unit in of_level.units)
    return list(dict.fromkeys(chain(in_rows, in_columns)))


def healed_starts(added: Rollups, grown: Iterable[Mapping[Level, LevelGrowth]]) -> dict[Level, set[int]]:
    """Begins of the slices to which a healing adds something, by level."""
    starts = {level: set(slices) for level, slices in added.items()}
    for growth in grown:
        for level, of_level in growth.items():
            starts[level].update(of_level.starts_s)
    return starts


def kept_reads(healing: Healing, retention: Retention, now_s: int) -> tuple[Read, ...]:
    """Attempts that are not past retention."""
    return tuple(read for read in healing.reads if read.at_ms >= (now_s - retention.reads_seconds) * 1000)


def kept_observed(
    reads: Iterable[Read], levels: Iterable[Level], retention: Retention, now_s: int, zone: str
) -> Counter[tuple[int, int]]:
    """Accepted reads by level and begin of the slice, without slices past retention."""
    seconds = [read.at_ms // 1000 for read in reads if read.collected]
    found: Counter[tuple[int, int]] = Counter()
    for level in levels:
        first_s = _first_kept_s(retention, level, now_s, zone)
        starts = (slice_start(level, at_s, zone) for at_s in seconds)
        found.update((int(level), at) for at in starts if at >= first_s)
    return found


def unit_text(unit: Unit) -> str:
    """A unit in an error line: ``cell weilidai dc1``."""
    return " ".join([unit.scope.name.lower(), *filter(None, unit[1:])])


def slice_text(level: Level, at_s: int) -> str:
    """A slice in an error line: ``minute that begins at 2026-11-22T04:00:00Z``."""
    begin = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{level.name.lower()} that begins at {begin}"


def lived(before: Incarnation | None, now: Incarnation) -> Incarnation:
    """A life as both looks saw it: from the earlier first page to the later last one."""
    if before is None:
        return now
    earlier = min(before, now, key=lambda life: life.first_read_ms)
    marks = [mark for mark in (before.last_mark, now.last_mark) if mark is not None]
    return replace(earlier, last_mark=max(marks, default=None), last_read_ms=max(before.last_read_ms, now.last_read_ms))


def _first_kept(retention: Retention, now_s: int, zone: str) -> dict[Level, int]:
    return {level: _first_kept_s(retention, level, now_s, zone) for level in Level}


def _first_kept_s(retention: Retention, level: Level, now_s: int, zone: str) -> int:
    seconds = retention.seconds.get(level)
    return -(2**62) if seconds is None else slice_start(level, now_s - seconds, zone)
