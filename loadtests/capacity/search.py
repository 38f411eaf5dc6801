"""Step up until a trial fails, halve the gap, then hold the best rate for long; what does not hold gives way to a
lower rate. Pure: a trial is a function.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field


class Trial(enum.Enum):
    """How a trial at a rate ended."""

    KEPT = "kept"
    BROKEN = "broken"
    GENERATOR = "generator"
    """The generator could not send it: says nothing of the service."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Rates in arrivals per second. ``growth_percent``: of each step up; ``precision_percent``: when halving ends."""

    start: int
    most: int
    growth_percent: int = 50
    precision_percent: int = 5


@dataclass(slots=True)
class Search:
    """One search. ``trial(rate, held)`` runs a short trial, or the long one when ``held``."""

    bounds: Bounds
    trial: Callable[[int, bool], Trial]
    trials: list[tuple[int, bool, Trial]] = field(default_factory=list)

    def run(self) -> int | None:
        """The highest rate that was held; None when not even the first was kept."""
        kept, broken = self._steps()
        if kept is None:
            return None
        kept = self._halved(kept, broken)
        return self._held(kept)

    @property
    def limited_by(self) -> str:
        """What kept the rate from being higher: the service, the generator, or the bound of the search."""
        ends = {end for _, _, end in self.trials}
        if Trial.BROKEN in ends:
            return "service"
        return "generator" if Trial.GENERATOR in ends else "bound"

    def _steps(self) -> tuple[int | None, int | None]:
        kept, rate = None, self.bounds.start
        while True:
            if self._try(rate, False) is not Trial.KEPT:
                return kept, rate
            kept = rate
            if rate >= self.bounds.most:
                return kept, None
            rate = min(self.bounds.most, max(rate + 1, rate * (100 + self.bounds.growth_percent) // 100))

    def _halved(self, kept: int, broken: int | None) -> int:
        while broken is not None and (broken - kept) * 100 > kept * self.bounds.precision_percent and broken - kept > 1:
            middle = (kept + broken) // 2
            if self._try(middle, False) is Trial.KEPT:
                kept = middle
            else:
                broken = middle
        return kept

    def _held(self, rate: int) -> int | None:
        """Long runs find what short ones cannot; each failure costs twice the precision."""
        while rate >= 1:
            if self._try(rate, True) is Trial.KEPT:
                return rate
            rate = min(rate - 1, rate * (100 - 2 * self.bounds.precision_percent) // 100)
        return None

    def _try(self, rate: int, held: bool) -> Trial:
        end = self.trial(rate, held)
        self.trials.append((rate, held, end))
        return end
