"""Sliding sums of events over many windows, for thousands of units, without ever reading a window again.

Every unit has a running total. Now and then the totals of all units are put aside with their instant (a mark); the sum
of a window is the running total less the mark at the window's old edge. A new slot so costs one addition per unit, a
window one subtraction, however long it is.

The new edge of a window is always now. Its old edge slides by a step: 1 s for windows of up to a minute, else at most
1/24 of the window (``sliding_step``); it is late by less than one step, so that a window is never too long. With
the length of a slot as step (``exact_step_s``) windows are exact.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

STEPS_S = (3600, 300, 60, 5, 1)
"""Steps that rollups of hours and minutes can be cut into."""
LEAST_STEPS = 24
LATE_S = 120
"""How old a slot may be that is told again with other counts."""
_LEAST_ROOM = 64

Key = TypeVar("Key", bound=Hashable)


class Sum(NamedTuple):
    """Events of one unit over one window."""

    total: int
    bad: int


class Mark(NamedTuple):
    """Running totals of every unit (by its number) at one instant."""

    total: array[int]
    bad: array[int]


def sliding_step(length_s: int) -> int:
    """Seconds by which the old edge of a window slides: 1 up to a minute, then the longest step within 1/24."""
    return next((step for step in STEPS_S if step * LEAST_STEPS <= length_s), 1)


class Windows(Generic[Key]):
    """Sums over several windows. Times are whole seconds; ``now_s`` is the end of the newest slot."""

    def __init__(self, lengths_s: Iterable[int], *, exact_step_s: int = 0) -> None:
        self.lengths_s = tuple(sorted(set(lengths_s)))
        self.numbers: dict[Key, int] = {}
        self.keys: list[Key] = []
        self._slot_s = exact_step_s or 1
        self._steps = {length: exact_step_s or sliding_step(length) for length in self.lengths_s}
        self.begin(0)

    def begin(self, at_s: int) -> None:
        """Forgets all counts (not the units) and starts at an instant; nothing is known before it."""
        room = max(_LEAST_ROOM, len(self.keys))
        self.now_s = at_s
        self.live = Mark(array("q", bytes(8 * room)), array("q", bytes(8 * room)))
        self._first_s: int | None = None
        self._marks: dict[int, Mark] = {}
        self._due: dict[int, list[int]] = {}
        self._mark(at_s)
        self._set_edges()

    @property
    def known_s(self) -> int:
        """Seconds since the first events that any unit is known to have had."""
        return 0 if self._first_s is None else self.now_s - self._first_s

    def number(self, key: Key) -> int:
        """Number of a unit; a new one gets the next."""
        known = self.numbers.get(key)
        if known is not None:
            return known
        number = self.numbers[key] = len(self.keys)
        self.keys.append(key)
        if number >= len(self.live.total):
            self._make_room(number)
        return number

    def advance(self, to_s: int) -> None:
        """Slides every window on; slots between the last instant and this one are empty until they are told."""
        while self.now_s < to_s:
            before_s = self.now_s
            self.now_s = min(to_s, before_s + self._slot_s)
            if before_s not in self._marks:
                self._mark(before_s)
            self._expire(range(before_s, self.now_s))
        self._set_edges()

    def leap(self, to_s: int) -> None:
        """Puts a mark and goes on to an instant in one piece: for filling in the past, oldest first, with ``add``."""
        self._mark(self.now_s)
        self.now_s = to_s

    def settle(self) -> None:
        """Ends filling in: what was added counts in every window."""
        self._expire([instant_s for instant_s in self._due if instant_s < self.now_s])
        self._set_edges()

    def add(self, key: Key, total: int, bad: int) -> None:
        """Adds events to the newest piece of time."""
        number = self.number(key)
        self.live.total[number] += total
        self.live.bad[number] += bad
        if self._first_s is None:
            self._first_s = next(reversed(self._marks))

    def tell(self, slot_s: int, key: Key, total: int, bad: int) -> bool:
        """Sets what one unit counted in the slot that begins at ``slot_s``, whatever was told of it before.

        False, and nothing set, when the slot is older than can be set (``LATE_S``): then sums must be built anew.
        """
        return self.put(slot_s, self.number(key), total, bad)

    def put(self, slot_s: int, number: int, total: int, bad: int) -> bool:
        """The same for a unit by its number."""
        end_s = slot_s + self._slot_s
        begin = self._marks.get(slot_s)
        end = self.live if end_s == self.now_s else self._marks.get(end_s)
        if begin is None or end is None:
            return False
        more_total = total - (end.total[number] - begin.total[number])
        more_bad = bad - (end.bad[number] - begin.bad[number])
        if more_total or more_bad:
            self._grow(number, slot_s, more_total, more_bad)
        return True

    def slot(self, slot_s: int, number: int) -> Sum:
        """What is known of one recent slot of a unit; nothing is known of an older one."""
        end_s = slot_s + self._slot_s
        begin = self._marks.get(slot_s)
        end = self.live if end_s == self.now_s else self._marks.get(end_s)
        if begin is None or end is None:
            return Sum(0, 0)
        return Sum(end.total[number] - begin.total[number], end.bad[number] - begin.bad[number])

    def edge(self, length_s: int) -> Mark:
        """Running totals at the old edge of a window: what the window does not hold any more."""
        return self._edges[length_s]

    def sum(self, length_s: int, number: int) -> Sum:
        """Events of one unit in one window that ends now."""
        edge = self._edges[length_s]
        return Sum(self.live.total[number] - edge.total[number], self.live.bad[number] - edge.bad[number])

    def _grow(self, number: int, slot_s: int, total: int, bad: int) -> None:
        if self._first_s is None:
            self._first_s = slot_s
        self.live.total[number] += total
        self.live.bad[number] += bad
        for at_s in reversed(self._marks):
            if at_s <= slot_s:
                return
            mark = self._marks[at_s]
            mark.total[number] += total
            mark.bad[number] += bad

    def _mark(self, at_s: int) -> None:
        self._marks[at_s] = Mark(self.live.total[:], self.live.bad[:])
        self._due.setdefault(self._needed_until(at_s), []).append(at_s)

    def _needed_until(self, at_s: int) -> int:
        """The last instant at which a mark is an old edge of any window, or of a slot that may be told again."""
        return at_s + max([LATE_S, *(length for length, step in self._steps.items() if at_s % step == 0)])

    def _expire(self, instants_s: Iterable[int]) -> None:
        for instant_s in instants_s:
            for at_s in self._due.pop(instant_s, ()):
                self._marks.pop(at_s, None)

    def _set_edges(self) -> None:
        self._edges = {length: self._edge_mark(length) for length in self.lengths_s}

    def _edge_mark(self, length_s: int) -> Mark:
        step_s = self._steps[length_s]
        wanted_s = -((length_s - self.now_s) // step_s) * step_s
        mark = self.live if wanted_s >= self.now_s else self._marks.get(wanted_s)
        return mark if mark is not None else self._nearest_mark(wanted_s)

    def _nearest_mark(self, wanted_s: int) -> Mark:
        """The last mark before an instant, for a warm start puts fewer: a window that is too long is not rash. The
        first one of all when there is none: before it nothing was counted."""
        first_s = next(iter(self._marks))
        if wanted_s <= first_s:
            return self._marks[first_s]
        times = list(self._marks)
        return self._marks[times[max(0, bisect_right(times, wanted_s) - 1)]]

    def _make_room(self, number: int) -> None:
        more = bytes(8 * max(_LEAST_ROOM, number // 2))
        for mark in (self.live, *self._marks.values()):
            mark.total.frombytes(more)
            mark.bad.frombytes(more)
