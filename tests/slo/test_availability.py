"""Availability with bounds, verdicts in integers, and composites that hide nobody."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.availability import Availability, Composite, Verdict, composite, missing_estimate
from slo.counts import Counts
from slo.formatting import percent
from slo.objective import Objective

FIVE_NINES = Objective.parse("99.999")


def of(good: int, bad: int, missing: int = 0) -> Availability:
    """Availability of some good, bad and unseen events."""
    return Availability(Counts(good=good, bad=bad), missing)


def test_availability_is_good_over_total() -> None:
    assert of(99_998_999, 1_001).value == Fraction(99_998_999, 100_000_000)


def test_it_prints_cut_not_rounded() -> None:
    """definitions.md section 3: 0.999989999 prints 99.9989, never 99.999."""
    assert percent(of(999_989_999, 10_001).value or Fraction(0), 4) == "99.9989"


def test_ignored_events_and_transactions_do_not_count() -> None:
    assert Availability(Counts(good=3, bad=1, ignored=7, transactions=9)).value == Fraction(3, 4)


def test_unseen_events_open_the_bounds_to_either_side() -> None:
    bounded = of(90, 0, missing=10)
    assert (bounded.low, bounded.value, bounded.high) == (Fraction(9, 10), Fraction(1), Fraction(1))


def test_without_unseen_events_the_bounds_are_the_value() -> None:
    bounded = of(9, 1)
    assert bounded.low == bounded.value == bounded.high == Fraction(9, 10)


@pytest.mark.parametrize("missing", [0, 1, 100])
def test_counts_that_contradict_each_other_prove_nothing(missing: int) -> None:
    """26,901 good of 26,900 events are no 100.00372 %."""
    figure = of(26_901, -1, missing)
    assert (figure.value, figure.low, figure.high) == (None, None, None)
    assert figure.verdict(FIVE_NINES) is Verdict.NOT_PROVEN


def test_one_product_that_contradicts_itself_leaves_the_composite_unknown() -> None:
    """Pooled, its excess would hide what others lost."""
    assert composite({"one": Counts(9, 1), "two": Counts(11, -1)}) == Composite(None, None, None)


def test_without_events_there_is_no_value() -> None:
    """Unknown is a state, never 0 or 100 %."""
    empty = of(0, 0)
    assert (empty.value, empty.low, empty.high) == (None, None, None)


def test_events_that_nobody_saw_can_be_anything() -> None:
    unseen = of(0, 0, missing=5)
    assert (unseen.value, unseen.low, unseen.high) == (None, Fraction(0), Fraction(1))


@pytest.mark.parametrize(
    ("good", "bad", "missing", "verdict"),
    [
        (99_999, 1, 0, Verdict.MET),
        (99_998, 2, 0, Verdict.MISSED),
        (100_000, 0, 0, Verdict.MET),
        (99_999, 1, 1, Verdict.NOT_PROVEN),
        (99_998, 1, 1, Verdict.NOT_PROVEN),
        (199_999, 0, 2, Verdict.MET),
        (199_998, 0, 2, Verdict.MET),
        (199_997, 1, 2, Verdict.NOT_PROVEN),
        (199_996, 3, 1, Verdict.MISSED),
        (0, 0, 0, Verdict.NOT_PROVEN),
        (0, 0, 9, Verdict.NOT_PROVEN),
        (0, 1, 0, Verdict.MISSED),
        (1, 0, 0, Verdict.MET),
    ],
)
def test_a_verdict_needs_both_bounds_on_one_side(good: int, bad: int, missing: int, verdict: Verdict) -> None:
    assert of(good, bad, missing).verdict(FIVE_NINES) is verdict


def test_an_objective_of_nothing_is_met_by_anything_but_nothing() -> None:
    """Whatever unseen events were, at least 0 % of them were good."""
    nothing = Objective.parse("0")
    assert of(0, 0, missing=9).verdict(nothing) is Verdict.MET
    assert of(0, 0).verdict(nothing) is Verdict.NOT_PROVEN


def test_26_unobserved_seconds_of_a_faultless_month_leave_it_unproven() -> None:
    """definitions.md section 2: 26 unobserved seconds in 30 days equal the whole five-nines budget."""
    month_ms, events = 30 * 86_400_000, 25 * 10**9
    for lost_ms, verdict in [(25_900, Verdict.MET), (26_000, Verdict.NOT_PROVEN)]:
        missing = missing_estimate(events, month_ms - lost_ms, lost_ms)
        assert of(events, 0, missing).verdict(FIVE_NINES) is verdict


@given(
    good=st.integers(0, 10**6),
    bad=st.integers(0, 100),
    missing=st.integers(0, 100),
    tail=st.sampled_from(["9", "99", ""]),
)
def test_integer_verdicts_agree_with_the_bounds(good: int, bad: int, missing: int, tail: str) -> None:
    objective = Objective.parse("99.9" + tail)
    bounded = of(good, bad, missing)
    low, high = bounded.low, bounded.high
    assert (bounded.verdict(objective) is Verdict.MET) == (low is not None and low >= objective.target)
    assert (bounded.verdict(objective) is Verdict.MISSED) == (high is not None and high < objective.target)


@given(good=st.integers(0, 500), bad=st.integers(0, 50), unseen=st.lists(st.booleans(), max_size=40))
def test_whatever_the_unseen_events_were_the_truth_lies_within_the_bounds(
    good: int, bad: int, unseen: list[bool]
) -> None:
    bounded = of(good, bad, len(unseen))
    truth = of(good + sum(unseen), bad + len(unseen) - sum(unseen))
    if truth.value is None or bounded.low is None or bounded.high is None:
        assert (bounded.low, bounded.high) == (None, None)
        return
    assert bounded.low <= truth.value <= bounded.high
    if bounded.verdict(FIVE_NINES) is not Verdict.NOT_PROVEN:
        assert truth.verdict(FIVE_NINES) is bounded.verdict(FIVE_NINES)


@pytest.mark.parametrize(
    ("events", "observed_ms", "missing_ms", "missing"),
    [
        (1000, 10_000, 1_000, 100),
        (1000, 9_999, 1_000, 101),
        (1, 10_000, 1, 1),
        (0, 10_000, 5_000, 0),
        (1000, 10_000, 0, 0),
    ],
    ids=["the observed rate", "rounded up", "any rate leaves one", "no events", "nothing missing"],
)
def test_unseen_time_holds_events_at_the_observed_rate(
    events: int, observed_ms: int, missing_ms: int, missing: int
) -> None:
    assert missing_estimate(events, observed_ms, missing_ms) == missing


def test_events_of_no_observed_time_prove_nothing() -> None:
    """A gap closed by one sample: the counts are exact, the rate is unknown."""
    missing = missing_estimate(1000, 0, 60_000)
    assert missing == missing_estimate(1000, 1, 60_000) == 60_000_000
    assert of(1000, 0, missing).verdict(FIVE_NINES) is Verdict.NOT_PROVEN
    assert missing_estimate(0, 0, 60_000) == 0


def test_pooling_is_printed_with_the_worst_product_and_the_plain_mean() -> None:
    """A small product that is wholly down hides in the pool: 99.9 % pooled, 50 % in the mean."""
    found = composite({"big": Counts(good=999), "small": Counts(bad=1), "quiet": Counts(ignored=4)})
    assert found == Composite(pooled=Fraction(999, 1000), worst=("small", Fraction(0)), mean=Fraction(1, 2))


def test_of_equally_bad_products_the_first_is_the_worst() -> None:
    found = composite({"b": Counts(good=1, bad=1), "a": Counts(good=2, bad=2), "c": Counts(good=3)})
    assert found.worst == ("b", Fraction(1, 2))


@pytest.mark.parametrize("products", [{}, {"quiet": Counts()}])
def test_without_events_a_composite_is_unknown(products: dict[str, Counts]) -> None:
    assert composite(products) == Composite(None, None, None)


@given(
    st.dictionaries(st.text(max_size=3), st.builds(Counts, good=st.integers(0, 99), bad=st.integers(0, 99)), max_size=6)
)
def test_the_worst_product_is_below_the_mean_and_the_pool(products: dict[str, Counts]) -> None:
    found = composite(products)
    if found.pooled is None or found.worst is None or found.mean is None:
        assert not any(counts.total for counts in products.values())
        return
    assert found.worst[1] <= min(found.mean, found.pooled)
    assert Availability(products[found.worst[0]]).value == found.worst[1]
