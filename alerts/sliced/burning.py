"""What slices spent of an objective over a window, and how fast: by the arithmetic of ``slo.budgeting``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from alerts.sliced.book import Kind
from alerts.sliced.cutting import Cut
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method, Slice, Spending, Spent, events_spent, slice_spent, weighted_burn_rate

Cuts = Mapping[Kind, Sequence[tuple[int, Cut]]]


@dataclass(frozen=True, slots=True)
class Burn:
    """One window. ``spendings``: of the whole, or per part where Occurrences are weighed; ``burn_rate`` None: nothing
    was judged. ``blind``: nobody saw anything of what counts; ``seen``: somebody saw some of it;
    neither when nothing counts. ``covered``: slices with events. ``bad_events``: of all parts, whatever was judged."""

    spendings: tuple[Spending, ...]
    burn_rate: Fraction | None
    blind: bool
    seen: bool
    covered: int = 0
    bad_events: int = 0

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


def kinds(slo: SlicedSlo, *, excluding: bool = True) -> list[Kind]:
    """What a book must hold for an objective, per part."""
    return [Kind(part.product, slo.slice_seconds, excluding) for part in slo.parts]


def judged_of(slo: SlicedSlo, moment: Sequence[Cut]) -> list[Slice]:
    """One slice as the budgeting method sees it, per part."""
    return [cut.judged(slo.method, part.slice_target) for part, cut in zip(slo.parts, moment, strict=True)]


def spent_of(slo: SlicedSlo, judged: Sequence[Slice]) -> tuple[Spent, ...]:
    """What one slice spent: of the whole, or per part where Occurrences are weighed."""
    if slo.method is Method.OCCURRENCES:
        return tuple(map(events_spent, judged))
    return (slice_spent(slo.method, judged, [part.slice_target for part in slo.parts]),)


def is_bad(slo: SlicedSlo, judged: Sequence[Slice]) -> bool:
    """Whether a slice was bad for any part, or missed something."""
    by_slice = slo.method is Method.TIMESLICES
    return any(
        each.judged and (not each.reaches(part.slice_target) if by_slice else each.good < each.total)
        for part, each in zip(slo.parts, judged, strict=True)
    )


def burn_rate_of(slo: SlicedSlo, spent: Sequence[Spending]) -> Fraction | None:
    """How fast the whole burns; None: nothing was judged."""
    if slo.method is not Method.OCCURRENCES:
        return spent[0].burn_rate
    return weighted_burn_rate((part.weight, each.burn_rate) for part, each in zip(slo.parts, spent, strict=True))
