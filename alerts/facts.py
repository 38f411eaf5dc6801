"""What the engine is given at one tick: counts per slot and subject, how far each data center was seen, and, when
sums must be built anew, the past in few pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alerts.model import Subject


class Told(NamedTuple):
    """All events of one subject in the slot that begins at ``slot_s``; told again it replaces what was told before."""

    slot_s: int
    subject: Subject
    total: int
    bad: int


class Growth(NamedTuple):
    """Events of one subject in one piece of the past."""

    subject: Subject
    total: int
    bad: int


class Piece(NamedTuple):
    """``[from_s, to_s)`` of the past; pieces follow each other without a hole."""

    from_s: int
    to_s: int
    grown: Sequence[Growth]


@dataclass(frozen=True, slots=True)
class Sight:
    """How far one data center was looked at: accepted pages reach up to ``until_s``, except inside ``gaps``
    (``[from_s, to_s)``). It counts as seen until a page is ``grace_s`` late."""

    until_s: int
    grace_s: int
    gaps: tuple[tuple[int, int], ...] = ()

    def seen(self, at_s: int) -> bool:
        """Whether it was being looked at, at that instant."""
        if at_s > self.until_s + self.grace_s:
            return False
        return not any(from_s + self.grace_s < at_s <= to_s for from_s, to_s in self.gaps)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is new. ``until_s``: evaluate up to here, every ``step_s`` seconds; ``seen_ms``: the present.

    ``told``: slots in order of time. ``base``: the past up to where the engine starts or starts anew, None when it goes
    on. ``sights``: per data center; None when looking is no question (a file of events). What happened at or before
    ``replayed_until_s`` is told as replayed. ``more``: the present is further on; ask again at once.
    """

    until_s: int
    seen_ms: int
    told: Sequence[Told] = ()
    step_s: int = 1
    base: Sequence[Piece] | None = None
    sights: Mapping[str, Sight] | None = None
    replayed_until_s: int = 0
    more: bool = False

    def seen(self, data_centers: frozenset[str], at_s: int) -> bool:
        """Whether all of these were being looked at; of none in particular: whether any one at all was."""
        if self.sights is None:
            return True
        if not data_centers:
            return any(sight.seen(at_s) for sight in self.sights.values())
        return all(name in self.sights and self.sights[name].seen(at_s) for name in data_centers)
