"""Do failures come one by one or in bursts? The binomial bounds suppose the former."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slo.formatting import truncated


@dataclass(frozen=True, slots=True)
class Bursts:
    """``failure_seconds``: seconds with at least one failure. ``variance_to_mean`` of failures per second: about 1 when
    each request fails by itself, None without failures. ``independent_requests`` is n divided by the mean burst."""

    failure_seconds: int
    variance_to_mean: Fraction | None
    mean_burst: Fraction | None

    def as_json(self) -> dict[str, object]:
        """Ratios as truncated decimals."""
        return {
            "failure_seconds": self.failure_seconds,
            "variance_to_mean": _text(self.variance_to_mean),
            "mean_burst": _text(self.mean_burst),
        }


def bursts(failures_per_second: Sequence[int]) -> Bursts:
    """Of the failures in each second of a run, quiet seconds too."""
    total, seconds = sum(failures_per_second), len(failures_per_second)
    if not total:
        return Bursts(0, None, None)
    bad = sum(1 for count in failures_per_second if count)
    mean = Fraction(total, seconds)
    variance = Fraction(sum(count * count for count in failures_per_second), seconds) - mean * mean
    return Bursts(bad, variance / mean, Fraction(total, bad))


def _text(ratio: Fraction | None) -> str | None:
    return None if ratio is None else truncated(ratio, 4)
