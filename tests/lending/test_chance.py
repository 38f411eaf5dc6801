"""Random counts have the distribution they claim: fixed seeds, limits at four to five standard errors."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest

from lending.chance import binomial, cumulative_poisson, divided, poisson

DRAWS = 20_000


def _chi_square(counts: list[int], expected: list[float]) -> tuple[float, int]:
    """Statistic and degrees of freedom; neighbors are pooled until each expects at least ten draws."""
    statistic, pools, seen, hoped = 0.0, 0, 0.0, 0.0
    for count, mean in zip(counts, expected, strict=True):
        seen, hoped = seen + count, hoped + mean
        if hoped >= 10:
            statistic += (seen - hoped) ** 2 / hoped
            pools, seen, hoped = pools + 1, 0.0, 0.0
    return statistic, pools - 1


def _assert_drawn_from(draws: list[int], probability: list[float]) -> None:
    counts = [0] * len(probability)
    for draw in draws:
        counts[min(draw, len(counts) - 1)] += 1
    statistic, freedom = _chi_square(counts, [len(draws) * share for share in probability])
    assert freedom >= 1
    assert statistic < freedom + 5 * math.sqrt(2 * freedom)


@pytest.mark.parametrize("mean", [0.01, 0.7, 3.0, 9.9, 10.1, 40.0, 180.0])
def test_poisson_draws_fit_the_poisson_distribution(mean: float) -> None:
    """On both sides of the change from inversion to rejection."""
    rng = Random(1)
    until = cumulative_poisson(mean)
    probability = [until[0], *(later - earlier for earlier, later in pairwise(until))]
    _assert_drawn_from([poisson(rng, mean) for _ in range(DRAWS)], probability)


@pytest.mark.parametrize("mean", [1e3, 1e5, 1e8])
def test_large_poisson_draws_have_the_mean_and_the_variance_of_their_mean(mean: float) -> None:
    rng = Random(2)
    draws = [poisson(rng, mean) for _ in range(DRAWS)]
    average = sum(draws) / DRAWS
    variance = sum((draw - mean) ** 2 for draw in draws) / DRAWS
    assert abs(average - mean) < 5 * math.sqrt(mean / DRAWS)
    assert variance / mean == pytest.approx(1.0, abs=5 * math.sqrt(2 / DRAWS))


def test_nothing_is_drawn_from_a_mean_of_nothing() -> None:
    rng = Random(3)
    assert [poisson(rng, mean) for mean in (0.0, -1e-9)] == [0, 0]


@pytest.mark.parametrize("mean", [1e-9, 0.5, 20.0, 200.0, 690.0])
def test_a_cumulative_table_grows_to_one(mean: float) -> None:
    until = cumulative_poisson(mean)
    assert until == sorted(until)
    assert until[0] == math.exp(-mean)
    assert until[-1] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("trials", "share"), [(5, 0.3), (5, 0.9), (65, 0.5), (900, 0.01), (900, 0.98), (4000, 0.4)])
def test_binomial_draws_fit_the_binomial_distribution(trials: int, share: float) -> None:
    """On both sides of a half, and of the change from inversion to rejection."""
    rng = Random(4)
    log_all = math.lgamma(trials + 1)
    probability = [
        math.exp(
            log_all
            - math.lgamma(count + 1)
            - math.lgamma(trials - count + 1)
            + count * math.log(share)
            + (trials - count) * math.log1p(-share)
        )
        for count in range(trials + 1)
    ]
    _assert_drawn_from([binomial(rng, trials, share) for _ in range(DRAWS)], probability)


@pytest.mark.parametrize("trials", [0, 1, 64, 1_000_000])
def test_a_certain_share_takes_all_and_no_share_takes_nothing(trials: int) -> None:
    rng = Random(5)
    assert binomial(rng, trials, 1.0) == trials
    assert binomial(rng, trials, 0.0) == 0


@pytest.mark.parametrize(("trials", "share"), [(10**9, 3e-9), (10**9, 2e-6), (10**8, 0.38), (10**6, 0.9)])
def test_large_binomial_draws_have_their_mean_and_variance(trials: int, share: float) -> None:
    rng = Random(6)
    draws = [binomial(rng, trials, share) for _ in range(DRAWS)]
    mean, expected = sum(draws) / DRAWS, trials * share * (1 - share)
    assert abs(mean - trials * share) < 5 * math.sqrt(expected / DRAWS)
    variance = sum((draw - mean) ** 2 for draw in draws) / DRAWS
    assert variance / expected == pytest.approx(1.0, abs=5 * math.sqrt((2 + 1 / expected) / DRAWS))


def test_a_divided_total_adds_up_and_goes_by_weight() -> None:
    """Places without weight get nothing, at either end too."""
    rng = Random(7)
    counts = divided(rng, 1_000_000, [0.0, 3.0, 0.0, 1.0, 0.0])
    assert sum(counts) == 1_000_000
    assert [counts[0], counts[2], counts[4]] == [0, 0, 0]
    assert abs(counts[1] - 750_000) < 5 * math.sqrt(1_000_000 * 3 / 16)
    assert divided(rng, 0, [0.0, 0.0]) == [0, 0]
    with pytest.raises(ValueError, match="no place to go"):
        divided(rng, 1, [0.0])
