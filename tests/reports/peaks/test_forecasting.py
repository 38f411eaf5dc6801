"""What the next days may bring, and how many days that takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from lending.curve import Curve, midnight_s
from reports.peaks.calendar import NO_KINDS
from reports.peaks.capacity import peak_json
from reports.peaks.forecasting import NEEDED_DAYS, growth_per_year, outlook
from reports.peaks.gathering import read_days, until_now
from settings import SHIPPED, load_calendar
from slo.forecasting.peak import Forecast
from slo.windows import SHANGHAI
from store.memory import MemoryStore

FIRST = date(2026, 11, 22)
NUMBER = FIRST.toordinal()


def series(days: int, total: int = 6_000_000) -> dict[int, int]:
    """So many equal days before FIRST."""
    return dict.fromkeys(range(NUMBER - days, NUMBER), total)


def test_so_many_days_on_end_are_needed_for_28_days_ahead_and_no_fewer() -> None:
    """The count that the reason names is the true one; before it a shorter horizon is taken."""
    enough = outlook(NO_KINDS, series(NEEDED_DAYS), series(NEEDED_DAYS), FIRST).peak.peak
    short = outlook(NO_KINDS, series(NEEDED_DAYS - 1), series(NEEDED_DAYS - 1), FIRST).peak.peak
    assert enough is not None
    assert short is not None
    assert (enough.horizon_days, short.horizon_days) == (28, 7)


def test_too_little_history_says_how_many_days_are_needed() -> None:
    found = outlook(NO_KINDS, series(7), series(7), FIRST)
    assert "7 of the last 28 days have a peak; 71 days on end are needed" in found.peak.reason
    assert "7 of the last 28 days are known; 21 are needed" in found.daily.reason
    assert found.daily_p95() == []


def test_the_same_past_is_forecast_once() -> None:
    """However many screens ask: the very same object comes back."""
    assert outlook(NO_KINDS, series(90), series(90), FIRST) is outlook(NO_KINDS, series(90), series(90), FIRST)
    assert outlook(NO_KINDS, series(91), series(90), FIRST) is not outlook(NO_KINDS, series(90), series(90), FIRST)


def test_growth_compares_the_same_weekdays_of_a_year_ago() -> None:
    known = series(28, 110) | {day - 364: 100 for day in series(28)}
    assert growth_per_year(known, NUMBER) == Fraction(1, 10)
    assert growth_per_year(series(300), NUMBER) is None


def test_the_greatest_day_of_the_forecast_may_have_the_peak_of_the_horizon() -> None:
    weekly = {day: 600_000 if day % 7 < 2 else 1_200_000 for day in series(120)}
    found = outlook(NO_KINDS, weekly, {day: total // 600 for day, total in weekly.items()}, FIRST)
    assert found.peak.peak is not None
    daily = dict(found.daily_p95())
    assert max(daily.values()) == found.peak.peak.value
    assert min(daily.values()) == found.peak.peak.value / 2


def test_days_come_with_peaks_records_and_what_they_are_worth(
    store: MemoryStore, told: Callable[..., None], now_ms: int
) -> None:
    """Simulated days are closed; the record is the greatest closed day."""
    told(10, lambda day, number: 6_000_000 + 60_000 * (number == 4))
    with store.reading() as reader:
        bank = read_days(reader, until_now(now_ms // 1000, SHANGHAI), SHANGHAI)
        loan = read_days(reader, until_now(now_ms // 1000, SHANGHAI), SHANGHAI, "weilidai")
    record = bank.record()
    assert record is not None
    assert (record.day, record.transactions, record.simulated) == (date(2026, 11, 16), 6_060_000, True)
    assert record.minute is not None
    assert record.second is not None
    assert (record.minute.transactions, record.second.transactions) == (10_100, 202)
    assert [day.transactions for day in loan.days] == [day.transactions // 2 for day in bank.days]
    assert all(day.second is None for day in loan.days)


def test_the_first_campaign_of_the_reference_estate_is_covered_by_what_its_calendar_says() -> None:
    """Its 120 days hold one Double 11: half of the windows held without a word in advance (docs/peaks.md)."""
    kinds, peaks = load_calendar(SHIPPED / "calendar.yaml"), _reference_peaks(120)
    found, plain = (outlook(each, peaks, peaks, FIRST).peak.peak for each in (kinds, NO_KINDS))
    assert found is not None
    assert plain is not None
    assert (plain.covered, plain.checked) == (11, 22)
    assert (found.covered, found.checked, found.covered_by_prior) == (22, 22, 11)
    said = peak_json(Forecast(found))
    assert said is not None
    assert (said["days_covered_by_prior"], said["prior"]) == (11, None)


def test_a_campaign_to_come_is_said_with_its_factor_and_source() -> None:
    kinds, today = load_calendar(SHIPPED / "calendar.yaml"), date(2026, 10, 20)
    steady = dict.fromkeys(range(today.toordinal() - 100, today.toordinal()), 6_000)
    said = peak_json(outlook(kinds, steady, steady, today).peak)
    assert said is not None
    assert (said["p95_per_second"], said["prior"]["kind"], said["prior"]["factor"]) == (160, "double-11", "1.6000")
    assert "reference estate" in said["prior"]["source"]


def _reference_peaks(days: int) -> dict[int, int]:
    """Busiest minutes of the reference estate's days before FIRST, as its curve expects them."""
    curve, epoch = Curve(100_000_000), date(1970, 1, 1).toordinal()
    numbers = range(NUMBER - days, NUMBER)
    return {n: round(max(curve.transactions_expected_by_minute(midnight_s(n - epoch), 1440))) for n in numbers}
