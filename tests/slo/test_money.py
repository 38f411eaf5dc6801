"""Whole fen that add up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.errors import NoWeight
from slo.money import complete_sum, rounded, split, whole

WEIGHTS = st.dictionaries(st.text(max_size=3), st.integers(0, 10**12), min_size=1, max_size=9).filter(
    lambda weights: any(weights.values())
)


def test_what_is_left_goes_to_the_largest_remainders() -> None:
    assert split(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert split(10, {"a": 14, "b": 26, "c": 60}) == {"a": 1, "b": 3, "c": 6}


def test_equal_remainders_go_by_name_whatever_the_order() -> None:
    assert split(1, {"b": 1, "a": 1}) == {"a": 1, "b": 0}
    assert split(2, {(1, "a"): 1, (0, "z"): 1, (0, "b"): 1}) == {(0, "b"): 1, (0, "z"): 1, (1, "a"): 0}


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_parts_add_up_and_stay_within_a_fen_of_their_share(fen: int, weights: dict[str, int]) -> None:
    parts = split(fen, weights)
    total = sum(weights.values())
    assert sum(parts.values()) == fen
    assert all(abs(parts[key] - Fraction(fen * weight, total)) < 1 for key, weight in weights.items())
    assert all(parts[key] == 0 for key, weight in weights.items() if weight == 0)


@given(st.integers(0, 10**15), WEIGHTS)
def test_a_credit_takes_back_what_its_charge_gave(fen: int, weights: dict[str, int]) -> None:
    assert {key: -part for key, part in split(-fen, weights).items()} == split(fen, weights)


@given(st.dictionaries(st.text(max_size=3), st.fractions(-1000, 1000), max_size=9))
def test_rounded_lines_add_up_to_their_rounded_sum(parts: dict[str, Fraction]) -> None:
    found = whole(parts)
    assert sum(found.values()) == rounded(sum(parts.values(), Fraction(0)))
    assert all(abs(found[key] - part) <= 1 for key, part in parts.items())


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": -1, "b": 2}, {"a": -1}])
def test_what_nothing_divides_is_refused(weights: dict[str, int]) -> None:
    with pytest.raises(NoWeight, match="5 fen cannot be divided"):
        split(5, weights)


def test_half_a_fen_is_rounded_away_from_zero() -> None:
    assert [rounded(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]


def test_a_sum_with_a_hole_is_not_known() -> None:
    assert complete_sum({"a": 1, "b": -3}, "ab") == -2
    assert complete_sum({"a": 1, "b": None}, "ab") is None
    assert complete_sum({"a": 1}, "ab") is None
