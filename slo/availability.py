"""Event availability with bounds, verdicts and composites (definitions.md section 3)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from slo.counts import Counts
from slo.objective import Objective


class Verdict(enum.Enum):
    """What the counts say about the objective."""

    MET = "met"
    MISSED = "missed"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True)
class Availability:
    """Good over total, and how far unseen events could move it. ``missing`` is the estimate of unseen events."""

    counts: Counts
    missing: int = 0

    @property
    def value(self) -> Fraction | None:
        """good / total of what was seen; None without events. Counts that contradict each other prove nothing: all
        three shares are None then."""
        return self.counts.share

    @property
    def low(self) -> Fraction | None:
        """Every unseen event bad: good / (total + missing); None when nothing was seen and nothing is missing."""
        return self._bound(self.counts.good)

    @property
    def high(self) -> Fraction | None:
        """Every unseen event good: (good + missing) / (total + missing); None as for ``low``."""
        return self._bound(self.counts.good + self.missing)

    def verdict(self, objective: Objective) -> Verdict:
        """met when even the low bound holds, missed when even the high bound fails, else not proven.

        Decided in integers; without any event, seen or missing, nothing is proven.
        """
        n, d = objective.target.numerator, objective.target.denominator
        events = self.counts.total + self.missing
        if events == 0 or self.counts.contradicts:
            return Verdict.NOT_PROVEN
        if self.counts.good * d >= events * n:
            return Verdict.MET
        if (self.counts.good + self.missing) * d < events * n:
            return Verdict.MISSED
        return Verdict.NOT_PROVEN

    def _bound(self, good: int) -> Fraction | None:
        events = self.counts.total + self.missing
        return Fraction(good, events) if events and not self.counts.contradicts else None


@dataclass(frozen=True, slots=True)
class Composite:
    """Comprehensive product availability: pooled, always together with the worst product and the plain mean."""

    pooled: Fraction | None
    worst: tuple[str, Fraction] | None
    mean: Fraction | None


def composite(products: Mapping[str, Counts]) -> Composite:
    """Pooled, worst and mean over products that have events; of equally bad products the first is the worst. With one
    whose counts contradict each other nothing is known of all of them."""
    shares = {name: share for name, counts in products.items() if (share := counts.share) is not None}
    if not shares or any(counts.contradicts for counts in products.values()):
        return Composite(pooled=None, worst=None, mean=None)
    pooled = sum(products.values(), Counts())
    worst = min(shares, key=shares.__getitem__)
    return Composite(
        pooled=Fraction(pooled.good, pooled.total),
        worst=(worst, shares[worst]),
        mean=sum(shares.values(), Fraction(0)) / len(shares),
    )


def missing_estimate(events: int, observed_ms: int, missing_ms: int) -> int:
    """Events that unseen time probably held: the observed rate times the unseen time, rounded up.

    Events of no observed time at all (a gap that a later sample closed) are taken as those of one millisecond: the rate
    is unknown, so the bounds become as wide as can be and nothing is proven by them.
    """
    return -(-events * missing_ms // max(observed_ms, 1))
