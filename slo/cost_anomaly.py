"""A cost line that is not as it used to be: against the median and the spread of its own past months.

Modified z-score ``0.6745 x (x - median) / MAD``, unusual from 3.5 on (Iglewicz and Hoaglin, How to Detect and Handle
Outliers, 1993): one dear month in the past moves neither median nor MAD. A line whose past hardly varied has a spread
of at least 1 % of its median, and of one fen, so that a change of a fen is no anomaly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

LEAST_MONTHS = 6
UNUSUAL = Fraction(35, 10)
LEAST_SPREAD = Fraction(1, 100)
_TO_SIGMA = Fraction(6745, 10_000)


@dataclass(frozen=True, slots=True)
class Standing:
    """One month of a cost line beside its past. ``spread_fen``: median absolute deviation, at least 1 % of the
    median; ``score``: how many spreads of a normal line it lies away."""

    fen: int
    median_fen: Fraction
    spread_fen: Fraction
    months: int

    @property
    def score(self) -> Fraction:
        """Modified z-score; positive when the month was dearer."""
        return _TO_SIGMA * (self.fen - self.median_fen) / self.spread_fen

    @property
    def unusual(self) -> bool:
        """Whether somebody should look."""
        return abs(self.score) >= UNUSUAL


def standing(past: Sequence[int | None], fen: int) -> Standing | None:
    """A month beside the months before it (None: not known); None with fewer than six of them known."""
    known = [Fraction(each) for each in past if each is not None]
    if len(known) < LEAST_MONTHS:
        return None
    middle = median(known)
    spread = median(abs(each - middle) for each in known)
    return Standing(fen, middle, max(spread, abs(middle) * LEAST_SPREAD, Fraction(1)), len(known))
