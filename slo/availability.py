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
        """good / total of what was seen; None without events."""
        raise NotImplementedError

    @property
    def low(self) -> Fraction | None:
        """Every unseen event bad: good / (total + missing)."""
        raise NotImplementedError

    @property
    def high(self) -> Fraction | None:
        """Every unseen event good: (good + missing) / (total + missing)."""
        raise NotImplementedError

    def verdict(self, objective: Objective) -> Verdict:
        """met when even the low bound holds, missed when even the high bound fails, else not proven."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Composite:
    """Comprehensive product availability: pooled, always together with the worst product and the plain mean."""

    pooled: Fraction | None
    worst: tuple[str, Fraction] | None
    mean: Fraction | None


def composite(products: Mapping[str, Counts]) -> Composite:
    """Pooled, worst and mean over products that have events."""
    raise NotImplementedError


def missing_estimate(events: int, observed_ms: int, missing_ms: int) -> int:
    """Events that unseen time probably held: the observed rate times the unseen time, rounded up."""
    raise NotImplementedError
