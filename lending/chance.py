"""Random counts: what the standard library's generator lacks. All are exact in distribution, none needs a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

_SMALL_MEAN = 10.0
_HALF = 0.5
_TAIL = 1e-17  # below half the resolution of a float near 1

# Constants of PTRS: W. Hörmann, The transformed rejection method for generating Poisson random variables (1993).
_QUICK_US = 0.07
_CORNER_US = 0.013
# The same us bounds the quick acceptance of BTRS: W. Hörmann, The generation of binomial random variates (1993).


def poisson(rng: Random, mean: float) -> int:
    """Events of a Poisson process that expects ``mean`` of them; 0 when the mean is not positive."""
    if mean <= 0.0:
        return 0
    return _poisson_by_inversion(rng, mean) if mean < _SMALL_MEAN else _poisson_by_rejection(rng, mean)


def binomial(rng: Random, trials: int, share: float) -> int:
    """Successes among ``trials`` at probability ``share``; the cost does not grow with ``trials``."""
    if share > _HALF:
        return trials - binomial(rng, trials, 1.0 - share)
    if trials <= 0 or share <= 0.0:
        return 0
    return (_binomial_by_inversion if trials * share < _SMALL_MEAN else _binomial_by_rejection)(rng, trials, share)


def divided(rng: Random, total: int, weights: Sequence[float]) -> list[int]:
    """``total`` events, each at a place by its weight: how many at each. They add up to ``total``; 0 for no weight.

    Raises ValueError for events without a place to go.
    """
    rest = sum(weights)
    if total and rest <= 0.0:
        raise ValueError(f"{total} events have no place to go: no weight is above 0")
    last = max((index for index, weight in enumerate(weights) if weight > 0.0), default=0)
    counts = [0] * len(weights)
    for index, weight in enumerate(weights[:last]):
        counts[index] = binomial(rng, total, weight / rest) if total else 0
        total -= counts[index]
        rest -= weight
    if total:
        counts[last] = total
    return counts


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


def _binomial_by_inversion(rng: Random, trials: int, share: float) -> int:
    """Shares up to a half, small means."""
    odds = share / (1.0 - share)
    rest = rng.random()
    term = math.exp(trials * math.log1p(-share))
    count = 0
    while rest >= term and count < trials:
        rest -= term
        count += 1
        term *= odds * (trials - count + 1) / count
        if term == 0.0:  # the sum of all terms rounds below 1: the tail ends here
            break
    return count


def _binomial_by_rejection(rng: Random, trials: int, share: float) -> int:
    """BTRS; the names are those of the paper. Shares up to a half, means from 10 upwards."""
    random = rng.random
    spread = math.sqrt(trials * share * (1.0 - share))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * share
    c = trials * share + 0.5
    quick, alpha = 0.92 - 4.2 / b, (2.83 + 5.1 / b) * spread
    log_odds = math.log(share / (1.0 - share))
    mode = math.floor((trials + 1) * share)
    while True:
        u = random() - 0.5
        v = 1.0 - random()
        us = 0.5 - abs(u)
        if us <= 0.0:
            continue
        count = math.floor((2.0 * a / us + b) * u + c)
        if us >= _QUICK_US and v <= quick:
            return count
        if not 0 <= count <= trials:
            continue
        likelihood = _log_ways(trials, count) - _log_ways(trials, mode) + (count - mode) * log_odds
        if math.log(v * alpha / (a / (us * us) + b)) <= likelihood:
            return count


def _log_ways(trials: int, count: int) -> float:
    """Logarithm of the ways to choose, but for what all counts have in common."""
    return -math.lgamma(count + 1) - math.lgamma(trials - count + 1)
