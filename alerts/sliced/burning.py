"""What slices spent of an objective over a window, and how fast: by the arithmetic of ``slo.budgeting``."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from alerts.sliced.book import Kind
from alerts.sliced.cutting import Cut
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method, Part, Slice, Spending, composite_slices, spending, weighted_burn_rate

Cuts = Mapping[Kind, Sequence[tuple[int, Cut]]]


@dataclass(frozen=True, slots=True)
class Burn:
    """One window. ``spendings``: of the whole, or per part where Occurrences are weighed; ``burn_rate`` None: nothing
    was judged. ``blind``: nobody saw anything of what counts; ``seen``: somebody saw some of it;
    neither when nothing counts."""

    spendings: tuple[Spending, ...]
    burn_rate: Fraction | None
    blind: bool
    seen: bool

    @property
    def bad(self) -> Fraction:
        """In what the method counts."""
        return sum((each.bad for each in self.spendings), Fraction(0))

    @property
    def total(self) -> Fraction:
        """What was judged."""
        return sum((each.total for each in self.spendings), Fraction(0))

    @property
    def unseen(self) -> Fraction:
        """What was neither good nor bad, for nobody saw it."""
        return sum((each.unseen for each in self.spendings), Fraction(0))

    @property
    def excluded(self) -> int:
        """Slices under announced maintenance; of a composite of Occurrences, of all its parts."""
        return sum(each.excluded for each in self.spendings)


@dataclass(frozen=True, slots=True)
class History:
    """The slices of one objective, oldest first, a sequence of equal length per part."""

    slo: SlicedSlo
    begins: Sequence[int]
    judged: Sequence[Sequence[Slice]]
    blind: Sequence[Sequence[bool]]
    counted: Sequence[Sequence[bool]]

    @classmethod
    def of(cls, slo: SlicedSlo, cuts: Cuts, *, excluding: bool = True) -> History:
        """From what a book holds."""
        rows = [cuts[kind] for kind in kinds(slo, excluding=excluding)]
        return cls(
            slo,
            [at_s for at_s, _ in rows[0]],
            [
                [cut.judged(slo.method, part.slice_target) for _, cut in row]
                for part, row in zip(slo.parts, rows, strict=True)
            ],
            [[cut.blind for _, cut in row] for row in rows],
            [[cut.whole_ms > 0 for _, cut in row] for row in rows],
        )

    def burn(self, seconds: int) -> Burn:
        """Over the last whole slices of so many seconds."""
        return self._burn(len(self.begins) - self._number(seconds), len(self.begins))

    def steps(self, seconds: int, step_s: int) -> Iterator[tuple[int, Burn, int]]:
        """Begin of each whole step of the last ``seconds``, what burned in it, and how many of its slices missed
        something (RatioTimeslices, whose burn does not tell)."""
        bad = set(self.bad_begins(seconds)) if self.slo.method is Method.RATIO_TIMESLICES else frozenset()
        at = len(self.begins) - self._number(seconds)
        while at < len(self.begins):
            begin_s = self.begins[at] - self.begins[at] % step_s
            end = bisect_left(self.begins, begin_s + step_s, at)
            yield begin_s, self._burn(at, end), sum(each in bad for each in self.begins[at:end])
            at = end

    def bad_begins(self, seconds: int) -> list[int]:
        """Begins of the slices of the last ``seconds`` that were bad for any part, or missed something."""
        number = self._number(seconds)
        moments = zip(*(row[-number:] for row in self.judged), strict=True)
        return [at_s for at_s, row in zip(self.begins[-number:], moments, strict=True) if self._bad(row)]

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
        return min(len(self.begins), max(1, seconds // self.slo.slice_seconds))

    def _burn(self, first: int, end: int) -> Burn:
        parts = [
            Part(row[first:end], part.objective, part.slice_target, part.weight)
            for part, row in zip(self.slo.parts, self.judged, strict=True)
        ]
        spent = spent_of(self.slo, parts)
        counting = self._counting(first, end)
        blind, seen = bool(counting) and all(counting), not all(counting)
        return Burn(spent, burn_rate_of(self.slo, spent), blind, seen)

    def _bad(self, moment: Sequence[Slice]) -> bool:
        by_slice = self.slo.method is Method.TIMESLICES
        return any(
            each.judged and (not each.reaches(part.slice_target) if by_slice else each.good < each.total)
            for part, each in zip(self.slo.parts, moment, strict=True)
        )

    def _counting(self, first: int, end: int) -> list[bool]:
        """Whether they were blind, of the slices that count."""
        rows = zip(self.blind, self.counted, strict=True)
        return [b for blind, counted in rows for b, c in zip(blind[first:end], counted[first:end], strict=True) if c]


def kinds(slo: SlicedSlo, *, excluding: bool = True) -> list[Kind]:
    """What a book must hold for an objective, per part."""
    return [Kind(part.product, slo.slice_seconds, excluding) for part in slo.parts]


def spent_of(slo: SlicedSlo, parts: Sequence[Part]) -> tuple[Spending, ...]:
    """What slices spent: of the whole, or per part where Occurrences are weighed. Sums of disjoint slices add up."""
    if slo.method is Method.OCCURRENCES or len(parts) == 1:
        return tuple(spending(slo.method, part.slices, part.objective, part.slice_target) for part in parts)
    return (composite_slices(slo.method, parts, slo.objective),)


def burn_rate_of(slo: SlicedSlo, spent: Sequence[Spending]) -> Fraction | None:
    """How fast the whole burns by what ``spent_of`` says; None: nothing was judged."""
    if slo.method is not Method.OCCURRENCES:
        return spent[0].burn_rate
    return weighted_burn_rate((part.weight, each.burn_rate) for part, each in zip(slo.parts, spent, strict=True))
