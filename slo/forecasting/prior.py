"""What is said in advance of kinds of day that a series has never seen: a campaign that somebody planned.

A peak's past says nothing of its first Double 11. Whoever knows says how high such a day may be beside the greatest of
the 28 days before it, and where that comes from; it counts until the series has seen one, and never again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Prior:
    """Of days of one kind: they may be ``factor`` times the greatest of the 28 days before; ``source``: who says so."""

    kind: str
    factor: Fraction
    source: str


class Priors:
    """Priors of days by ``date.toordinal()``, beside the days that a series knows."""

    def __init__(self, expected: Mapping[int, tuple[Prior, ...]], known: Mapping[int, int]) -> None:
        """``expected``: of days that have passed, too, since those are what was seen."""
        self._expected = expected
        self._seen_first: dict[str, int] = {}
        for day in sorted(day for day in expected if day in known):
            for prior in expected[day]:
                self._seen_first.setdefault(prior.kind, day)

    def greatest(self, first: int, days: int) -> Prior | None:
        """The highest of so many days from ``first`` on, as it was known the day before: kinds that had been seen by
        then have none."""
        coming = [prior for day in range(first, first + days) for prior in self._expected.get(day, ())]
        unseen = [each for each in coming if self._seen_first.get(each.kind, first) >= first]
        return max(unseen, key=lambda each: each.factor, default=None)
