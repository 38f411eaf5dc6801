"""The past in few pieces, for sums that must be built anew: from hours down to the newest seconds.

For as long as these pieces are inside, the old edge of a window is early by up to 1/24 of it (of five minutes: by up to
a minute; of one minute: by up to ten seconds).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby, pairwise

from alerts.facts import Growth, Piece, Told
from alerts.model import Level, Subject
from alerts.windows import LEAST_STEPS
from slo.windows import HOUR_S, MINUTE_S
from store.port import Reader
from store.records import Level as StoreLevel
from store.records import Scope, Unit

LEVELS = {
    Scope.BANK: Level.BANK,
    Scope.PRODUCT: Level.PRODUCT,
    Scope.CELL: Level.CELL,
    Scope.DCN: Level.DCN,
}
"""Scopes that alerts are made for, widest first."""
SECONDS = 12
"""So many of the newest slots are read one by one, the rest of the last minute by sixths."""
PART_OF_MINUTE_S = 10


@lru_cache(maxsize=200_000)
def subject_of(unit: Unit) -> Subject:
    """What alerts call a unit of the store."""
    return Subject(LEVELS[unit.scope], unit.product, unit.data_center, unit.dcn)


def told_by_minutes(reader: Reader, from_s: int, to_s: int) -> list[Told]:
    """Customers' events of every minute that begins in ``[from_s, to_s)``, in order of time, where slots are not kept
    any more: as of its last second."""
    rows = [
        Told(at_s + MINUTE_S - 1, subject_of(unit), counts.good + counts.bad, counts.bad)
        for scope in LEVELS
        for at_s, unit, counts in reader.timeline(StoreLevel.MINUTE, scope, from_s, to_s)
    ]
    rows.sort(key=lambda each: each.slot_s)
    return rows


def pieces(reader: Reader, lengths_s: Iterable[int], at_s: int, slots_from_s: int) -> list[Piece]:
    """What windows of these lengths hold at an instant, cut where their old edges will be. ``slots_from_s``: since
    when slots are kept; without any, the instant must be a whole minute."""
    cut = pairwise(_cuts(sorted(lengths_s), at_s, slots_from_s))
    made: list[Piece] = []
    for level, each in groupby(cut, lambda ends: _level(*ends)):
        run = list(each)
        made += _summed(reader, run) if level is None else _read(reader, level, run)
    return made


def _cuts(lengths_s: list[int], at_s: int, slots_from_s: int) -> list[int]:
    """Where windows' old edges will be, as coarse as 1/24 of each window allows: what is read is what a start takes."""
    cuts = {at_s}
    for length in lengths_s:
        step = max(MINUTE_S, length // LEAST_STEPS // MINUTE_S * MINUTE_S)
        cuts.update(range(-((length - at_s) // step) * step, at_s, step))
    if at_s - MINUTE_S >= slots_from_s:
        cuts.update(range(at_s - MINUTE_S, at_s, PART_OF_MINUTE_S))
        cuts.update(range(at_s - SECONDS, at_s))
    return sorted(cuts)


def _level(from_s: int, to_s: int) -> StoreLevel | None:
    """Level whose one slice a piece is; None when it takes several."""
    by_length = {1: StoreLevel.SLOT, MINUTE_S: StoreLevel.MINUTE, HOUR_S: StoreLevel.HOUR}
    level = by_length.get(to_s - from_s)
    return level if from_s % (to_s - from_s) == 0 else None


def _read(reader: Reader, level: StoreLevel, run: list[tuple[int, int]]) -> Iterator[Piece]:
    grown: defaultdict[int, list[Growth]] = defaultdict(list)
    for scope in LEVELS:
        for at_s, unit, counts in reader.timeline(level, scope, run[0][0], run[-1][1]):
            grown[at_s].append(Growth(subject_of(unit), counts.good + counts.bad, counts.bad))
    return (Piece(from_s, to_s, grown.get(from_s, ())) for from_s, to_s in run)


def _summed(reader: Reader, run: list[tuple[int, int]]) -> Iterator[Piece]:
    for from_s, to_s in run:
        grown = [
            Growth(subject_of(unit), counts.good + counts.bad, counts.bad)
            for scope in LEVELS
            for unit, counts in reader.totals(scope, from_s, to_s).items()
        ]
        yield Piece(from_s, to_s, grown)
