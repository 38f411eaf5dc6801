"""Windows in local calendars, and covers of them by whole slices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from slo.errors import BadPeriod, UnknownZone
from slo.windows import (
    DAY_S,
    HOUR_S,
    MINUTE_S,
    SHANGHAI,
    Pieces,
    Window,
    closed_months,
    day_of,
    day_start,
    day_window,
    month_window,
    pieces,
    quarter_window,
    rolling,
    year_window,
)

BERLIN, NEW_YORK, KOLKATA = "Europe/Berlin", "America/New_York", "Asia/Kolkata"
ZONES = sorted(available_timezones())
THOROUGH = settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
INSTANTS = st.integers(-2_500_000_000, 4_000_000_000)


def at(text: str, zone: str = "UTC") -> int:
    """Epoch seconds of a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_a_day_of_shanghai_begins_at_sixteen_hours_utc() -> None:
    assert day_start(at("2026-11-21T11:40:19")) == at("2026-11-20T16:00:00")
    assert day_of(at("2026-11-20T15:59:59")) == date(2026, 11, 20)
    assert day_of(at("2026-11-20T16:00:00")) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 11, 21), SHANGHAI, 24),
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 4, 5), "Australia/Lord_Howe", 24.5),
        (date(2018, 11, 4), "America/Sao_Paulo", 23),
        (date(1919, 3, 31), "America/Toronto", 23.5),
        (date(2006, 10, 29), "America/St_Johns", 25),
        (date(2011, 12, 30), "Pacific/Apia", 0),
    ],
    ids=[
        "always 24 in Shanghai",
        "spring in Berlin",
        "autumn in Berlin",
        "spring in New York",
        "autumn in New York",
        "half an hour on Lord Howe",
        "no midnight in Sao Paulo",
        "a midnight sprung over from before in Toronto",
        "the day before shown again in St. John's",
        "a date that Samoa skipped",
    ],
)
def test_a_local_day_is_as_long_as_its_zone_made_it(day: date, zone: str, hours: float) -> None:
    window = day_window(day, zone)
    assert window.to_s - window.from_s == hours * HOUR_S


@THOROUGH
@given(at_s=INSTANTS, zone=st.sampled_from(ZONES))
@example(at_s=at("1919-03-31T04:45:00"), zone="America/Toronto")
@example(at_s=at("2006-10-29T03:00:00"), zone="America/St_Johns")
@example(at_s=at("2011-12-30T10:00:00"), zone="Pacific/Apia")
def test_every_instant_lies_in_exactly_the_day_it_is_said_to_be_in(at_s: int, zone: str) -> None:
    """In every zone there is: days follow each other without overlap and without a hole."""
    day = day_of(at_s, zone)
    window = day_window(day, zone)
    assert window.from_s <= at_s < window.to_s
    assert window.from_s == day_start(at_s, zone)
    assert day_window(day - timedelta(days=1), zone).to_s == window.from_s
    assert day_window(day + timedelta(days=1), zone).from_s == window.to_s


@pytest.mark.parametrize(
    ("window", "first", "after"),
    [
        (month_window(2026, 11), "2026-11-01", "2026-12-01"),
        (month_window(2026, 12), "2026-12-01", "2027-01-01"),
        (month_window(2024, 2), "2024-02-01", "2024-03-01"),
        (quarter_window(2026, 1), "2026-01-01", "2026-04-01"),
        (quarter_window(2026, 4), "2026-10-01", "2027-01-01"),
        (year_window(2026), "2026-01-01", "2027-01-01"),
        (closed_months(at("2026-11-21T11:40:19"), 12), "2025-11-01", "2026-11-01"),
        (closed_months(at("2026-01-01T00:00:00", SHANGHAI), 1), "2025-12-01", "2026-01-01"),
        (closed_months(at("2025-12-31T23:59:59", SHANGHAI), 1), "2025-11-01", "2025-12-01"),
        (closed_months(at("2026-11-21T11:40:19"), 23), "2024-12-01", "2026-11-01"),
    ],
)
def test_calendar_periods_run_from_local_midnight_to_local_midnight(window: Window, first: str, after: str) -> None:
    assert window == Window(at(first, SHANGHAI), at(after, SHANGHAI))


def test_a_month_in_which_clocks_change_is_an_hour_shorter_or_longer() -> None:
    spring, autumn = month_window(2026, 3, BERLIN), month_window(2026, 10, BERLIN)
    assert spring.to_s - spring.from_s == 31 * DAY_S - HOUR_S
    assert autumn.to_s - autumn.from_s == 31 * DAY_S + HOUR_S


@given(year=st.integers(1900, 2100), zone=st.sampled_from(ZONES))
def test_months_make_quarters_and_quarters_make_the_year(year: int, zone: str) -> None:
    months = [month_window(year, month, zone) for month in range(1, 13)]
    quarters = [quarter_window(year, quarter, zone) for quarter in range(1, 5)]
    for index, quarter in enumerate(quarters):
        assert quarter == Window(months[3 * index].from_s, months[3 * index + 2].to_s)
    assert year_window(year, zone) == Window(quarters[0].from_s, quarters[3].to_s)
    assert closed_months(months[11].to_s, 12, zone) == year_window(year, zone)


def test_a_rolling_window_ends_at_the_instant() -> None:
    assert rolling(1_000, 60) == Window(940, 1_000)


def test_periods_that_no_calendar_has_are_refused_by_name() -> None:
    with pytest.raises(BadPeriod, match="month 13 is not between 1 and 12"):
        month_window(2026, 13)
    with pytest.raises(BadPeriod, match="quarter 0 is not between 1 and 4"):
        quarter_window(2026, 0)
    with pytest.raises(BadPeriod, match="year 1 is not between 2 and 9998"):
        year_window(1)
    with pytest.raises(BadPeriod, match="year 9999 is not between 2 and 9998"):
        day_window(date.max)
    with pytest.raises(BadPeriod, match="number of months 0 is not between 1 and"):
        closed_months(0, 0)
    with pytest.raises(BadPeriod, match="number of months 99999 is not between"):
        closed_months(0, 99_999)


def test_the_first_and_the_last_period_exist() -> None:
    past = (1970 - 2) * 12
    assert closed_months(0, past, "UTC") == Window(at("0002-01-01"), 0)
    assert year_window(9998, "UTC").to_s == at("9999-01-01")


@pytest.mark.parametrize("zone", ["Asia", "", "../etc", "/etc/passwd", "Nowhere/At_All", "a" * 300, "a\0b"])
def test_a_zone_without_rules_is_refused_by_name(zone: str) -> None:
    with pytest.raises(UnknownZone, match="is not known here; write Asia/Shanghai"):
        day_start(0, zone)


def test_a_window_is_cut_into_days_hours_minutes_and_seconds() -> None:
    """20 November 12:34:56 to 23 November 01:02:03, local time."""
    found = pieces(Window(at("2026-11-20T12:34:56", SHANGHAI), at("2026-11-23T01:02:03", SHANGHAI)))

    def local(first: str, after: str) -> Window:
        return Window(at(f"2026-11-{first}", SHANGHAI), at(f"2026-11-{after}", SHANGHAI))

    assert found == Pieces(
        days=(local("21T00:00:00", "23T00:00:00"),),
        hours=(local("20T13:00:00", "21T00:00:00"), local("23T00:00:00", "23T01:00:00")),
        minutes=(local("20T12:35:00", "20T13:00:00"), local("23T01:00:00", "23T01:02:00")),
        slots=(local("20T12:34:56", "20T12:35:00"), local("23T01:02:00", "23T01:02:03")),
    )


def test_a_local_day_that_begins_off_the_hour_leaves_minutes_at_its_edges() -> None:
    """Midnight in Kolkata is 18:30 UTC: no hour slice may reach into the day."""
    day = day_window(date(2026, 11, 21), KOLKATA)
    found = pieces(Window(day.from_s - 2 * HOUR_S, day.to_s + 2 * HOUR_S), KOLKATA)
    half = HOUR_S // 2
    assert found.days == (day,)
    assert found.hours == (
        Window(day.from_s - 3 * half, day.from_s - half),
        Window(day.to_s + half, day.to_s + 3 * half),
    )
    assert [window.to_s - window.from_s for window in found.minutes] == [half] * 4
    assert found.slots == ()


@pytest.mark.parametrize("window", [Window(5, 5), Window(6, 5), Window(86_400, 0)])
def test_an_empty_or_inverted_window_has_no_pieces(window: Window) -> None:
    assert pieces(window) == Pieces((), (), (), ())


def test_one_second_is_one_slot() -> None:
    assert pieces(Window(59, 60)) == Pieces((), (), (), (Window(59, 60),))


def holds_aligned(window: Window, step_s: int) -> bool:
    """Whether a whole multiple of a step fits into a window."""
    return (window.from_s + step_s - 1) // step_s < window.to_s // step_s


def whole_days(window: Window, zone: str) -> list[Window]:
    """Every local day inside a window, found by asking the calendar date by date."""
    rules = ZoneInfo(zone)
    day = datetime.fromtimestamp(window.from_s, UTC).astimezone(rules).date() - timedelta(days=1)
    last = datetime.fromtimestamp(window.to_s, UTC).astimezone(rules).date() + timedelta(days=1)
    found = []
    while day <= last:
        start, end = (datetime(d.year, d.month, d.day, tzinfo=rules) for d in (day, day + timedelta(days=1)))
        each = Window(int(start.timestamp()), int(end.timestamp()))
        if window.from_s <= each.from_s and each.to_s <= window.to_s:
            found.append(each)
        day += timedelta(days=1)
    return found


EDGES = st.one_of(
    st.integers(1_700_000_000, 1_800_000_000), st.integers(472_222, 500_000).map(lambda hour: hour * HOUR_S)
)
LENGTHS = st.one_of(st.integers(1, 5 * DAY_S), st.integers(1, 200).map(lambda hours: hours * HOUR_S))
NEARBY = st.sampled_from([BERLIN, NEW_YORK, SHANGHAI, KOLKATA, "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"])
CLOCK_CHANGES = [
    at("2026-03-29T01:00:00"),
    at("2026-10-25T01:00:00"),
    at("2026-03-08T07:00:00"),
    at("2026-11-01T06:00:00"),
]


def check_cover(window: Window, zone: str) -> None:
    """Disjoint, complete, aligned, and nowhere finer than it must be."""
    found = pieces(window, zone)
    run = sorted((*found.days, *found.hours, *found.minutes, *found.slots), key=lambda each: each.from_s)
    assert (run[0].from_s, run[-1].to_s) == (window.from_s, window.to_s)
    assert all(one.to_s == other.from_s for one, other in pairwise(run))
    assert all(each.from_s < each.to_s for each in run)
    days = whole_days(window, zone)
    assert found.days == ((Window(days[0].from_s, days[-1].to_s),) if days else ())
    assert all(edge % HOUR_S == 0 for each in found.hours for edge in (each.from_s, each.to_s))
    assert all(edge % MINUTE_S == 0 for each in found.minutes for edge in (each.from_s, each.to_s))
    assert not any(holds_aligned(each, HOUR_S) for each in (*found.minutes, *found.slots))
    assert not any(holds_aligned(each, MINUTE_S) for each in found.slots)


@THOROUGH
@given(from_s=EDGES, length_s=LENGTHS, zone=NEARBY)
def test_pieces_cover_a_window_exactly_and_as_coarsely_as_can_be(from_s: int, length_s: int, zone: str) -> None:
    check_cover(Window(from_s, from_s + length_s), zone)


@THOROUGH
@given(
    change_s=st.sampled_from(CLOCK_CHANGES),
    before_s=st.integers(0, 2 * DAY_S),
    after_s=st.integers(1, 2 * DAY_S),
    zone=st.sampled_from([BERLIN, NEW_YORK]),
)
def test_pieces_cover_the_days_on_which_clocks_change(change_s: int, before_s: int, after_s: int, zone: str) -> None:
    check_cover(Window(change_s - before_s, change_s + after_s), zone)


@given(
    from_s=st.integers(-2_500_000_000, -2_000_000_000), length_s=st.integers(1, 3 * DAY_S), zone=st.sampled_from(ZONES)
)
def test_pieces_cover_days_whose_midnight_is_on_no_minute(from_s: int, length_s: int, zone: str) -> None:
    """Before zones were standard, local noon was the sun's: 8:05:43 ahead in Shanghai."""
    found = pieces(Window(from_s, from_s + length_s), zone)
    run = sorted((*found.days, *found.hours, *found.minutes, *found.slots), key=lambda each: each.from_s)
    assert sum(each.to_s - each.from_s for each in run) == length_s
    assert all(one.to_s == other.from_s for one, other in pairwise(run))


@given(from_s=EDGES, length_s=LENGTHS, zone=NEARBY, counts=st.lists(st.integers(0, 10**6), max_size=20))
def test_sums_over_pieces_are_the_sum_over_the_window(from_s: int, length_s: int, zone: str, counts: list[int]) -> None:
    """What the pieces are for: events anywhere around a window are counted once if inside it, else never."""
    window = Window(from_s, from_s + length_s)
    events = [window.from_s - HOUR_S + offset % (length_s + 2 * HOUR_S) for offset in counts]
    found = pieces(window, zone)
    run = (*found.days, *found.hours, *found.minutes, *found.slots)
    counted = sum(each.from_s <= event_s < each.to_s for event_s in events for each in run)
    assert counted == sum(window.from_s <= event_s < window.to_s for event_s in events)
