"""Printing never flatters: digits are cut, never rounded up."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.formatting import percent, ratio, truncated

WIDE = Context(prec=80, rounding=ROUND_DOWN)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction("0.999989999"), 4, "0.9999"),
        (Fraction("25.92"), 2, "25.92"),
        (Fraction("0.864"), 3, "0.864"),
        (Fraction(1, 3), 0, "0"),
        (Fraction(29, 10), 0, "2"),
        (Fraction(1, 2), 3, "0.500"),
        (Fraction(1, 1000), 2, "0.00"),
        (Fraction(0), 2, "0.00"),
        (Fraction(12345678901234567890), 1, "12345678901234567890.0"),
        (Fraction(-2, 5), 0, "0"),
        (Fraction(-4, 1000), 2, "0.00"),
        (Fraction(-29, 10), 0, "-2"),
        (Fraction(-5, 2), 1, "-2.5"),
        (Fraction(-999, 1000), 2, "-0.99"),
    ],
)
def test_text_is_cut_towards_zero(value: Fraction, decimals: int, text: str) -> None:
    assert truncated(value, decimals) == text


@given(value=st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**9), decimals=st.integers(0, 12))
def test_text_agrees_with_decimal_arithmetic(value: Fraction, decimals: int) -> None:
    """Oracle: the standard library's decimals, rounding down."""
    wide = WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
    cut = wide.quantize(Decimal(1).scaleb(-decimals), context=WIDE)
    assert truncated(value, decimals) == f"{abs(cut) if cut == 0 else cut:f}"


@given(value=st.fractions(), decimals=st.integers(0, 9))
def test_what_is_printed_never_lies_further_from_zero_than_the_value(value: Fraction, decimals: int) -> None:
    printed = Fraction(truncated(value, decimals))
    assert abs(printed) <= abs(value) < abs(printed) + Fraction(1, 10**decimals)
    assert not truncated(value, decimals).startswith("-0") or printed != 0


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction("0.999989999"), 4, "99.9989"),
        (Fraction(99998999, 100000000), 4, "99.9989"),
        (Fraction(1), 4, "100"),
        (Fraction(1), 0, "100"),
        (Fraction(10**15 - 1, 10**15), 5, "99.99999"),
        (Fraction(10**15 - 1, 10**15), 0, "99"),
        (Fraction(1, 2), 5, "50.00000"),
        (Fraction(0), 2, "0.00"),
        (Fraction(3, 2), 1, "150.0"),
        (Fraction(-1, 8), 1, "-12.5"),
    ],
)
def test_per_cent_is_cut_and_only_all_of_it_is_a_hundred(value: Fraction, decimals: int, text: str) -> None:
    assert percent(value, decimals) == text


@given(total=st.integers(1, 10**15), decimals=st.integers(0, 9))
def test_nothing_prints_a_hundred_per_cent_with_one_bad_event(total: int, decimals: int) -> None:
    assert percent(Fraction(total - 1, total), decimals) != "100"
    assert Fraction(percent(Fraction(total - 1, total), decimals)) < 100


def test_per_cent_has_five_decimals_unless_told() -> None:
    assert percent(Fraction(9999934, 10000000)) == "99.99934"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.333333333"),
        (Fraction(1), "1"),
        (Fraction(0), "0"),
        (Fraction(1, 2), "0.5"),
        (Fraction(100), "100"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(-1, 10**10), "0"),
    ],
)
def test_a_ratio_has_no_trailing_zeros(value: Fraction, text: str) -> None:
    assert ratio(value) == text


def test_a_ratio_without_decimals_keeps_its_zeros() -> None:
    assert ratio(Fraction(1009, 10), 0) == "100"
