"""The slices of one objective as running totals: any window is the difference of two of them, and of a month of minutes
only those slices are judged that are new or not what they were."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from copy import copy
from fractions import Fraction
from itertools import chain, pairwise
from operator import add

from alerts.sliced.burning import Burn, Cuts, burn_rate_of, is_bad, judged_of, kinds, spent_of
from alerts.sliced.cutting import Cut
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method, Spending, Spent, unit_of

Sums = tuple[int, ...]
"""Slices that count, of all parts; blind ones of these; slices with events; bad events; then, one after another, what
was spent."""
_HEAD = 4
_STRIDE = 1024


class History:
    """For one thread. ``excluding``: without what announced maintenance takes out."""

    def __init__(self, slo: SlicedSlo, *, excluding: bool = True) -> None:
        self.slo = slo
        self._kinds = kinds(slo, excluding=excluding)
        self._objectives = [part.objective for part in slo.parts]
        if slo.method is not Method.OCCURRENCES and slo.composite:
            self._objectives = [slo.objective]
        self._forget()

    @classmethod
    def of(cls, slo: SlicedSlo, cuts: Cuts, *, excluding: bool = True) -> History:
        """From what a book holds."""
        made = cls(slo, excluding=excluding)
        made.update(cuts)
        return made

    def _forget(self) -> None:
        self._begins: list[int] = []
        self._end = 0
        self._cuts: list[list[Cut]] = [[] for _ in self.slo.parts]
        self._sums: list[Sums] = [(0,) * (_HEAD + len(Spent._fields) * len(self._objectives))]
        self._bad: list[int] = []

    def update(self, cuts: Cuts, seconds: int = 0) -> None:
        """Takes every slice as it is now, of each of the objective's kinds: what a book holds; of the last ``seconds``
        alone, if so many are given."""
        begins, columns = _side_by_side([cuts[kind] for kind in self._kinds], seconds // self.slo.slice_seconds)
        self._drop_before(begins[0])
        same = self._same(columns)
        self._cut_off(same)
        for number in range(same, len(begins)):
            self._append(begins[number], [column[number] for column in columns])
        self._end = len(self._begins)

    @property
    def end_s(self) -> int:
        """End of the last slice."""
        return self._begins[self._end - 1] + self.slo.slice_seconds

    @property
    def first_s(self) -> int:
        """Begin of the first slice."""
        return self._begins[0]

    def through(self, number: int) -> History:
        """The same as of the end of the slice ``number``, counted from 0; to be read only."""
        seen = copy(self)
        seen._end = number + 1
        return seen

    def __len__(self) -> int:
        return self._end

    def burn(self, seconds: int) -> Burn:
        """Over the last whole slices of so many seconds."""
        return self._burn(self._end - self._number(seconds), self._end)

    def steps(self, seconds: int, step_s: int) -> Iterator[tuple[int, Burn, int]]:
        """Begin of each whole step of the last ``seconds``, what burned in it, and how many of its slices were bad or
        missed something."""
        at = self._end - self._number(seconds)
        while at < self._end:
            begin_s = self._begins[at] - self._begins[at] % step_s
            end = bisect_left(self._begins, begin_s + step_s, at, self._end)
            yield begin_s, self._burn(at, end), len(self._bad_between(at, end))
            at = end

    def bad_begins(self, seconds: int) -> Sequence[int]:
        """Begins of the slices of the last ``seconds`` that were bad for any part, or missed something."""
        return self._bad_between(self._end - self._number(seconds), self._end)

    def stretch(self, seconds: int, apart_s: int) -> tuple[int, int] | None:
        """Begin of the first and end of the last bad slice of the newest stretch in the last ``seconds``: bad slices
        less than ``apart_s`` apart. None without any."""
        bad = self.bad_begins(seconds)
        if not bad:
            return None
        begin_s = bad[-1]
        for later, earlier in pairwise(reversed(bad)):
            if later - earlier - self.slo.slice_seconds >= apart_s:
                break
            begin_s = earlier
        return begin_s, bad[-1] + self.slo.slice_seconds

    def _number(self, seconds: int) -> int:
        return min(self._end, max(1, seconds // self.slo.slice_seconds))

    def _bad_between(self, first: int, end: int) -> Sequence[int]:
        to_s = self._begins[end - 1] + 1
        return self._bad[bisect_left(self._bad, self._begins[first]) : bisect_left(self._bad, to_s)]

    def _burn(self, first: int, end: int) -> Burn:
        before, after = self._sums[first], self._sums[end]
        counted, blind, covered, bad_events, *spent = (late - early for late, early in zip(after, before, strict=True))
        unit, width = unit_of(self.slo.method), len(Spent._fields)
        spendings = tuple(
            Spending(objective, Fraction(row.bad, unit), Fraction(row.total), Fraction(row.unseen), row.excluded)
            for number, objective in enumerate(self._objectives)
            for row in (Spent(*spent[number * width : (number + 1) * width]),)
        )
        rate, blinded = burn_rate_of(self.slo, spendings), 0 < counted == blind
        return Burn(spendings, rate, blinded, blind < counted, covered, bad_events)

    def _append(self, at_s: int, moment: Sequence[Cut]) -> None:
        judged = judged_of(self.slo, moment)
        counted = sum(cut.whole_ms > 0 for cut in moment)
        blind = sum(cut.blind for cut in moment)
        head = (counted, blind, any(cut.total for cut in moment), sum(cut.total - cut.good for cut in moment))
        row = chain(head, *spent_of(self.slo, judged))
        self._begins.append(at_s)
        self._sums.append(tuple(map(add, self._sums[-1], row)))
        for column, cut in zip(self._cuts, moment, strict=True):
            column.append(cut)
        if is_bad(self.slo, judged):
            self._bad.append(at_s)

    def _drop_before(self, first_s: int) -> None:
        """What is older than that; all of it when the past begins earlier now."""
        old = bisect_left(self._begins, first_s)
        if old == len(self._begins) or self._begins[old] != first_s:
            self._forget()
            return
        del self._begins[:old], self._sums[:old], self._bad[: bisect_left(self._bad, first_s)]
        for column in self._cuts:
            del column[:old]

    def _same(self, columns: Sequence[Sequence[Cut]]) -> int:
        """How many of the first slices are what they were. Whole stretches are compared at a time, for a month of
        minutes hardly ever changes but at its end."""
        known = min(len(self._begins), len(columns[0]))
        for first in range(0, known, _STRIDE):
            span = slice(first, min(first + _STRIDE, known))
            if all(mine[span] == theirs[span] for mine, theirs in zip(self._cuts, columns, strict=True)):
                continue
            moments = zip(zip(*self._cuts, strict=True), zip(*columns, strict=False), strict=False)
            return next(number for number, (mine, theirs) in enumerate(moments) if mine != theirs)
        return known

    def _cut_off(self, number: int) -> None:
        """What comes after the first slices."""
        if number < len(self._begins):
            del self._bad[bisect_left(self._bad, self._begins[number]) :]
        del self._begins[number:], self._sums[number + 1 :]
        for column in self._cuts:
            del column[number:]


def _side_by_side(rows: Sequence[Sequence[tuple[int, Cut]]], most: int) -> tuple[list[int], list[list[Cut]]]:
    """Begins and, per part, cuts of the slices that all parts have, the last ``most`` of them (0: all): a book may hold
    more of the past for one, because another objective asks for it."""
    number = min(len(row) for row in rows)
    number = min(number, most) if most else number
    chosen = [row[len(row) - number :] for row in rows]
    return [at_s for at_s, _ in chosen[0]], [[cut for _, cut in row] for row in chosen]
