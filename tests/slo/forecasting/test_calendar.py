"""Kinds of day: what they count as, and what they do."""

from __future__ import annotations

from datetime import date

from slo.forecasting.calendar import Calendar, DayKind, factors, weekday_of


def test_a_day_counts_as_its_own_weekday_unless_its_kind_says_otherwise() -> None:
    saturday, sunday = date(2026, 10, 10).toordinal(), date(2026, 10, 11).toordinal()
    calendar = Calendar({saturday: DayKind("make-up workday", like_weekday=4), sunday: DayKind("payday")})
    assert calendar.weekday(saturday) == weekday_of(date(2026, 10, 9).toordinal())
    assert calendar.weekday(sunday) == weekday_of(sunday)
    assert calendar.weekday(sunday + 1) == weekday_of(sunday + 1)


def test_days_past_the_calendar_are_provisional() -> None:
    calendar = Calendar(known_until=100)
    assert [calendar.is_provisional(day) for day in (100, 101)] == [False, True]
    assert not Calendar().is_provisional(10**6)


def test_a_factor_is_the_median_of_past_days_beside_ordinary_ones() -> None:
    known = {**dict.fromkeys(range(100), 1_000), 20: 500, 50: 600, 80: 9_000, 95: 1}
    calendar = Calendar({day: DayKind("holiday") for day in (20, 50, 80, 95)})
    assert factors(known, calendar, 95) == {"holiday": 0.6}


def test_what_comes_after_the_origin_is_not_used() -> None:
    known = {**dict.fromkeys(range(100), 1_000), 50: 600}
    calendar = Calendar({50: DayKind("holiday")})
    assert factors(known, calendar, 50) == {}
    assert factors({**known, 57: 10**9}, calendar, 51) == {"holiday": 0.6}


def test_a_kind_without_ordinary_days_near_it_has_no_factor() -> None:
    calendar = Calendar({50: DayKind("holiday"), 200: DayKind("unseen"), 90: DayKind("dead")})
    known = {43: 1_000, 50: 600, 83: 0, 76: 0, 90: 5}
    assert factors(known, calendar, 300) == {}
