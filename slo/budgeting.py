"""OpenSLO's budgeting methods, exact: what an objective allows, what was spent, and how fast.

A method sees an objective's window as slices of good and total. A slice that was not observed, or is excluded, is
never good and never bad (definitions.md section 2): it is counted apart. Slices without events judge nothing.

- Occurrences: bad = sum(total - good); total = sum(total).
- Timeslices: bad = slices whose good / total is below the slice target; total = slices with events.
- RatioTimeslices: bad = sum over slices of (1 - good / total); total = slices with events. The mean of ratios: a quiet
  slice weighs as much as a busy one, which is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from slo.availability import Verdict
from slo.errors import BadSlice, UnevenSlices
from slo.objective import Objective
from slo.states import SliceState

Number: TypeAlias = int | Fraction

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

    @property
    def ratio(self) -> Fraction:
        """good / total; only of a slice with events."""
        return Fraction(self.good) / Fraction(self.total)

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


def spending(
    method: Method, slices: Iterable[Slice], objective: Objective, slice_target: Fraction = Fraction(1)
) -> Spending:
    """What slices spent of an objective. ``slice_target``: least good / total of a good slice, for Timeslices."""
    known = tuple(slices)
    judged = [each for each in known if each.judged]
    excluded = sum(each.state is SliceState.EXCLUDED for each in known)
    if method is Method.OCCURRENCES:
        bad = Fraction(sum(each.total - each.good for each in judged))
        total = Fraction(sum(each.total for each in judged))
        missing = sum(each.missing for each in known if each.state is not SliceState.EXCLUDED)
        return Spending(objective, bad, total, Fraction(missing), excluded)
    unseen = Fraction(sum(each.unseen for each in known))
    if method is Method.TIMESLICES:
        bad = Fraction(sum(not each.reaches(slice_target) for each in judged))
    else:
        bad = sum((1 - each.ratio for each in judged if each.good != each.total), Fraction(0))
    return Spending(objective, bad, Fraction(len(judged)), unseen, excluded)


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
    """Timeslices: a slice that is bad for any part is bad for all. RatioTimeslices: the misses of the parts add up, at
    most to the whole slice. ``objective``: what the whole is held to. Raises UnevenSlices.

    A slice is unseen when a part is and the others did not miss all of it; excluded when no part judges it and one is.
    """
    if len({len(part.slices) for part in parts}) > 1:
        raise UnevenSlices([len(part.slices) for part in parts])
    misses = [_missed(method, moment, parts) for moment in zip(*(part.slices for part in parts), strict=True)]
    judged = [miss for miss in misses if isinstance(miss, Fraction)]
    return Spending(
        objective,
        sum(judged, Fraction(0)),
        Fraction(len(judged)),
        Fraction(sum(miss is SliceState.MISSING for miss in misses)),
        sum(miss is SliceState.EXCLUDED for miss in misses),
    )


def _missed(method: Method, moment: Sequence[Slice], parts: Sequence[Part]) -> Fraction | SliceState:
    """How much of one slice was missed by all parts together, or why that cannot be said."""
    missed = sum(
        (_share_missed(method, each, part) for each, part in zip(moment, parts, strict=True) if each.judged),
        Fraction(0),
    )
    if any(each.unseen for each in moment) and missed < 1:
        return SliceState.MISSING
    if any(each.judged for each in moment):
        return min(missed, Fraction(1))
    return SliceState.EXCLUDED if any(e.state is SliceState.EXCLUDED for e in moment) else SliceState.NO_TRAFFIC


def _share_missed(method: Method, each: Slice, part: Part) -> Fraction:
    if method is Method.TIMESLICES:
        return Fraction(not each.reaches(part.slice_target))
    return 1 - each.ratio if each.good != each.total else Fraction(0)
