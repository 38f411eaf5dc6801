"""Which days are not like their weekday, by the file that ships."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from reports.peaks.calendar import DayKinds
from settings import SHIPPED, SettingsError, load_calendar


@pytest.fixture(scope="module")
def days() -> DayKinds:
    """The calendar that ships."""
    return load_calendar(SHIPPED / "calendar.yaml")


@pytest.mark.parametrize(
    ("day", "ids"),
    [
        pytest.param("2026-11-11", ["double-11"], id="Double 11"),
        pytest.param("2026-11-10", ["double-11-eve", "payday"], id="its eve is a payday too"),
        pytest.param("2026-06-18", ["mid-year"], id="618"),
        pytest.param("2026-10-01", ["holiday"], id="National Day"),
        pytest.param("2026-10-10", ["makeup-workday", "payday"], id="a worked Saturday"),
        pytest.param("2026-02-17", ["spring-festival+0", "holiday"], id="the first of the lunar year"),
        pytest.param("2026-02-10", ["spring-festival-7", "payday"], id="a week before it"),
        pytest.param("2026-03-03", ["spring-festival+14"], id="two weeks after it"),
        pytest.param("2026-03-04", [], id="and no longer"),
        pytest.param("2026-02-28", ["spring-festival+11", "makeup-workday", "month-end"], id="three kinds at once"),
        pytest.param("2028-02-29", ["month-end"], id="the last day of a leap February"),
        pytest.param("2026-09-30", ["quarter-end", "month-end"], id="a quarter ends"),
        pytest.param("2026-11-24", [], id="a Tuesday"),
    ],
)
def test_every_day_has_its_kinds_the_first_counts(days: DayKinds, day: str, ids: list[str]) -> None:
    assert [kind.id for kind in days.kinds(date.fromisoformat(day))] == ids


def test_days_of_a_year_that_is_not_published_are_provisional(days: DayKinds) -> None:
    """Make-up workdays are announced in the autumn before; forecasts say until when the calendar is known."""
    assert not days.provisional(date(2026, 12, 31))
    assert days.provisional(date(2031, 1, 1))
    known = days.calendar(date(2026, 1, 1), date(2031, 2, 1))
    assert known.known_until is not None
    assert date.fromordinal(known.known_until).month == 12
    assert days.calendar(date(2026, 1, 1), date(2026, 12, 31)).known_until is None


def test_a_makeup_workday_counts_as_a_friday_and_a_holiday_as_a_sunday(days: DayKinds) -> None:
    found = days.calendar(date(2026, 10, 1), date(2026, 10, 10))
    assert found.kinds[date(2026, 10, 10).toordinal()].like_weekday == 4
    assert found.kinds[date(2026, 10, 1).toordinal()].like_weekday == 6


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{id: a, names: {zh: 甲, en: A}}", "says when by nothing"),
        ('{id: a, names: {zh: 甲, en: A}, dates: ["11-11"], month_days: [1]}', "says when by dates and month_days"),
        ('{id: a, names: {zh: 甲, en: A}, dates: ["02-30"]}', "there is no day 02-30"),
        ('{id: a, names: {zh: 甲, en: A}, dates: ["2-3"]}', "should match pattern"),
        ("{id: a, names: {zh: 甲, en: A}, month_days: [0]}", "0 is no day"),
        ("{id: a, names: {zh: 甲, en: A}, festival: [3, -3]}", "3 comes after -3"),
        ("{id: a, names: {zh: 甲, en: A}, library: holiday, months: [1]}", "months go with month_days"),
    ],
)
def test_a_kind_that_makes_no_sense_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text(f'version: "1"\nkinds:\n  - {line}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as refused:
        load_calendar(path)
    assert str(refused.value).startswith(f"{path}:3: ")


def test_the_file_says_in_advance_how_high_a_day_may_be_and_who_says_so(days: DayKinds) -> None:
    said = days.expected(date(2026, 6, 1), date(2026, 11, 30))
    assert sorted(map(date.fromordinal, said)) == [date(2026, 6, 18), date(2026, 11, 11)]
    (prior,) = said[date(2026, 11, 11).toordinal()]
    assert (prior.kind, prior.factor) == ("double-11", Fraction(16, 10))
    assert prior.source


@pytest.mark.parametrize(
    ("peak", "said"),
    [
        ("{factor: 0.9, source: plan}", "greater than or equal to 1"),
        ("{factor: .inf, source: plan}", "finite|less than or equal"),
        ("{factor: 1.5}", "source"),
        ('{factor: 1.5, source: " "}', "should match pattern"),
        ("1.5", "peak"),
    ],
)
def test_what_is_said_in_advance_needs_a_factor_and_a_source(tmp_path: Path, peak: str, said: str) -> None:
    path = tmp_path / "calendar.yaml"
    kind = f'{{id: a, names: {{zh: 甲, en: A}}, dates: ["11-11"], peak: {peak}}}'
    path.write_text(f'version: "1"\nkinds:\n  - {kind}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load_calendar(path)
