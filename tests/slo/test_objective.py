"""Objectives are read from text, exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.counts import Counts
from slo.errors import BadObjective
from slo.objective import Objective

FIVE_NINES = Objective.parse("99.999")


@pytest.mark.parametrize(
    ("text", "target", "kept"),
    [
        ("99.999", Fraction(99999, 100000), "99.999"),
        ("99.9", Fraction(999, 1000), "99.9"),
        (" 99.99 ", Fraction(9999, 10000), "99.99"),
        ("99.990", Fraction(9999, 10000), "99.990"),
        ("99", Fraction(99, 100), "99"),
        ("0", Fraction(0), "0"),
        ("0.5", Fraction(1, 200), "0.5"),
        ("99.999999999999999999", 1 - Fraction(1, 10**20), "99.999999999999999999"),
    ],
)
def test_a_percentage_is_read_exactly_and_kept_as_written(text: str, target: Fraction, kept: str) -> None:
    assert Objective.parse(text) == Objective(target, kept)


REFUSED = [
    "100",
    "100.0",
    "101",
    "-1",
    "-0",
    "+99.9",
    "1e2",
    "99,9",
    "nan",
    "inf",
    "",
    " ",
    "99.",
    ".5",
    "099",
    "09.9",
    "9 9",
]
REFUSED += ["99.9%", "99/100", "٩٩", "99.999\n9", "9_9", "0x10", "99.9999999999999999999", "99." + "9" * 5000]


@pytest.mark.parametrize("text", REFUSED, ids=[repr(text)[:25] for text in REFUSED])
def test_anything_else_is_refused_with_the_text_and_the_fix(text: str) -> None:
    with pytest.raises(BadObjective, match="is not a percentage from 0 up to, not including, 100") as refused:
        Objective.parse(text)
    assert repr(text) in str(refused.value)


@given(st.decimals(min_value=0, max_value=Decimal("99.999999"), places=6))
def test_every_plain_decimal_in_range_is_its_exact_fraction(percentage: Decimal) -> None:
    assert Objective.parse(f"{percentage:f}".lstrip("-")).target == Fraction(percentage) / 100


@given(st.text())
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        target = Objective.parse(text).target
    except BadObjective:
        return
    assert 0 <= target < 1


@pytest.mark.parametrize(
    ("bad", "total", "breached"),
    [
        (0, 0, False),
        (0, 99_999, False),
        (1, 99_999, True),
        (1, 100_000, False),
        (2, 199_999, True),
        (25_001, 25 * 10**8, True),
    ],
)
def test_five_nines_are_breached_when_a_hundred_thousand_times_bad_exceeds_total(
    bad: int, total: int, breached: bool
) -> None:
    """definitions.md section 4: ``bad * 100000 > total``."""
    assert FIVE_NINES.breached(Counts(good=total - bad, bad=bad)) is breached


@given(good=st.integers(0, 10**12), bad=st.integers(0, 10**7))
def test_the_breach_test_is_the_one_of_the_definitions(good: int, bad: int) -> None:
    assert FIVE_NINES.breached(Counts(good=good, bad=bad)) == (bad * 100_000 > good + bad)
