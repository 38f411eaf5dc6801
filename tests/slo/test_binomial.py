"""Bounds and tails, against closed forms and against whole sums in fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest

from slo.binomial import at_least, at_most, lower_bound, requests_to_prove, upper_bound

FIVE_NINES = Fraction(1, 100_000)
SURE = Fraction(95, 100)
CLOSE = Decimal("1e-18")


def summed(failures: int, requests: int, share: Fraction) -> Fraction:
    """P(X <= failures), term by term."""
    return sum((comb(requests, k) * share**k * (1 - share) ** (requests - k) for k in range(failures + 1)), Fraction(0))


@pytest.mark.parametrize("requests", [1, 2, 7, 60, 130])
@pytest.mark.parametrize("share", [Fraction(1, 1000), Fraction(1, 3), Fraction(1, 2), Fraction(97, 100)])
def test_tails_are_the_sums_of_their_terms(requests: int, share: Fraction) -> None:
    for failures in range(0, requests + 1, max(1, requests // 9)):
        below = summed(failures - 1, requests, share)
        assert Fraction(at_most(failures, requests, share)) == pytest.approx(
            summed(failures, requests, share), rel=1e-25
        )
        assert Fraction(at_least(failures, requests, share)) == pytest.approx(1 - below, rel=1e-20)


@pytest.mark.parametrize(
    ("failures", "at_95", "at_99"),
    [
        (0, 299_572, 460_515),
        (1, 474_385, 663_833),
        (2, 629_578, 840_592),
        (3, 775_364, 1_004_509),
        (5, 1_051_301, 1_310_845),
        (10, 1_696_219, 2_014_463),
    ],
)
def test_so_many_requests_prove_five_nines(failures: int, at_95: int, at_99: int) -> None:
    assert requests_to_prove(failures, FIVE_NINES, SURE) == at_95
    assert requests_to_prove(failures, FIVE_NINES, Fraction(99, 100)) == at_99


def test_bounds_without_failures_have_a_closed_form() -> None:
    upper = upper_bound(0, 400_000, SURE)
    assert abs((1 - upper) ** 400_000 - Decimal("0.05")) < CLOSE
    assert lower_bound(0, 400_000, SURE) == 0


@pytest.mark.parametrize(("failures", "requests"), [(1, 2), (3, 300_000), (10, 1_000_000), (999, 1_000)])
def test_at_its_bound_a_tail_is_what_doubt_is_left(failures: int, requests: int) -> None:
    upper, lower = upper_bound(failures, requests, SURE), lower_bound(failures, requests, SURE)
    assert lower < Decimal(failures) / requests < upper
    assert abs(at_most(failures, requests, Fraction(upper)) - Decimal("0.05")) < CLOSE
    assert abs(at_least(failures, requests, Fraction(lower)) - Decimal("0.05")) < CLOSE


def test_where_all_failed_or_nothing_was_asked_anything_may_be() -> None:
    assert upper_bound(5, 5, SURE) == upper_bound(0, 0, SURE) == 1
    assert lower_bound(0, 0, SURE) == 0
    assert lower_bound(1, 1, SURE) == pytest.approx(Decimal("0.05"))


def test_a_thousand_million_requests_are_no_trouble() -> None:
    assert upper_bound(5_000, 10**9, SURE) < Decimal("0.0000051179")
    assert at_most(5_000, 10**9, FIVE_NINES) < Decimal("1e-600")
