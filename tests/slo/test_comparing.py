"""Tests that say whether a difference is noise, against brute force and published figures."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import pytest

from slo.comparing import fisher, holm, smirnov


def by_hand(failures: int, requests: int, other_failures: int, other_requests: int) -> Fraction:
    """Fisher's two-sided chance in whole numbers."""
    total = failures + other_failures
    ways = [
        comb(requests, x) * comb(other_requests, total - x)
        for x in range(max(0, total - other_requests), min(total, requests) + 1)
    ]
    here = comb(requests, failures) * comb(other_requests, other_failures)
    return Fraction(sum(way for way in ways if way <= here), sum(ways))


def test_fishers_chance_is_that_of_whole_numbers_for_any_small_table() -> None:
    """All tables of runs of up to five requests."""
    for requests in range(6):
        for other_requests in range(6):
            for failures in range(requests + 1):
                for other_failures in range(other_requests + 1):
                    table = (failures, requests, other_failures, other_requests)
                    assert abs(Fraction(fisher(*table)) - by_hand(*table)) < Fraction(1, 10**40), table


def test_fishers_chance_of_large_tables_is_that_of_whole_numbers() -> None:
    drawn = random.Random(5)
    for _ in range(20):
        requests, other = drawn.randrange(500, 3000), drawn.randrange(500, 3000)
        table = (drawn.randrange(60), requests, drawn.randrange(60), other)
        assert abs(Fraction(fisher(*table)) - by_hand(*table)) < Fraction(1, 10**25), table


def test_a_published_table_has_its_published_chance() -> None:
    """Eight of ten against one of six: 0.03497."""
    assert f"{fisher(8, 10, 1, 6):.5f}" == "0.03497"


def test_a_million_requests_are_compared_at_once() -> None:
    assert 0.25 < fisher(500_000, 1_000_000, 500_800, 1_000_000) < 0.26
    assert fisher(0, 1000, 1000, 1000) < Fraction(1, 10**30)


def test_false_alarms_of_equal_services_stay_below_the_level() -> None:
    """Two runs of 300 requests that fail alike: at most 5 % are told apart at 5 %."""
    drawn = random.Random(7)
    runs = [sum(drawn.random() < 0.05 for _ in range(300)) for _ in range(600)]
    told = sum(
        fisher(one, 300, other, 300) < Fraction(5, 100) for one, other in zip(runs[::2], runs[1::2], strict=True)
    )
    assert told <= 300 * 0.05


def test_equal_histograms_have_no_distance() -> None:
    gap = smirnov([(1, 5), (3, 5)], [(1, 50), (3, 50)])
    assert gap is not None
    assert (gap.distance, gap.p_value) == (0, 1.0)


def test_the_distance_says_where_and_which_run_is_slower() -> None:
    gap = smirnov([(10, 50), (20, 50)], [(10, 30), (20, 70)])
    assert gap is not None
    assert (gap.distance, gap.at) == (Fraction(1, 5), 10)
    faster = smirnov([(10, 30), (20, 70)], [(10, 50), (20, 50)])
    assert faster is not None
    assert faster.distance == Fraction(-1, 5)


def test_the_chance_of_a_distance_is_the_published_one() -> None:
    """Kolmogorov's distribution: 1.358 is the point of 5 %, 1.628 that of 1 %."""
    size = 2_000_000
    for reach, chance in ((1.358, 0.05), (1.628, 0.01)):
        apart = round(reach * (2 / size) ** 0.5 * size)
        gap = smirnov([(1, size // 2 + apart), (2, size // 2 - apart)], [(1, size // 2), (2, size // 2)])
        assert gap is not None
        assert gap.p_value == pytest.approx(chance, rel=0.02)


def test_equal_services_are_seldom_told_apart_by_latency() -> None:
    drawn = random.Random(13)

    def run() -> list[tuple[int, int]]:
        return [(int(drawn.expovariate(1) * 1000), 1) for _ in range(100)]

    def rows() -> list[tuple[int, int]]:
        counts: dict[int, int] = {}
        for bound, count in run():
            counts[bound] = counts.get(bound, 0) + count
        return sorted(counts.items())

    gaps = [smirnov(rows(), rows()) for _ in range(300)]
    assert sum(gap is not None and gap.p_value < 0.05 for gap in gaps) <= 300 * 0.09


def test_nothing_is_compared_with_nothing() -> None:
    assert smirnov([], [(1, 1)]) is None
    assert smirnov([(1, 1)], []) is None
    assert fisher(0, 0, 0, 5) == 1


def test_holms_correction_is_the_published_example() -> None:
    """0.01, 0.04, 0.03, 0.005 become 0.03, 0.06, 0.06, 0.02."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([]) == ()
