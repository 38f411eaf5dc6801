"""Random counts: what the standard library's generator lacks. All are exact in distribution, none needs a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

_SMALL_MEAN = 10.0
_FEW_TRIALS = 64
_TAIL = 1e-17  # below half the resolution of a float near 1

# Constants of PTRS: W. Hörmann, The transformed rejection method for generating Poisson random variables (1993).
_QUICK_US = 0.07
_CORNER_US = 0.013


def poisson(rng: Random, mean: float) -> int:
    """Events of a Poisson process that expects ``mean`` of them; 0 when the mean is not positive."""
    if mean <= 0.0:
        return 0
    return _poisson_by_inversion(rng, mean) if mean < _SMALL_MEAN else _poisson_by_rejection(rng, mean)


def binomial(rng: Random, trials: int, share: float) -> int:
    """Successes among ``trials`` at probability ``share``.

    Many trials are halved by drawing where their median lies (Devroye, Non-Uniform Random Variate Generation, X.4.3),
    so that the cost grows with the logarithm of ``trials``.
    """
    successes = 0
    while trials > _FEW_TRIALS and 0.0 < share < 1.0:
        middle = trials // 2 + 1
        split = rng.betavariate(middle, trials + 1 - middle)
        if split <= share:
            successes += middle
            trials -= middle
            share = (share - split) / (1.0 - split)
        else:
            trials = middle - 1
            share /= split
    if share >= 1.0:
        return successes + trials
    return successes + sum(rng.random() < share for _ in range(trials))


def scatter(rng: Random, counts: list[int], mean: float, until: Sequence[float]) -> None:
    """Adds a Poisson number of events to ``counts``, each at a place by its weight (``until``: running sums).

    Exactly as if every place had drawn its own share of ``mean``, at a cost that grows with the events alone.
    """
    events = poisson(rng, mean)
    for index in rng.choices(range(len(counts)), cum_weights=until, k=events) if events else ():
        counts[index] += 1


def cumulative_poisson(mean: float) -> list[float]:
    """P(events <= k) for k = 0, 1, ... until the rest is below the resolution of a float.

    The first k whose value exceeds a uniform number in [0, 1) is a Poisson draw. ``mean`` must stay below 700, where
    ``exp(-mean)`` is still a normal float.
    """
    term = math.exp(-mean)
    total = term
    cumulative = [total]
    count = 0
    while count < mean or term > _TAIL:
        count += 1
        term *= mean / count
        total += term
        cumulative.append(total)
    return cumulative


def _poisson_by_inversion(rng: Random, mean: float) -> int:
    rest = rng.random()
    term = math.exp(-mean)
    count = 0
    while rest >= term:
        rest -= term
        count += 1
        term *= mean / count
        if term == 0.0:  # the sum of all terms rounds below 1: the tail ends here
            break
    return count


def _poisson_by_rejection(rng: Random, mean: float) -> int:
    """PTRS; the names are those of the paper. Means from 10 upwards."""
    random = rng.random
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    quick = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = random() - 0.5
        v = 1.0 - random()
        us = 0.5 - abs(u)
        if us < _CORNER_US and v > us:
            continue
        count = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= _QUICK_US and v <= quick:
            return count
        inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
        if count >= 0 and math.log(v * inverse_alpha / (a / (us * us) + b)) <= _log_probability(mean, count):
            return count


def _log_probability(mean: float, count: int) -> float:
    return count * math.log(mean) - mean - math.lgamma(count + 1)
