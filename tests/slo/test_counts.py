"""Counts add up field by field."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo.counts import Counts, counts_of, summed


def test_the_total_is_good_plus_bad_and_nothing_else() -> None:
    assert Counts(good=7, bad=2, ignored=5, transactions=9).total == 9


def test_counts_add_field_by_field() -> None:
    assert Counts(1, 2, 3, 4) + Counts(10, 20, 30, 40) == Counts(11, 22, 33, 44)


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_any_number_of_counts_is_summed_at_once(number: int) -> None:
    """As adding them one by one."""
    every = [Counts(each, 2 * each, 3, 4) for each in range(1, number + 1)]
    assert summed(every) == sum(every, Counts())


def test_counts_from_columns_are_what_they_are_one_by_one() -> None:
    """Equal, with the same hash, and as unchangeable."""
    rows = [(1, 2, 3, 4), (0, 0, 0, 0), (-5, 2**62, 0, 7)]
    made = counts_of(*zip(*rows, strict=True))
    assert made == [Counts(*row) for row in rows]
    assert {*made} == {Counts(*row) for row in rows}
    with pytest.raises(AttributeError):
        made[0].good = 9  # type: ignore[misc]


def test_no_columns_make_no_counts() -> None:
    """A question without answers."""
    assert counts_of((), (), (), ()) == []


@pytest.mark.parametrize(("good", "bad"), [(26_900, -1), (-1, 5), (-3, -4), (5, -5)])
def test_counts_that_contradict_each_other_have_no_share(good: int, bad: int) -> None:
    """It would be over 100 %, or below nothing."""
    assert Counts(good, bad).contradicts
    assert Counts(good, bad).share is None


def test_a_share_is_exact_and_there_is_none_of_nothing() -> None:
    """Also when nobody failed."""
    assert (Counts(1, 2).share, Counts(7, 0).share, Counts(ignored=4).share) == (Fraction(1, 3), 1, None)
    assert not Counts(7, 0).contradicts
