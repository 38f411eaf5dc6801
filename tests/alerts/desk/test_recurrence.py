"""Spans that come again, by the clock of a place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.desk.errors import SilenceRefused
from alerts.desk.recurrence import Every, Recurrence, checked, minute_of_day

NEW_YORK = "America/New_York"


def ms(text: str, zone: str = "Asia/Shanghai") -> int:
    """An instant by the clock of a place."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def every(kind: Every, begin: str, end: str, days: tuple[int, ...] = (), zone: str = "Asia/Shanghai") -> Recurrence:
    """A recurrence from one time of day to another."""
    return checked(Recurrence(kind, zone, minute_of_day(begin), minute_of_day(end), days))


@pytest.mark.parametrize(
    ("recurrence", "at", "active"),
    [
        (every(Every.DAY, "22:30", "02:00"), "2026-11-21T22:29:59", False),
        (every(Every.DAY, "22:30", "02:00"), "2026-11-21T22:30:00", True),
        (every(Every.DAY, "22:30", "02:00"), "2026-11-22T01:59:59", True),  # over midnight
        (every(Every.DAY, "22:30", "02:00"), "2026-11-22T02:00:00", False),
        (every(Every.WEEK, "23:00", "01:00", (5,)), "2026-11-21T23:30:00", True),  # a Saturday
        (every(Every.WEEK, "23:00", "01:00", (5,)), "2026-11-22T00:30:00", True),  # still Saturday's
        (every(Every.WEEK, "23:00", "01:00", (5,)), "2026-11-22T23:30:00", False),
        (every(Every.WEEK, "23:00", "01:00", (6,)), "2026-11-23T00:30:00", True),  # Sunday's, on Monday
        (every(Every.MONTH, "01:00", "02:00", (31,)), "2026-11-30T01:30:00", True),  # the last day of a short month
        (every(Every.MONTH, "01:00", "02:00", (31,)), "2026-10-30T01:30:00", False),
        (every(Every.MONTH, "01:00", "02:00", (1, 15)), "2026-11-15T01:30:00", True),
        (every(Every.MONTH, "23:00", "02:00", (30,)), "2027-03-01T01:30:00", True),  # 28 February's, in March
        (every(Every.DAY, "00:00", "00:00"), "2026-11-22T13:00:00", True),  # the whole day
    ],
)
def test_a_span_holds_what_the_clock_says(recurrence: Recurrence, at: str, active: bool) -> None:
    """Half-open, by local time."""
    assert (recurrence.at(ms(at)) is not None) is active


@pytest.mark.parametrize(
    ("begin", "end", "day", "hours"),
    [
        ("22:00", "06:00", "2026-03-07", 7),  # the night that springs forward
        ("22:00", "06:00", "2026-10-31", 9),  # the night that falls back
        ("22:00", "06:00", "2026-07-01", 8),
        ("01:00", "02:00", "2026-11-01", 2),  # 01:00 to 02:00 comes twice: both
    ],
)
def test_a_night_is_as_long_as_the_clock_makes_it(begin: str, end: str, day: str, hours: int) -> None:
    """Changes of time happen in the night."""
    nightly = every(Every.DAY, begin, end, zone=NEW_YORK)
    span = nightly.at(ms(f"{day}T{begin}", NEW_YORK))
    assert span == (ms(f"{day}T{begin}", NEW_YORK), ms(f"{day}T{begin}", NEW_YORK) + hours * 3_600_000)


def test_a_begin_that_the_clock_skips_is_an_hour_later_on_it() -> None:
    """02:30 does not exist on 8 March: the span begins at 03:30."""
    nightly = every(Every.DAY, "02:30", "05:00", zone=NEW_YORK)
    assert nightly.at(ms("2026-03-08T03:29:59", NEW_YORK)) is None
    assert nightly.at(ms("2026-03-08T03:30:00", NEW_YORK)) is not None


@given(
    st.sampled_from(["Asia/Shanghai", NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe"]),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.integers(0, 400 * 1440),
)
def test_an_instant_is_active_exactly_when_a_span_of_the_list_holds_it(
    zone: str, begin: int, end: int, at: int
) -> None:
    """Whatever the zone, the times and the day."""
    recurrence = Recurrence(Every.DAY, zone, begin, end)
    at_ms = round((datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at)).timestamp() * 1000)
    around = recurrence.spans(at_ms - 86_400_000, at_ms + 86_400_000)
    assert (recurrence.at(at_ms) is not None) is any(from_ms <= at_ms < to_ms for from_ms, to_ms in around)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (Recurrence(Every.DAY, "Asia/Nowhere", 0, 60), "time zone 'Asia/Nowhere' is not known"),
        (Recurrence(Every.DAY, "../etc", 0, 60), "is not known"),
        (Recurrence(Every.DAY, "UTC", 0, 1440), "minute 1440 is not in a day"),
        (Recurrence(Every.WEEK, "UTC", 0, 60), "a weekly recurrence needs its days, 0 to 6"),
        (Recurrence(Every.WEEK, "UTC", 0, 60, (7,)), "day 7 of a weekly recurrence is not in 0 to 6"),
        (Recurrence(Every.MONTH, "UTC", 0, 60, (0,)), "day 0 of a monthly recurrence is not in 1 to 31"),
        (Recurrence(Every.DAY, "UTC", 0, 60, (1,)), "a daily recurrence takes no days"),
    ],
)
def test_a_recurrence_that_means_nothing_is_refused(wrong: Recurrence, reason: str) -> None:
    """In one line."""
    with pytest.raises(SilenceRefused, match=reason.replace("(", r"\(")):
        checked(wrong)


@pytest.mark.parametrize("text", ["25:00", "noon", "12:30:30", "12:30+08:00"])
def test_a_time_of_day_is_a_minute(text: str) -> None:
    """Nothing finer, no zone."""
    with pytest.raises(SilenceRefused, match="write 22:30"):
        minute_of_day(text)
