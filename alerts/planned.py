"""Events without what announced maintenance takes out: of the parts that a window names, and of the wholes above them.

A product whose one data center is worked on is judged by the others; the bank by everything that nobody works on. What
lasts beyond a window's end counts from that second on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from alerts.desk.maintenance import Maintenance
from alerts.facts import Growth, Piece, Told
from alerts.model import Level, Subject
from alerts.past import subject_of
from store.port import Reader
from store.records import Level as StoreLevel
from store.records import Scope
from store.slices import STEP_S

MS_PER_S = 1000
_BANK = Subject(Level.BANK)


class _Taken:
    """Total and bad events that do not count, by subject."""

    def __init__(self) -> None:
        self._of: defaultdict[Subject, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, part: Subject, total: int, bad: int) -> None:
        """Of a part; a product's share in a data center is taken out of the product and the bank too."""
        wholes = (Subject(Level.PRODUCT, part.product), _BANK) if part.level is Level.CELL else ()
        for subject in (part, *wholes):
            sums = self._of[subject]
            sums[0] += total
            sums[1] += bad

    def left(self, subject: Subject, total: int, bad: int) -> tuple[int, int]:
        """What remains of a subject's events."""
        taken = self._of.get(subject)
        return (total, bad) if taken is None else (total - taken[0], bad - taken[1])


def told_without(
    reader: Reader, rows: Sequence[Told], windows: Sequence[Maintenance], step: StoreLevel = StoreLevel.SLOT
) -> Sequence[Told]:
    """Slots (or minutes) in order of time without what lies inside maintenance: what is taken out of a row is read from
    the store, for rows that did not change may not be told again."""
    if not rows or not _touching(windows, rows[0].slot_s, rows[-1].slot_s + 1):
        return rows
    step_s = STEP_S[step]
    taken = _taken_by_slot(reader, windows, step, rows[0].slot_s // step_s * step_s, rows[-1].slot_s + 1)
    found = []
    for row in rows:
        inside = taken.get(row.slot_s // step_s)
        left = (row.total, row.bad) if inside is None else inside.left(row.subject, row.total, row.bad)
        found.append(Told(row.slot_s, row.subject, *left))
    return found


def _taken_by_slot(
    reader: Reader, windows: Sequence[Maintenance], step: StoreLevel, from_s: int, to_s: int
) -> Mapping[int, _Taken]:
    """By number of the slot."""
    taken: defaultdict[int, _Taken] = defaultdict(_Taken)
    for scope in (Scope.CELL, Scope.DCN):
        for at_s, unit, counts in reader.timeline(step, scope, from_s, to_s):
            if _is_planned(subject_of(unit), windows, at_s):
                taken[at_s // STEP_S[step]].add(subject_of(unit), counts.good + counts.bad, counts.bad)
    return taken


def pieces_without(reader: Reader, found: Iterable[Piece], windows: Sequence[Maintenance]) -> list[Piece]:
    """The same of pieces of the past, from the store's minutes of the time inside."""
    return [_piece_without(reader, piece, _touching(windows, piece.from_s, piece.to_s)) for piece in found]


def _piece_without(reader: Reader, piece: Piece, windows: Sequence[Maintenance]) -> Piece:
    if not windows:
        return piece
    taken = _Taken()
    for from_s, to_s in _stretches(piece, windows):
        for scope in (Scope.CELL, Scope.DCN):
            for unit, counts in reader.totals(scope, from_s, to_s).items():
                if _is_planned(subject_of(unit), windows, from_s):
                    taken.add(subject_of(unit), counts.good + counts.bad, counts.bad)
    grown = [Growth(subject, *taken.left(subject, total, bad)) for subject, total, bad in piece.grown]
    return Piece(piece.from_s, piece.to_s, grown)


def _stretches(piece: Piece, windows: Iterable[Maintenance]) -> Iterator[tuple[int, int]]:
    """The piece's time inside maintenance, cut wherever a window begins or ends."""
    edges = {piece.from_s, piece.to_s}
    for each in windows:
        edges |= {max(each.from_s, piece.from_s), min(each.to_s, piece.to_s)}
    for from_s, to_s in pairwise(sorted(edges)):
        if any(each.holds(from_s * MS_PER_S) for each in windows):
            yield from_s, to_s


def _touching(windows: Iterable[Maintenance], from_s: int, to_s: int) -> list[Maintenance]:
    return [each for each in windows if each.from_s < to_s and from_s < each.to_s]


def _is_planned(part: Subject, windows: Iterable[Maintenance], at_s: int) -> bool:
    return any(w.holds(at_s * MS_PER_S) and w.names(part.product, part.data_center) for w in windows)
