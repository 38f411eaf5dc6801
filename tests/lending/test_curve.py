"""How many transactions the bank expects, second by second."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.curve import DAY_SECONDS, Curve, day_factor, local_day, midnight_s

SHANGHAI = ZoneInfo("Asia/Shanghai")
SCALE = 1_000_000_000
MEAN = SCALE / DAY_SECONDS
SECONDS = st.integers(
    int(datetime(2025, 1, 1, tzinfo=SHANGHAI).timestamp()), int(datetime(2028, 12, 31, tzinfo=SHANGHAI).timestamp())
)


def _at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=SHANGHAI).timestamp())


def _sum_of_day(day: date) -> float:
    return sum(Curve(SCALE).transactions_expected_by_minute(_at(day.year, day.month, day.day), 1440))


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 20)])
def test_an_ordinary_weekday_adds_up_to_the_scale(day: date) -> None:
    """Monday and Friday included, into which a weekend fades."""
    assert _sum_of_day(day) == pytest.approx(SCALE, rel=0.001)


def test_the_sum_over_every_second_is_the_sum_over_the_minutes() -> None:
    curve, begin = Curve(SCALE), _at(2026, 11, 17)
    by_second = sum(curve.transactions_expected(second_s) for second_s in range(begin, begin + DAY_SECONDS))
    assert by_second == pytest.approx(sum(curve.transactions_expected_by_minute(begin, 1440)), rel=1e-9)
    assert by_second == pytest.approx(SCALE, rel=0.001)


def test_a_workday_is_low_at_night_peaks_before_noon_dips_at_lunch_and_rises_in_the_evening() -> None:
    curve = Curve(SCALE)
    level = [curve.transactions_expected(_at(2026, 11, 17, hour)) / MEAN for hour in range(24)]
    busiest = max(range(1440), key=lambda minute: curve.transactions_expected(_at(2026, 11, 17) + 60 * minute))
    assert 10 * 60 <= busiest <= 11 * 60
    assert 1.9 <= curve.transactions_expected(_at(2026, 11, 17) + 60 * busiest) / MEAN <= 2.1
    assert 0.2 <= min(level) <= 0.3
    assert level[13] < level[15] < level[10]
    assert level[18] < level[20] > level[23]


@given(SECONDS)
def test_demand_moves_smoothly_except_when_double_11_opens(second_s: int) -> None:
    """No step of more than a thousandth of the mean from one second to the next, midnights included."""
    curve = Curve(SCALE)
    for begin_s in (second_s, midnight_s(local_day(second_s)) - 1):
        opens = datetime.fromtimestamp(begin_s + 1, SHANGHAI).strftime("%m-%d %H:%M:%S") == "11-11 00:00:00"
        step = curve.transactions_expected(begin_s + 1) - curve.transactions_expected(begin_s)
        on_double_11 = datetime.fromtimestamp(begin_s, SHANGHAI).strftime("%m-%d") == "11-11"
        assert opens or abs(step) <= MEAN / (500 if on_double_11 else 1000)


def test_the_opening_of_double_11_is_a_rush() -> None:
    curve = Curve(SCALE)
    before, after = curve.transactions_expected(_at(2026, 11, 11) - 1), curve.transactions_expected(_at(2026, 11, 11))
    assert after > 4 * before
    assert curve.transactions_expected(_at(2026, 11, 11, 4)) < MEAN / 2


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027, 2028])
def test_double_11_beats_every_other_day_of_its_year(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    best, second = sorted(days, key=day_factor)[:-3:-1]
    assert best == date(year, 11, 11)
    assert day_factor(best) == pytest.approx(1.4)
    assert day_factor(second) < 1.3
    assert _sum_of_day(best) == pytest.approx(1.4 * SCALE, rel=0.01)


@pytest.mark.parametrize("first", [date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6)])
def test_spring_festival_is_the_low_of_the_year_after_a_run_up(first: date) -> None:
    days = [date(first.year, 1, 1) + timedelta(days=number) for number in range(365)]
    lowest = min(days, key=day_factor)
    assert 0 <= (lowest - first).days <= 3
    assert 0.55 <= day_factor(lowest) <= 0.65
    assert max(day_factor(first - timedelta(days=days_before)) for days_before in range(3, 8)) > 1.05


@pytest.mark.parametrize("day", [date(2026, 9, 10), date(2026, 9, 15), date(2026, 9, 30)])
def test_a_payday_is_busier_than_the_same_weekday_a_week_before(day: date) -> None:
    assert day_factor(day) > day_factor(day - timedelta(days=7)) == 1.0


def test_days_off_are_quieter_and_a_makeup_workday_is_nearly_a_workday() -> None:
    saturday, sunday, national_day = date(2026, 11, 21), date(2026, 11, 22), date(2026, 10, 2)
    makeup = date(2026, 5, 9)
    assert day_factor(national_day) < day_factor(sunday) < day_factor(saturday) < day_factor(makeup) < 1.0


def test_each_day_of_a_run_up_is_busier_than_the_one_before() -> None:
    """Seen on the days without a payday or weekend between: 2 to 6 November 2026."""
    factors = [day_factor(date(2026, 11, day)) for day in range(2, 7)]
    assert all(earlier < later for earlier, later in pairwise(factors))


@given(SECONDS)
def test_midnight_belongs_to_the_day_that_begins(second_s: int) -> None:
    day = local_day(second_s)
    assert midnight_s(day) <= second_s < midnight_s(day + 1)
    assert datetime.fromtimestamp(midnight_s(day), SHANGHAI).strftime("%H:%M:%S") == "00:00:00"


def test_demand_scales_with_the_scale() -> None:
    second_s = _at(2026, 11, 17, 12)
    assert Curve(2000).transactions_expected(second_s) == pytest.approx(2 * Curve(1000).transactions_expected(second_s))
    assert Curve(0).transactions_expected(second_s) == 0.0
