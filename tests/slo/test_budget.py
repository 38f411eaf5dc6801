"""Error budgets in events, seconds and shares: the worked numbers of definitions.md section 4."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.budget import Budget, burn_rate
from slo.counts import Counts
from slo.formatting import truncated
from slo.objective import Objective
from slo.windows import DAY_S

FIVE_NINES = Objective.parse("99.999")


def month(good: int, bad: int) -> Budget:
    """A budget of 30 days at five nines."""
    return Budget(FIVE_NINES, Counts(good=good, bad=bad), 30 * DAY_S)


@pytest.mark.parametrize(("days", "text"), [(30, "25.92"), (1, "0.864"), (365, "315.36")])
def test_five_nines_allow_so_many_seconds_of_full_outage(days: int, text: str) -> None:
    assert Budget(FIVE_NINES, Counts(), days * DAY_S).allowed_seconds == Fraction(text)


def test_two_and_a_half_billion_events_allow_exactly_25000_bad_ones() -> None:
    """Floats give 24,999.9999 here."""
    assert month(25 * 10**8, 0).allowed_events == 25_000


def test_a_budget_half_spent_has_half_its_events_and_seconds_left() -> None:
    budget = month(10**9 - 5_000, 5_000)
    assert (budget.allowed_events, budget.remaining_events) == (10_000, 5_000)
    assert (budget.remaining_share, budget.remaining_seconds) == (Fraction(1, 2), Fraction("12.96"))


def test_an_overspent_budget_is_negative() -> None:
    budget = month(10**6 - 15, 15)
    assert (budget.remaining_events, budget.remaining_share) == (-5, Fraction(-1, 2))
    assert budget.remaining_seconds == Fraction("-12.96")


def test_without_traffic_the_remaining_share_is_unknown_and_the_allowed_time_is_not() -> None:
    budget = month(0, 0)
    assert (budget.allowed_events, budget.remaining_events, budget.allowed_seconds) == (0, 0, Fraction("25.92"))
    assert (budget.remaining_share, budget.remaining_seconds) == (None, None)


@pytest.mark.parametrize(
    ("good", "bad", "bad_per_second", "seconds"),
    [
        (10**9 - 5_000, 5_000, Fraction(10), Fraction(500)),
        (10**9 - 5_000, 5_000, Fraction(1, 3), Fraction(15_000)),
        (10**9 - 5_000, 5_000, Fraction(0), None),
        (10**9 - 10_000, 10_000, Fraction(10), Fraction(0)),
        (10**9 - 10_000, 10_000, Fraction(0), Fraction(0)),
        (10**9 - 20_000, 20_000, Fraction(0), Fraction(0)),
        (0, 0, Fraction(10), None),
    ],
    ids=[
        "half left",
        "a third per second",
        "no bad events now",
        "just spent",
        "just spent and quiet",
        "overspent",
        "no traffic",
    ],
)
def test_when_a_budget_is_exhausted(good: int, bad: int, bad_per_second: Fraction, seconds: Fraction | None) -> None:
    assert month(good, bad).exhausted_in_seconds(bad_per_second) == seconds


@pytest.mark.parametrize(
    ("good", "bad", "rate"),
    [
        (99_999, 1, 1),
        (0, 1, 100_000),
        (100, 0, 0),
        (10**6 - 864 * 10, 864 * 10, 864),
        (10**6 - 104, 104, Fraction("10.4")),
    ],
)
def test_burn_rate_is_the_failing_share_over_the_allowed_share(good: int, bad: int, rate: Fraction) -> None:
    assert burn_rate(Counts(good=good, bad=bad), FIVE_NINES) == rate


def test_without_traffic_nothing_burns() -> None:
    assert burn_rate(Counts(ignored=5), FIVE_NINES) is None


def test_the_cliff_tier_spends_two_per_cent_of_thirty_days_in_a_minute() -> None:
    """definitions.md section 5: k = budget share x period / long window."""
    assert Fraction(2, 100) * 30 * DAY_S / 60 == 864


@pytest.mark.parametrize(
    ("share", "text"), [(Fraction(1), "0.51"), (Fraction(1, 6), "3.11"), (Fraction(1, 60), "31.10")]
)
def test_seconds_until_the_cliff_is_crossed(share: Fraction, text: str) -> None:
    """definitions.md section 5: t = k x (1 - target) x long / f; at that time the minute's burn rate is exactly k."""
    seconds = 864 * (1 - FIVE_NINES.target) * 60 / share
    events_per_second = 10**6
    bad = seconds * share * events_per_second
    counts = Counts(good=60 * events_per_second - int(bad), bad=int(bad))
    assert (truncated(seconds, 2), burn_rate(counts, FIVE_NINES)) == (text, 864)


@given(good=st.integers(0, 10**12), bad=st.integers(0, 10**9))
def test_a_budget_is_overspent_exactly_when_the_objective_is_breached(good: int, bad: int) -> None:
    budget = month(good, bad)
    assert (budget.remaining_events < 0) == FIVE_NINES.breached(budget.counts)
    assert budget.remaining_events + bad == budget.allowed_events


@given(good=st.integers(0, 10**12), bad=st.integers(0, 10**9))
def test_burn_rate_and_remaining_share_tell_the_same(good: int, bad: int) -> None:
    """Over one and the same window: share left = 1 - burn rate."""
    budget = month(good, bad)
    rate = burn_rate(budget.counts, FIVE_NINES)
    assert budget.remaining_share == (None if rate is None else 1 - rate)


def test_counts_that_contradict_each_other_leave_no_budget_known() -> None:
    """More than all of it cannot be left."""
    assert month(101, -1).remaining_share is None
    assert month(101, -1).remaining_seconds is None
