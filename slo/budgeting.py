"""OpenSLO's budgeting methods, exact: what an objective allows, what was spent, and how fast.

A method sees an objective's window as slices of good and total. A slice that was not observed, or is excluded, is
never good and never bad (definitions.md section 2): it is counted apart. Slices without events judge nothing.

- Occurrences: bad = sum(total - good); total = sum(total).
- Timeslices: bad = slices whose good / total is below the slice target; total = slices with events.
- RatioTimeslices: bad = sum over slices of (1 - good / total); total = slices with events. The mean of ratios: a quiet
  slice weighs as much as a busy one, which is meant. Each share is cut off to whole ``SHARES_OF``: exact up to a
  hundred events, and wherever the total has no other prime factors; else less by under 10^-52 of a slice. The exact sum
  of a month of minutes would be a fraction of a million digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeAlias

from slo.availability import Verdict
from slo.errors import BadSlice, UnevenSlices
from slo.objective import Objective
from slo.states import SliceState

Number: TypeAlias = int | Fraction

SHARES_OF = lcm(*range(1, 101)) * 10**12
"""Parts of one slice in which RatioTimeslices count."""

_UNSEEN = (SliceState.MISSING, SliceState.INVALID_PROBE)
_NOT_JUDGED = (*_UNSEEN, SliceState.EXCLUDED)


class Method(StrEnum):
    """How bad events become spent budget."""

    OCCURRENCES = "Occurrences"
    TIMESLICES = "Timeslices"
    RATIO_TIMESLICES = "RatioTimeslices"


class Operator(StrEnum):
    """How a value is compared with a limit."""

    LTE = "lte"
    GTE = "gte"
    LT = "lt"
    GT = "gt"

    def holds(self, value: Number, limit: Number) -> bool:
        """Whether ``value operator limit``: lt 500 holds for 499."""
        if self is Operator.LTE:
            return value <= limit
        if self is Operator.GTE:
            return value >= limit
        return value < limit if self is Operator.LT else value > limit


@dataclass(frozen=True, slots=True)
class Slice:
    """Good and total of one slice of time. ``state`` matters only where nothing can be judged: EXCLUDED, MISSING,
    INVALID_PROBE. ``missing``: estimate of events that nobody saw, for Occurrences. Raises BadSlice when good is not
    between 0 and total."""

    good: Number = 0
    total: Number = 0
    state: SliceState = SliceState.GOOD
    missing: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.total or self.missing < 0:
            raise BadSlice(self.good, self.total)

    @classmethod
    def of_bad(cls, bad: Number, total: Number) -> Slice:
        """From bad and total. Raises BadSlice."""
        return cls(total - bad, total)

    @classmethod
    def of_raw(cls, share: Number, *, success: bool) -> Slice:
        """From a precomputed share of successes or failures; each slice weighs the same. Raises BadSlice."""
        return cls(share, 1) if success else cls(1 - share, 1)

    @classmethod
    def of_values(cls, values: Iterable[Number], operator: Operator, limit: Number) -> Slice:
        """From values of a threshold metric: good are those for which ``value operator limit`` holds."""
        judged = [operator.holds(value, limit) for value in values]
        return cls(sum(judged), len(judged))

    @property
    def unseen(self) -> bool:
        """Nobody looked."""
        return self.state in _UNSEEN

    @property
    def judged(self) -> bool:
        """Whether it was seen, is not excluded and had events."""
        return self.total > 0 and self.state not in _NOT_JUDGED

    def reaches(self, least: Fraction) -> bool:
        """Whether good / total is at least ``least``; by whole numbers, for a month has many slices."""
        return self.good * least.denominator >= self.total * least.numerator


@dataclass(frozen=True, slots=True)
class Spending:
    """Budget of one objective over one window, in what the method counts (events, slices, or shares of slices).

    ``unseen``: how much more there may have been, neither good nor bad; ``excluded``: slices under announced
    maintenance.
    """

    objective: Objective
    bad: Fraction
    total: Fraction
    unseen: Fraction = Fraction(0)
    excluded: int = 0

    @property
    def value(self) -> Fraction | None:
        """1 - bad / total; None when nothing was judged."""
        return 1 - self.bad / self.total if self.total else None

    @property
    def low(self) -> Fraction | None:
        """The value if all that was unseen was bad; None when nothing was judged nor unseen."""
        whole = self.total + self.unseen
        return 1 - (self.bad + self.unseen) / whole if whole else None

    @property
    def high(self) -> Fraction | None:
        """The value if all that was unseen was good; None as for ``low``."""
        whole = self.total + self.unseen
        return 1 - self.bad / whole if whole else None

    @property
    def allowed(self) -> Fraction:
        """total x (1 - target)."""
        return self.total * (1 - self.objective.target)

    @property
    def remaining(self) -> Fraction:
        """allowed - bad; negative when overspent."""
        return self.allowed - self.bad

    @property
    def burn_rate(self) -> Fraction | None:
        """(bad / total) / (1 - target); None when nothing was judged."""
        return self.bad / self.allowed if self.total else None

    def verdict(self) -> Verdict:
        """met when even the low bound holds, missed when even the high bound fails, else not proven."""
        low, high = self.low, self.high
        if low is None or high is None:
            return Verdict.NOT_PROVEN
        if low >= self.objective.target:
            return Verdict.MET
        return Verdict.MISSED if high < self.objective.target else Verdict.NOT_PROVEN


class Spent(NamedTuple):
    """What one slice adds to a spending. ``bad``: a whole number, for RatioTimeslices of ``SHARES_OF``."""

    bad: Number = 0
    total: Number = 0
    unseen: int = 0
    excluded: int = 0


_NOT_SEEN, _EXCLUDED, _IDLE = Spent(unseen=1), Spent(excluded=1), Spent()


def unit_of(method: Method) -> int:
    """How many ``bad`` of ``Spent`` make one of what the method counts."""
    return SHARES_OF if method is Method.RATIO_TIMESLICES else 1


def events_spent(each: Slice) -> Spent:
    """One slice as Occurrences see it."""
    if each.state is SliceState.EXCLUDED:
        return _EXCLUDED
    if not each.judged:
        return Spent(unseen=each.missing)
    return Spent(each.total - each.good, each.total, each.missing)


def slice_spent(method: Method, moment: Sequence[Slice], slice_targets: Sequence[Fraction]) -> Spent:
    """One slice as Timeslices or RatioTimeslices see it; of a composite, as each of its parts was.

    What is bad for any part is bad for all; misses of RatioTimeslices add up, at most to the whole slice. It is unseen
    when a part is and the others did not miss all of it; excluded when no part judges it and one is.
    """
    whole = unit_of(method)
    missed = sum(
        _missed(method, each, target) for each, target in zip(moment, slice_targets, strict=True) if each.judged
    )
    if missed < whole and any(each.unseen for each in moment):
        return _NOT_SEEN
    if any(each.judged for each in moment):
        return Spent(min(missed, whole), 1)
    return _EXCLUDED if any(each.state is SliceState.EXCLUDED for each in moment) else _IDLE


def _missed(method: Method, each: Slice, slice_target: Fraction) -> int:
    if method is Method.TIMESLICES:
        return int(not each.reaches(slice_target))
    return int((each.total - each.good) * SHARES_OF // each.total)


def spending(
    method: Method, slices: Iterable[Slice], objective: Objective, slice_target: Fraction = Fraction(1)
) -> Spending:
    """What slices spent of an objective. ``slice_target``: least good / total of a good slice, for Timeslices."""
    if method is Method.OCCURRENCES:
        return _sum(method, map(events_spent, slices), objective)
    targets = (slice_target,)
    return _sum(method, (slice_spent(method, (each,), targets) for each in slices), objective)


def _sum(method: Method, spent: Iterable[Spent], objective: Objective) -> Spending:
    rows = list(spent)
    return Spending(
        objective,
        Fraction(sum(each.bad for each in rows)) / unit_of(method),
        Fraction(sum(each.total for each in rows)),
        Fraction(sum(each.unseen for each in rows)),
        sum(each.excluded for each in rows),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One objective of a composite: its own slices, target and weight."""

    slices: Sequence[Slice]
    objective: Objective
    slice_target: Fraction = Fraction(1)
    weight: Fraction = Fraction(1)


def composite_burn_rate(parts: Iterable[Part]) -> Fraction | None:
    """Occurrences: burn rates of the parts, weighted; parts in which nothing was judged have no say.

    ``sum(weight x burn) / sum(weight)``; None when no part says anything. 1 spends the budget exactly in its window.
    """
    return weighted_burn_rate(
        (part.weight, spending(Method.OCCURRENCES, part.slices, part.objective).burn_rate) for part in parts
    )


def weighted_burn_rate(rates: Iterable[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    """Weights and burn rates -> ``sum(weight x burn) / sum(weight)`` of those that say anything."""
    said = [(weight, burn) for weight, burn in rates if burn is not None]
    whole = sum((weight for weight, _ in said), Fraction(0))
    return sum((weight * burn for weight, burn in said), Fraction(0)) / whole if whole else None


def composite_slices(method: Method, parts: Sequence[Part], objective: Objective) -> Spending:
    """Timeslices or RatioTimeslices of all parts together. ``objective``: what the whole is held to. Raises
    UnevenSlices."""
    if len({len(part.slices) for part in parts}) > 1:
        raise UnevenSlices([len(part.slices) for part in parts])
    targets = [part.slice_target for part in parts]
    moments = zip(*(part.slices for part in parts), strict=True)
    return _sum(method, (slice_spent(method, moment, targets) for moment in moments), objective)
