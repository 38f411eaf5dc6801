"""Budgeting methods of OpenSLO over slices of good and total, exact."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.availability import Verdict
from slo.budgeting import (
    Method,
    Operator,
    Part,
    Slice,
    composite_burn_rate,
    composite_slices,
    spending,
)
from slo.errors import BadSlice, UnevenSlices
from slo.objective import Objective
from slo.states import SliceState

NINETY = Objective.parse("90")
FIVE_NINES = Objective.parse("99.999")
MISSING = Slice(state=SliceState.MISSING, missing=10)
PROBE = Slice(state=SliceState.INVALID_PROBE)
EXCLUDED = Slice(0, 100, SliceState.EXCLUDED, missing=7)
IDLE = Slice()
METHODS = list(Method)

judged_slices = st.integers(1, 1000).flatmap(
    lambda total: st.integers(0, total).map(lambda good: Slice(good, total)),
)


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        (Operator.LTE, True, True, False),
        (Operator.LT, True, False, False),
        (Operator.GTE, False, True, True),
        (Operator.GT, False, False, True),
    ],
)
def test_an_operator_compares_a_value_with_the_limit(operator: Operator, below: bool, equal: bool, above: bool) -> None:
    """`op: lt, value: 500` holds for 499."""
    assert [operator.holds(value, 500) for value in (499, 500, 501)] == [below, equal, above]


def test_occurrences_count_events_whatever_the_slice() -> None:
    """1 of 10 bad in one slice, 0 of 990 in the next: 1 of 1000."""
    spent = spending(Method.OCCURRENCES, [Slice(9, 10), Slice(990, 990)], NINETY)
    assert (spent.bad, spent.total, spent.value) == (1, 1000, Fraction(999, 1000))
    assert (spent.allowed, spent.remaining, spent.burn_rate) == (100, 99, Fraction(1, 100))


def test_timeslices_count_slices_below_their_own_target() -> None:
    """A slice at exactly its target is good."""
    slices = [Slice(95, 100), Slice(94, 100), Slice(100, 100), Slice(0, 1)]
    spent = spending(Method.TIMESLICES, slices, NINETY, Fraction("0.95"))
    assert (spent.bad, spent.total, spent.burn_rate) == (2, 4, 5)


def test_ratio_timeslices_take_the_mean_of_ratios() -> None:
    """One quiet slice wholly bad weighs as much as a busy one wholly good."""
    spent = spending(Method.RATIO_TIMESLICES, [Slice(0, 1), Slice(10**6, 10**6), Slice(1, 3)], NINETY)
    assert (spent.bad, spent.value) == (Fraction(5, 3), Fraction(4, 9))


def test_two_and_a_half_billion_events_allow_exactly_25000_bad_ones() -> None:
    assert spending(Method.OCCURRENCES, [Slice(25 * 10**8, 25 * 10**8)], FIVE_NINES).allowed == 25_000


@pytest.mark.parametrize("method", METHODS)
def test_unseen_excluded_and_idle_slices_are_neither_good_nor_bad(method: Method) -> None:
    seen = [Slice(9, 10), Slice(10, 10)]
    plain = spending(method, seen, NINETY)
    more = spending(method, [*seen, MISSING, PROBE, EXCLUDED, IDLE], NINETY)
    assert (more.bad, more.total, more.value) == (plain.bad, plain.total, plain.value)
    assert more.excluded == 1
    assert more.unseen == (10 if method is Method.OCCURRENCES else 2)


@pytest.mark.parametrize("method", METHODS)
def test_without_anything_judged_nothing_is_said(method: Method) -> None:
    """Neither 0 nor 100 %, no burn, nothing proven."""
    spent = spending(method, [IDLE, EXCLUDED], NINETY)
    assert (spent.value, spent.low, spent.high, spent.burn_rate) == (None, None, None, None)
    assert spent.verdict() is Verdict.NOT_PROVEN


@pytest.mark.parametrize(
    ("good", "unseen", "verdict"),
    [
        (90, 0, Verdict.MET),
        (89, 0, Verdict.MISSED),
        (90, 1, Verdict.NOT_PROVEN),
        (100, 11, Verdict.MET),
        (100, 12, Verdict.NOT_PROVEN),
        (0, 1000, Verdict.NOT_PROVEN),
    ],
)
def test_unseen_slices_bound_the_verdict(good: int, unseen: int, verdict: Verdict) -> None:
    """Of 100 judged slices and some unseen ones, at 90 %."""
    slices = [*[Slice(1, 1)] * good, *[Slice(0, 1)] * (100 - good), *[MISSING] * unseen]
    assert spending(Method.TIMESLICES, slices, NINETY).verdict() is verdict


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Slice.of_bad(1, 10), Slice(9, 10)),
        (Slice.of_raw(Fraction(3, 4), success=True), Slice(Fraction(3, 4), 1)),
        (Slice.of_raw(Fraction(3, 4), success=False), Slice(Fraction(1, 4), 1)),
        (Slice.of_values([499, 500, 501], Operator.LT, 500), Slice(1, 3)),
    ],
)
def test_slices_come_from_bad_events_raw_shares_and_values(made: Slice, expected: Slice) -> None:
    assert made == expected


@pytest.mark.parametrize("arguments", [(11, 10), (-1, 10), (0, 0, SliceState.MISSING, -1)])
def test_more_good_than_total_is_refused(arguments: tuple[int, int]) -> None:
    """Two queries at two instants make such figures; they are never clamped."""
    with pytest.raises(BadSlice, match="good lies between 0 and total"):
        Slice(*arguments)


def test_a_composite_of_occurrences_weighs_burn_rates() -> None:
    """(3 x 2 + 1 x 0) / 4, the idle part without a say."""
    parts = [
        Part([Slice(80, 100)], NINETY, weight=Fraction(3)),
        Part([Slice(10, 10)], NINETY),
        Part([IDLE], NINETY, weight=Fraction(100)),
    ]
    assert composite_burn_rate(parts) == Fraction(3, 2)
    assert composite_burn_rate(parts[2:]) is None
    assert composite_burn_rate([]) is None


def test_a_slice_that_is_bad_for_any_part_of_a_composite_is_bad_for_all() -> None:
    """Bad, good, bad twice over (counted once), unseen beside good, unseen beside bad, excluded, idle."""
    bad, good = Slice(0, 1), Slice(1, 1)
    first = [bad, good, bad, MISSING, MISSING, EXCLUDED, IDLE]
    second = [good, good, bad, good, bad, EXCLUDED, IDLE]
    spent = composite_slices(Method.TIMESLICES, [Part(first, NINETY), Part(second, NINETY)], NINETY)
    assert (spent.bad, spent.total, spent.unseen, spent.excluded) == (3, 4, 1, 1)


def test_misses_of_a_composite_of_ratios_add_up_to_at_most_the_slice() -> None:
    first = [Slice(9, 10), Slice(2, 10), Slice(1, 1), MISSING]
    second = [Slice(8, 10), Slice(1, 10), EXCLUDED, Slice(8, 10)]
    spent = composite_slices(Method.RATIO_TIMESLICES, [Part(first, NINETY), Part(second, NINETY)], NINETY)
    assert (spent.bad, spent.total, spent.unseen) == (Fraction(3, 10) + 1, 3, 1)


def test_parts_of_a_composite_share_their_slices() -> None:
    with pytest.raises(UnevenSlices, match="cut all into the same ones"):
        composite_slices(Method.TIMESLICES, [Part([IDLE], NINETY), Part([], NINETY)], NINETY)


@given(st.lists(judged_slices, min_size=1, max_size=20), st.sampled_from(METHODS))
def test_a_composite_of_one_part_is_that_part(slices: list[Slice], method: Method) -> None:
    """Whatever the method."""
    alone = spending(method, slices, NINETY, Fraction(1, 2))
    part = Part(slices, NINETY, Fraction(1, 2))
    if method is Method.OCCURRENCES:
        assert composite_burn_rate([part]) == alone.burn_rate
    else:
        assert composite_slices(method, [part], NINETY) == alone


@given(st.lists(judged_slices, min_size=1, max_size=20), st.sampled_from(METHODS))
def test_good_and_bad_make_the_total_and_the_budget_is_shared_out(slices: list[Slice], method: Method) -> None:
    spent = spending(method, slices, NINETY)
    assert 0 <= spent.bad <= spent.total
    assert spent.remaining + spent.bad == spent.allowed == spent.total / 10
    assert spent.low == spent.value == spent.high
