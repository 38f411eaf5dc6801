"""Counts add up field by field."""

from __future__ import annotations

from slo.counts import Counts


def test_the_total_is_good_plus_bad_and_nothing_else() -> None:
    assert Counts(good=7, bad=2, ignored=5, transactions=9).total == 9


def test_counts_add_field_by_field() -> None:
    assert Counts(1, 2, 3, 4) + Counts(10, 20, 30, 40) == Counts(11, 22, 33, 44)
