"""Dates of China that move a bank's demand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lending.calendar import DayType, Payday, Rest, day_type, from_library, spring_festival
from lending.calendar_table import TABLE

ORDINARY = DayType(rest=Rest.WORKDAY, payday=None, days_to_618=None, days_to_double_11=None, festival_offset=None)


@pytest.mark.parametrize("year", sorted(TABLE))
def test_the_committed_table_agrees_with_the_holidays_library(year: int) -> None:
    """Fails when a newer library knows better, for example next year's make-up workdays: copy them."""
    assert TABLE[year] == from_library(year)


def test_the_table_covers_the_simulated_past_and_the_year_to_come() -> None:
    """Without a year in the table every data center would load the library."""
    assert set(TABLE) >= {2025, 2026, 2027}


def test_an_ordinary_tuesday_has_nothing_about_it() -> None:
    assert day_type(date(2026, 11, 17)) == ORDINARY


@pytest.mark.parametrize(
    ("day", "rest"),
    [
        (date(2026, 10, 1), Rest.HOLIDAY),
        (date(2026, 10, 10), Rest.MAKEUP_WORKDAY),  # a Saturday worked for the National Day week
        (date(2026, 9, 20), Rest.MAKEUP_WORKDAY),  # a Sunday
        (date(2026, 11, 21), Rest.SATURDAY),
        (date(2026, 11, 22), Rest.SUNDAY),
        (date(2026, 11, 23), Rest.WORKDAY),
    ],
)
def test_rest_follows_the_official_arrangement(day: date, rest: Rest) -> None:
    assert day_type(day).rest is rest
    assert rest.works is (rest in (Rest.WORKDAY, Rest.MAKEUP_WORKDAY))


@pytest.mark.parametrize(
    ("day", "payday"),
    [
        (date(2026, 9, 10), Payday.TENTH),
        (date(2026, 9, 15), Payday.FIFTEENTH),
        (date(2026, 9, 30), Payday.LAST),
        (date(2028, 2, 29), Payday.LAST),
        (date(2028, 2, 28), None),
        (date(2026, 12, 31), Payday.LAST),
    ],
)
def test_wages_arrive_on_the_10th_the_15th_and_the_last(day: date, payday: Payday | None) -> None:
    assert day_type(day).payday is payday


def test_a_run_up_counts_down_to_the_campaign_and_ends_with_it() -> None:
    double_11 = date(2026, 11, 11)
    counted = [day_type(double_11 - timedelta(days=days)).days_to_double_11 for days in range(-1, 12)]
    assert counted == [None, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, None]
    assert day_type(date(2026, 6, 15)).days_to_618 == 3


@pytest.mark.parametrize(
    ("year", "first_day"),
    [
        (2023, date(2023, 1, 22)),  # from the library
        (2024, date(2024, 2, 10)),
        (2025, date(2025, 1, 29)),
        (2026, date(2026, 2, 17)),
        (2027, date(2027, 2, 6)),
        (2028, date(2028, 1, 26)),
        (2029, date(2029, 2, 13)),  # from the library
    ],
)
def test_the_lunar_year_begins_when_the_almanac_says(year: int, first_day: date) -> None:
    assert spring_festival(year) == first_day


def test_the_festival_is_felt_ten_days_before_and_after() -> None:
    first = date(2026, 2, 17)
    assert day_type(first).festival_offset == 0
    assert day_type(first - timedelta(days=10)).festival_offset == -10
    assert day_type(first + timedelta(days=10)).festival_offset == 10
    assert day_type(first - timedelta(days=11)).festival_offset is None
    assert day_type(first + timedelta(days=11)).festival_offset is None


def test_a_year_outside_the_table_is_read_from_the_library() -> None:
    assert day_type(date(2019, 10, 1)).rest is Rest.HOLIDAY
    assert day_type(date(2023, 4, 23)).rest is Rest.MAKEUP_WORKDAY
