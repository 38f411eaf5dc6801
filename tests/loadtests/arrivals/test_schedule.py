"""When arrivals are due, to the nanosecond; that none is lost or doubled, however the plan is divided."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.arrivals.pacing import Due, Pacer, Plan
from loadtests.arrivals.profiles import PROFILES
from loadtests.arrivals.schedule import SECOND_NS, Schedule, Stretch

RATES = st.one_of(st.just(Fraction(0)), st.fractions(Fraction(1, 50), 400, max_denominator=97))
SCHEDULES = st.lists(st.builds(Stretch, st.integers(1, SECOND_NS), RATES), min_size=1, max_size=6).map(
    lambda stretches: Schedule(tuple(stretches))
)


@given(SCHEDULES)
def test_the_fast_way_and_the_formula_agree_on_every_arrival(schedule: Schedule) -> None:
    assert list(schedule.times_ns()) == [schedule.intended_ns(number) for number in range(schedule.arrivals)]


@given(SCHEDULES)
def test_arrivals_come_in_order_and_before_the_end(schedule: Schedule) -> None:
    times_ns = list(schedule.times_ns())
    assert times_ns == sorted(times_ns)
    assert all(0 <= each <= schedule.duration_ns for each in times_ns)
    with pytest.raises(IndexError):
        schedule.intended_ns(schedule.arrivals)


@given(SCHEDULES, st.integers(1, 7), st.booleans(), st.integers(0, 99))
def test_workers_together_send_exactly_the_plan(schedule: Schedule, workers: int, drawn: bool, seed: int) -> None:
    plan = Plan(schedule, drawn, seed)
    parts = [list(plan.times_ns(worker, workers)) for worker in range(workers)]
    assert sorted(each for part in parts for each in part) == list(plan.times_ns())
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(SCHEDULES, st.integers(0, 6 * SECOND_NS))
def test_what_is_due_is_what_was_intended_until_then(schedule: Schedule, elapsed_ns: int) -> None:
    times_ns = list(schedule.times_ns())
    assert Due(Plan(schedule)).until(elapsed_ns) == bisect_right(times_ns, elapsed_ns)


@given(SCHEDULES, st.lists(st.integers(0, SECOND_NS), max_size=20))
def test_a_pacer_sends_every_arrival_once_whatever_the_pauses(schedule: Schedule, pauses_ns: list[int]) -> None:
    """A generator that falls behind catches up: nothing that was due is left out."""
    pacer, elapsed_ns, taken = Pacer(Plan(schedule)), 0, []
    for pause_ns in [*pauses_ns, schedule.duration_ns]:
        elapsed_ns += pause_ns
        while pacer.wait_ns(elapsed_ns) == 0:
            taken.append(pacer.take())
    assert taken == list(schedule.times_ns())
    assert pacer.wait_ns(elapsed_ns) is None
    with pytest.raises(IndexError):
        pacer.take()


def test_a_pacer_waits_until_the_next_is_due() -> None:
    pacer = Pacer(Plan(PROFILES["constant"](Fraction(10), SECOND_NS)))
    assert (pacer.take(), pacer.wait_ns(0), pacer.wait_ns(30_000_000)) == (0, 100_000_000, 70_000_000)


def test_a_thousand_a_second_for_a_minute_are_60000_evenly() -> None:
    schedule = PROFILES["constant"](Fraction(1000), 60 * SECOND_NS)
    assert schedule.arrivals == 60_000
    assert list(islice(schedule.times_ns(), 3)) == [0, 1_000_000, 2_000_000]
    assert schedule.intended_ns(59_999) == 59_999_000_000


@pytest.mark.parametrize(
    ("profile", "arrivals"),
    [("constant", 100_000), ("step", 60_000), ("spike", 140_000), ("soak", 97_625), ("double11", 53_049)],
)
def test_each_profile_sends_its_area(profile: str, arrivals: int) -> None:
    """1,000 a second at most, for 100 s; the spike is five times that for 10 s."""
    schedule = PROFILES[profile](Fraction(1000), 100 * SECOND_NS)
    assert schedule.duration_ns == 100 * SECOND_NS
    assert schedule.arrivals == arrivals


def test_drawn_arrivals_are_as_many_and_as_scattered_as_poisson_says() -> None:
    """100,000 expected, one standard deviation is 316; per tenth of a second the variance equals the mean."""
    plan = Plan(PROFILES["poisson"](Fraction(1000), 100 * SECOND_NS), drawn=True, seed=3)
    times_ns = list(plan.times_ns())
    assert abs(len(times_ns) - 100_000) < 4 * 317
    counts = [0] * 1000
    for each in times_ns:
        counts[each * 10 // SECOND_NS] += 1
    mean = Fraction(sum(counts), 1000)
    variance = sum((count - mean) ** 2 for count in counts) / 1000
    assert Fraction(8, 10) < variance / mean < Fraction(12, 10)
    assert times_ns == list(plan.times_ns())
    assert times_ns != list(Plan(plan.schedule, True, 4).times_ns())
