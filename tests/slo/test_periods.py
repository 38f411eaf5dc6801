"""Calendar windows that repeat from a local moment."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.errors import PeriodTooFar, UnknownZone
from slo.periods import CalendarPeriod
from slo.windows import SHANGHAI, Window, month_window, quarter_window, year_window

NEW_YORK = "America/New_York"
MIDNIGHT = datetime(2020, 1, 1)  # noqa: DTZ001 (local time of the zone beside it)


def local_s(text: str, zone: str = SHANGHAI) -> int:
    """Epoch seconds of a local moment."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def start(text: str) -> datetime:
    """A local moment without a zone."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("M", month_window(2026, 11)),
        ("Q", quarter_window(2026, 4)),
        ("Y", year_window(2026)),
        ("d", Window(local_s("2026-11-21"), local_s("2026-11-22"))),
        ("h", Window(local_s("2026-11-21T22:00"), local_s("2026-11-21T23:00"))),
        ("m", Window(local_s("2026-11-21T22:34"), local_s("2026-11-21T22:35"))),
    ],
)
def test_periods_from_new_year_are_those_of_the_calendar(unit: str, expected: Window) -> None:
    assert CalendarPeriod(MIDNIGHT, SHANGHAI, 1, unit).window(local_s("2026-11-21T22:34:56")) == expected


def test_weeks_begin_on_the_weekday_and_hour_of_the_start() -> None:
    period = CalendarPeriod(start("2022-01-01T12:00"), NEW_YORK, 1, "w")
    found = period.window(local_s("2022-01-15T11:59:59", NEW_YORK))
    assert found == Window(local_s("2022-01-08T12:00", NEW_YORK), local_s("2022-01-15T12:00", NEW_YORK))


def test_a_day_is_23_hours_where_clocks_spring_forward() -> None:
    found = CalendarPeriod(MIDNIGHT, NEW_YORK, 1, "d").window(local_s("2026-03-08T12:00", NEW_YORK))
    assert found.to_s - found.from_s == 23 * 3600


def test_a_clock_that_shows_an_hour_twice_does_not_go_back_a_window() -> None:
    """01:30 for the second time is after the 01:45 that began the day."""
    period = CalendarPeriod(start("2026-01-01T01:45"), NEW_YORK, 1, "d")
    second_half_past_one_s = local_s("2026-11-01T01:30", NEW_YORK) + 3600
    assert period.window(second_half_past_one_s).from_s == local_s("2026-11-01T01:45", NEW_YORK)


def test_months_from_the_31st_begin_on_the_last_day_of_shorter_ones() -> None:
    period = CalendarPeriod(start("2024-01-31T00:00"), SHANGHAI, 1, "M")
    assert period.window(local_s("2024-02-29T08:00")) == Window(local_s("2024-02-29"), local_s("2024-03-31"))


def test_before_the_day_of_the_start_a_month_is_still_the_one_before() -> None:
    period = CalendarPeriod(start("2020-01-15T00:00"), SHANGHAI, 1, "M")
    assert period.window(local_s("2020-03-10")) == Window(local_s("2020-02-15"), local_s("2020-03-15"))


def test_periods_reach_back_before_their_start() -> None:
    assert CalendarPeriod(MIDNIGHT, SHANGHAI, 1, "M").window(local_s("2019-05-05")) == month_window(2019, 5)


@given(
    st.integers(0, 4_000_000_000),
    st.sampled_from("mhdwMQY"),
    st.integers(1, 40),
    st.sampled_from([SHANGHAI, NEW_YORK, "UTC", "Asia/Kolkata"]),
    st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1)),  # noqa: DTZ001
)
def test_windows_hold_their_instant_and_follow_each_other(
    at_s: int, unit: str, count: int, zone: str, begin: datetime
) -> None:
    """No gap, no overlap, whatever the clocks do."""
    period = CalendarPeriod(begin.replace(microsecond=0), zone, count, unit)
    window = period.window(at_s)
    assert window.from_s <= at_s < window.to_s
    assert period.window(window.from_s) == window == period.window(window.to_s - 1)
    assert period.window(window.to_s).from_s == window.to_s


def test_a_zone_without_rules_is_refused() -> None:
    with pytest.raises(UnknownZone):
        CalendarPeriod(MIDNIGHT, "Mars/Olympus", 1, "M").window(0)


@pytest.mark.parametrize("unit", ["M", "d"])
def test_a_step_beyond_the_calendar_is_refused(unit: str) -> None:
    """A window of millennia ends after the last year."""
    at_s = int(datetime(9999, 6, 1, tzinfo=UTC).timestamp())
    with pytest.raises(PeriodTooFar, match="outside of the years"):
        CalendarPeriod(MIDNIGHT, SHANGHAI, 100_000, unit).window(at_s)
