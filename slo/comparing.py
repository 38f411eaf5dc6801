"""Do two runs differ, or is it noise? Fisher's exact test for failures, Kolmogorov's and Smirnov's for latencies, and
Holm's correction for many tests at once. No distribution is supposed.

Sources: Fisher, J. R. Stat. Soc. 98, 1935; Smirnov, Ann. Math. Stat. 19, 1948, with Stephens' factor for finite
samples, J. R. Stat. Soc. B 32, 1970; Holm, Scand. J. Statist. 6, 1979.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

_DIGITS = 50
_NEGLIGIBLE = Decimal("1e-30")
_AS_LIKELY = 1 + Decimal("1e-20")
"""Tables whose chances differ by less are equally likely: only rounding tells them apart."""
_ONE = Decimal(1)
_TERMS = 100


def fisher(failures: int, requests: int, other_failures: int, other_requests: int) -> Decimal:
    """The chance that two runs of one and the same service divide their failures as unevenly as these, or more so.

    Two-sided: over all tables with the same margins that are at most as likely as this one. 1 without requests.
    """
    total = failures + other_failures
    least, most = max(0, total - other_requests), min(total, requests)
    likeliest = (total + 1) * (requests + 1) // (requests + other_requests + 2)
    begin = min(max(least, likeliest), most)
    with localcontext(Context(prec=_DIGITS)):
        upwards = list(_weights(begin, total, requests, other_requests))
        downwards = list(_weights(total - begin, total, other_requests, requests))[1:]
        here = _at(upwards, failures - begin) if failures >= begin else _at(downwards, begin - failures - 1)
        weights = [*upwards, *downwards]
        return min(_ONE, sum((w for w in weights if w <= here * _AS_LIKELY), Decimal(0)) / sum(weights))


def _weights(failures: int, total: int, requests: int, other_requests: int) -> Iterator[Decimal]:
    """Chances of so many, one more... failures in the first run, as multiples of the first, until they are nothing:
    exactly so where no more are possible."""
    weight = _ONE
    while weight >= _NEGLIGIBLE:
        yield weight
        more = (requests - failures) * (total - failures)
        failures += 1
        weight = weight * more / (failures * (other_requests - total + failures))


def _at(weights: Sequence[Decimal], place: int) -> Decimal:
    """Weight of one table; nothing where the tables before it already were nothing."""
    return weights[place] if place < len(weights) else Decimal(0)


@dataclass(frozen=True, slots=True)
class Gap:
    """Where two distributions are furthest apart.

    ``distance``: greatest difference of the shares that are not slower than a value, which is ``at``; positive when the
    first run's share is the greater one, that is when the second run is slower there. ``p_value``: the chance of a
    distance at least as great between two runs of one service; the true chance is smaller still where values share
    buckets.
    """

    distance: Fraction
    at: int
    p_value: float


def smirnov(rows: Iterable[tuple[int, int]], other_rows: Iterable[tuple[int, int]]) -> Gap | None:
    """Compares two histograms of ``(upper bound of the bucket, count)``; None when one of them is empty."""
    first, second = dict(rows), dict(other_rows)
    size, other_size = sum(first.values()), sum(second.values())
    if not size or not other_size:
        return None
    distance, at = Fraction(0), 0
    below = other_below = 0
    for bound in sorted({*first, *second}):
        below += first.get(bound, 0)
        other_below += second.get(bound, 0)
        here = Fraction(below, size) - Fraction(other_below, other_size)
        if abs(here) > abs(distance):
            distance, at = here, bound
    return Gap(distance, at, _chance(float(abs(distance)), size * other_size / (size + other_size)))


def _chance(distance: float, size: float) -> float:
    """P(sup |F1 - F2| >= distance): Kolmogorov's distribution at ``(sqrt n + 0.12 + 0.11 / sqrt n) distance``."""
    root = math.sqrt(size)
    reach = (root + 0.12 + 0.11 / root) * distance
    if reach < 0.2:  # noqa: PLR2004 - the chance is 1 to twelve digits, and the series converges badly
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2 * k * k * reach * reach) for k in range(1, _TERMS + 1))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """P-values of many tests, made such that the chance of any false alarm among them stays below the level."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted = [1.0] * len(chances)
    highest = 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - place) * chances[index]))
        adjusted[index] = highest
    return tuple(adjusted)
