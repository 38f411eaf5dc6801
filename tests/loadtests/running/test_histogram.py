"""Latencies in buckets that add up."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loadtests.running.histogram import Histogram, bucket_of

LATENCIES = st.lists(st.integers(0, 10**9), max_size=60)


@given(st.integers(0, 10**12))
def test_a_bucket_holds_its_latency_and_is_at_most_one_64th_too_wide(latency_us: int) -> None:
    upper_us = bucket_of(latency_us)
    assert latency_us <= upper_us <= latency_us * 65 // 64
    assert bucket_of(upper_us) == upper_us
    assert bucket_of(upper_us + 1) > upper_us


def test_a_clock_that_ran_backwards_counts_as_zero() -> None:
    assert bucket_of(-5) == 0


@given(LATENCIES, LATENCIES)
def test_histograms_of_two_workers_add_up_to_the_histogram_of_both(one: list[int], other: list[int]) -> None:
    whole, merged, second = Histogram(), Histogram(), Histogram()
    for latency_us in one + other:
        whole.add(latency_us)
    for latency_us in one:
        merged.add(latency_us)
    for latency_us in other:
        second.add(latency_us)
    merged.merge(second)
    assert list(merged.rows()) == list(whole.rows())
    assert Histogram(whole.rows()).counts == whole.counts


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60), st.sampled_from(["1/2", "9/10", "999/1000", "1"]))
def test_a_quantile_is_the_bucket_of_the_exact_one(latencies: list[int], share: str) -> None:
    histogram = Histogram()
    for latency_us in latencies:
        histogram.add(latency_us)
    wanted = Fraction(share)
    exact = sorted(latencies)[-(-len(latencies) * wanted.numerator // wanted.denominator) - 1]
    assert histogram.quantile_us(wanted) == bucket_of(exact)


def test_nothing_has_no_quantile() -> None:
    assert Histogram().quantile_us(Fraction(1, 2)) is None
