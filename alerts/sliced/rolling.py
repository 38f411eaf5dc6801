"""What a long window of slices spent, as sums that are kept: only slices that came, went or changed are judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from alerts.sliced.burning import Cuts, burn_rate_of, kinds, spent_of
from alerts.sliced.cutting import Cut
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Part, Spending

Moment = tuple[Cut, ...]
"""One slice, as each part of the objective saw it."""


@dataclass(frozen=True, slots=True)
class Spent:
    """``share`` of the budget of the window, None when nothing was judged; ``bad`` in what the method counts;
    ``covered_s``: seconds of slices with events."""

    share: Fraction | None
    bad: Fraction
    covered_s: int


class RollingSpending:
    """Of one objective. For one thread."""

    def __init__(self, slo: SlicedSlo) -> None:
        self._slo = slo
        self._moments: dict[int, Moment] = {}
        self._sums = _spendings(slo, ())
        self._covered = 0

    def update(self, cuts: Cuts) -> Spent:
        """Takes every slice of the window as it is now, of each of the objective's kinds: what a book holds."""
        rows = [cuts[kind] for kind in kinds(self._slo, excluding=self._slo.excludes_maintenance)]
        begins = (at_s for at_s, _ in rows[0])
        now = dict(zip(begins, zip(*([cut for _, cut in row] for row in rows), strict=True), strict=True))
        before, self._moments = self._moments, now
        gone = [moment for at_s, moment in before.items() if now.get(at_s) != moment]
        come = [moment for at_s, moment in now.items() if before.get(at_s) != moment]
        self._sums = _sum(_sum(self._sums, _spendings(self._slo, come), 1), _spendings(self._slo, gone), -1)
        self._covered += _with_events(come) - _with_events(gone)
        bad = sum((each.bad for each in self._sums), Fraction(0))
        return Spent(burn_rate_of(self._slo, self._sums), bad, self._covered * self._slo.slice_seconds)


def _spendings(slo: SlicedSlo, moments: Iterable[Moment]) -> tuple[Spending, ...]:
    every = list(moments)
    parts = [
        Part([each[place].judged(slo.method, part.slice_target) for each in every], part.objective, part.slice_target)
        for place, part in enumerate(slo.parts)
    ]
    return spent_of(slo, parts)


def _sum(some: tuple[Spending, ...], more: tuple[Spending, ...], sign: int) -> tuple[Spending, ...]:
    return tuple(
        Spending(one.objective, one.bad + sign * other.bad, one.total + sign * other.total)
        for one, other in zip(some, more, strict=True)
    )


def _with_events(moments: Iterable[Moment]) -> int:
    return sum(any(cut.total for cut in moment) for moment in moments)
