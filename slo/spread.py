"""How long things took, of many: median, P90 and maximum, never a mean alone.

P90 is the nearest rank: the smallest time that at least 90 % of the known ones do not exceed. The median of an even
number is the mean of the two in the middle. What is not known is counted as such and is never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

P90 = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Spread:
    """``known`` is n; ``unknown``: things without this time; the figures are None when none is known."""

    known: int
    unknown: int
    median_ms: Fraction | None
    p90_ms: int | None
    max_ms: int | None


def spread(times: Sequence[int | None]) -> Spread:
    """Median, P90 and maximum of what is known."""
    known = sorted(each for each in times if each is not None)
    unknown = len(times) - len(known)
    if not known:
        return Spread(0, unknown, None, None, None)
    low, high = known[(len(known) - 1) // 2], known[len(known) // 2]
    rank = -(-len(known) * P90.numerator // P90.denominator)
    return Spread(len(known), unknown, Fraction(low + high, 2), known[rank - 1], known[-1])
