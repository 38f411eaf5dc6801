"""When reports are due and what each is about; by hand-counted calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.delivery.errors import BadPeriodName
from reports.delivery.period import Unit, period_before, period_named, period_of
from reports.delivery.schedule import LAST, Almanac, Every, Run, Schedule, due, next_run
from reports.workdays import ChineseWorkdays
from slo.windows import SHANGHAI

CHINA = Almanac(SHANGHAI, ChineseWorkdays())
EIGHT = 8 * 60
SCHEDULES = [
    Schedule(Every.DAY, Unit.DAY, EIGHT),
    Schedule(Every.BUSINESS_DAY, Unit.DAY, EIGHT),
    Schedule(Every.WEEK, Unit.WEEK, EIGHT, weekday=2),
    Schedule(Every.MONTH, Unit.MONTH, EIGHT, day=LAST),
    Schedule(Every.MONTH, Unit.MONTH, EIGHT, business_day=3),
    Schedule(Every.QUARTER, Unit.QUARTER, EIGHT, business_day=5),
    Schedule(Every.YEAR, Unit.YEAR, EIGHT, day=10),
]


def at(text: str, zone: str = SHANGHAI) -> int:
    """A local time in epoch seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def shown(runs: list[Run], zone: str = SHANGHAI) -> list[tuple[str, str]]:
    """Local time and period of each run."""
    there = ZoneInfo(zone)
    return [
        (f"{datetime.fromtimestamp(run.at_s, UTC).astimezone(there):%Y-%m-%d %H:%M}", run.period.name) for run in runs
    ]


def runs(schedule: Schedule, begin: str, end: str, catch_up_days: int = 400) -> list[tuple[str, str]]:
    """What becomes due between two local times."""
    return shown(due(schedule, at(begin), at(end), CHINA, catch_up_days))


def test_each_rhythm_falls_on_its_days_and_is_about_what_is_over() -> None:
    """Counted by hand in the calendar of 2026."""
    week = Schedule(Every.WEEK, Unit.WEEK, EIGHT, weekday=0)
    assert runs(week, "2026-10-25", "2026-11-03") == [
        ("2026-10-26 08:00", "2026-W43"),
        ("2026-11-02 08:00", "2026-W44"),
    ]
    month = Schedule(Every.MONTH, Unit.MONTH, EIGHT, day=1)
    assert runs(month, "2026-10-01 08:00", "2026-12-01 08:00") == [
        ("2026-11-01 08:00", "2026-10"),
        ("2026-12-01 08:00", "2026-11"),
    ]
    quarter = Schedule(Every.QUARTER, Unit.QUARTER, EIGHT, day=5)
    assert runs(quarter, "2026-01-01", "2026-12-31") == [
        ("2026-01-05 08:00", "2025-Q4"),
        ("2026-04-05 08:00", "2026-Q1"),
        ("2026-07-05 08:00", "2026-Q2"),
        ("2026-10-05 08:00", "2026-Q3"),
    ]
    year = Schedule(Every.YEAR, Unit.YEAR, EIGHT, day=10)
    assert runs(year, "2026-01-01", "2026-12-31") == [("2026-01-10 08:00", "2025")]


def test_a_month_without_the_day_runs_on_its_last_one() -> None:
    """The 31st of February is the 28th, of a leap year the 29th."""
    last = Schedule(Every.MONTH, Unit.MONTH, EIGHT, day=LAST)
    assert [day for day, _ in runs(last, "2026-01-01", "2026-05-01")] == [
        "2026-01-31 08:00",
        "2026-02-28 08:00",
        "2026-03-31 08:00",
        "2026-04-30 08:00",
    ]
    thirtieth = Schedule(Every.MONTH, Unit.MONTH, EIGHT, day=30)
    assert runs(thirtieth, "2028-02-01", "2028-03-01") == [("2028-02-29 08:00", "2028-01")]


@pytest.mark.parametrize(
    ("month", "number", "day"),
    [
        ("2026-01", 1, 4),  # the 1st to the 3rd off, Sunday the 4th made a workday
        ("2026-02", 10, 13),  # before the Spring Festival
        ("2026-02", 11, 14),  # a Saturday that was made a workday
        ("2026-02", 12, 24),  # the 15th to the 23rd off
        ("2026-05", 1, 6),  # the 1st to the 5th off
        ("2026-05", 4, 9),  # a Saturday that was made a workday
        ("2026-10", 1, 8),  # the 1st to the 7th off
        ("2026-10", 3, 10),  # a Saturday that was made a workday
        ("2026-10", LAST, 30),
        ("2025-10", 1, 9),  # National Day and Mid-Autumn: the 1st to the 8th off
        ("2025-01", 18, 26),  # a Sunday that was made a workday before the Spring Festival
    ],
)
def test_business_days_know_holidays_and_made_up_workdays(month: str, number: int, day: int) -> None:
    """By the State Council's notices for 2025 and 2026."""
    schedule = Schedule(Every.MONTH, Unit.MONTH, EIGHT, business_day=number)
    begin = at(f"{month}-01")
    (found,) = due(schedule, begin, begin + 27 * 86_400 + (4 * 86_400 if month[-2:] != "02" else 0) - 1, CHINA, 400)
    assert shown([found])[0][0] == f"{month}-{day:02} 08:00"
    assert not found.provisional


def test_a_year_without_a_published_calendar_is_provisional() -> None:
    """The third business day of January 2030 is a guess, and says so; the first of a month is none."""
    guess = next_run(Schedule(Every.MONTH, Unit.MONTH, EIGHT, business_day=3), at("2030-01-01"), CHINA)
    sure = next_run(Schedule(Every.MONTH, Unit.MONTH, EIGHT), at("2030-01-01"), CHINA)
    assert (guess is not None and guess.provisional, sure is not None and sure.provisional) == (True, False)


def test_no_day_is_left_out_by_business_days() -> None:
    """What a run after a holiday is about begins where the run before ended."""
    schedule = Schedule(Every.BUSINESS_DAY, Unit.DAY, EIGHT)
    found = due(schedule, at("2026-09-01"), at("2026-11-15"), CHINA, 400)
    for earlier, later in pairwise(found):
        assert later.period.first == earlier.period.last + timedelta(days=1)
    assert ("2026-10-08 08:00", "2026-09-30_2026-10-08") in shown(found)
    assert ("2026-11-10 08:00", "2026-11-09") in shown(found)


def test_what_was_slept_through_is_due_once_each_but_old_daily_ones() -> None:
    """Of thirty missed days the last seven; of three missed months all three."""
    daily = Schedule(Every.DAY, Unit.DAY, EIGHT)
    assert len(runs(daily, "2026-10-01", "2026-10-31 12:00", catch_up_days=7)) == 7
    hours = runs(daily, "2026-10-01", "2026-10-31 07:59", catch_up_days=7)
    assert hours[-1] == ("2026-10-30 08:00", "2026-10-29")
    monthly = Schedule(Every.MONTH, Unit.MONTH, EIGHT)
    assert [name for _, name in runs(monthly, "2026-07-15", "2026-10-15", 7)] == ["2026-07", "2026-08", "2026-09"]
    fridays_off = Schedule(Every.BUSINESS_DAY, Unit.DAY, EIGHT)
    assert len(runs(fridays_off, "2026-09-01", "2026-10-07 12:00", catch_up_days=1)) == 1  # the newest, a week old


def test_clocks_that_are_changed_lose_and_repeat_no_run() -> None:
    """02:30 in Berlin: it never was on 29 March, and was twice on 25 October."""
    berlin = Schedule(Every.DAY, Unit.DAY, 150, zone="Europe/Berlin")
    for begin, end, wanted in (
        ("2026-03-28", "2026-03-31", ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"]),
        ("2026-10-24", "2026-10-27", ["2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30"]),
    ):
        found = due(berlin, at(begin, "Europe/Berlin"), at(end, "Europe/Berlin"), CHINA, 400)
        assert [day for day, _ in shown(found, "Europe/Berlin")] == wanted


def test_a_run_before_the_banks_midnight_is_not_about_a_month_that_is_not_over() -> None:
    """The first of November, one in the morning in Auckland, is still October in Shanghai."""
    auckland = Schedule(Every.MONTH, Unit.MONTH, 60, zone="Pacific/Auckland")
    (run,) = due(auckland, at("2026-10-15"), at("2026-11-15"), CHINA, 400)
    assert run.period.name == "2026-09"


@given(st.sampled_from(SCHEDULES), st.lists(st.integers(1, 40 * 86_400), min_size=1, max_size=12))
def test_however_often_one_looks_the_same_runs_are_due(schedule: Schedule, steps: list[int]) -> None:
    """None twice, none left out."""
    begin_s = at("2026-01-15 12:00")
    whole = due(schedule, begin_s, begin_s + min(sum(steps), 400 * 86_400), CHINA, 400)
    found: list[Run] = []
    now_s = begin_s
    for step in steps:
        until_s = min(now_s + step, begin_s + 400 * 86_400)
        found += due(schedule, now_s, until_s, CHINA, 400)
        now_s = until_s
    assert found == whole
    assert len({run.period.name for run in found}) == len(found)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from([each for each in Unit if each is not Unit.DAYS]))
def test_a_period_is_known_by_its_name_and_over_before_the_day(day: date, unit: Unit) -> None:
    """There and back; the next one begins the day after."""
    before = period_before(unit, day)
    assert period_named(before.name) == before
    assert before.last + timedelta(days=1) == period_of(unit, day).first <= day


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-W60", "2026-Q5", "26-1", "20261001", "2026-10-02_2026-10-03", "0000"]
)
def test_what_names_no_period_is_refused_with_examples(text: str) -> None:
    """One line."""
    with pytest.raises(BadPeriodName, match="write a month 2026-10"):
        period_named(text)
