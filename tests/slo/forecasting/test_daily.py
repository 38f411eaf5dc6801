"""The forecast of daily totals: chosen by back-test, never worse than the naive one by much, honest about its band."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from slo.forecasting.calendar import Calendar, DayKind
from slo.forecasting.daily import DailyForecast, DailyForecasts, Score
from slo.forecasting.models import NAIVE, USUAL

Drawn = Callable[..., dict[int, int]]


def foretold(totals: dict[int, int], origin: int, calendar: Calendar | None = None) -> DailyForecast:
    """A forecast that exists."""
    outcome = DailyForecasts(totals, calendar or Calendar()).forecast(origin)
    assert outcome.forecast is not None
    return outcome.forecast


def test_the_next_28_days_are_whole_numbers_inside_their_bands(draw_days: Drawn) -> None:
    forecast = foretold(draw_days(1), 300)
    assert [day.day for day in forecast.days] == list(range(300, 328))
    assert all(day.low is not None and day.high is not None for day in forecast.days)
    assert all(0 <= day.low <= day.point <= day.high for day in forecast.days if day.low is not None and day.high)
    assert forecast.model in {USUAL, NAIVE}


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param({}, id="steady"),
        pytest.param({"spread": 0.2}, id="noisy"),
        pytest.param({"growth": 1.004}, id="growing"),
        pytest.param({"growth": 0.997}, id="shrinking"),
    ],
)
def test_it_is_at_most_as_wrong_as_the_naive_forecast(draw_days: Drawn, shape: dict[str, float]) -> None:
    """Over three series together, and in none by a hundredth more."""
    scores = [DailyForecasts(draw_days(seed, **shape)).rolling(56, 272, 28) for seed in (1, 2, 3)]
    together = sum(scores, Score())
    assert together.wape is not None
    assert together.naive_wape is not None
    assert together.wape <= together.naive_wape
    assert all(score.error * 100 <= score.naive_error * 101 for score in scores)


def test_growth_is_recognised(draw_days: Drawn) -> None:
    totals = draw_days(1, growth=1.004)
    assert foretold(totals, 300).model == "drift"
    score = DailyForecasts(totals).rolling(200, 272, 14)
    assert 3 * score.error < 2 * score.naive_error


def test_events_that_no_calendar_names_are_kept_out(draw_days: Drawn) -> None:
    totals = {day: total * (3 if day % 23 == 0 else 1) for day, total in draw_days(3).items()}
    assert foretold(totals, 300).model == "median_of_four"


def test_the_band_holds_about_nine_of_ten_days(draw_days: Drawn) -> None:
    totals = Score()
    for seed in range(3):
        totals += DailyForecasts(draw_days(seed)).rolling(160, 272, 28)
    assert Fraction(85, 100) < Fraction(totals.covered, totals.checked) < Fraction(96, 100)


def test_the_achieved_coverage_stands_beside_the_forecast(draw_days: Drawn) -> None:
    score = foretold(draw_days(5), 300).score
    assert score.checked > 300
    assert Fraction(8, 10) < Fraction(score.covered, score.checked) < 1


def test_nothing_from_after_the_origin_is_used(draw_days: Drawn) -> None:
    totals = draw_days(6)
    calendar = Calendar({day: DayKind("payday") for day in range(0, 328, 15)})
    before = {day: total for day, total in totals.items() if day < 200}
    assert foretold(totals, 200, calendar) == foretold(before, 200, calendar)


def test_unknown_days_cost_little(draw_days: Drawn) -> None:
    """A sixth of the days is not known: nearly the same forecast, and a hole is not a day without traffic."""
    totals = draw_days(7)
    holes = DailyForecasts({day: None if day % 6 == 0 else total for day, total in totals.items()})
    found = holes.forecast(300).forecast
    assert found is not None
    for day, whole in zip(found.days, foretold(totals, 300).days, strict=True):
        assert abs(day.point - whole.point) < whole.point // 20


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        pytest.param({}, "not enough: 0 of the last 28 days are known; 21 are needed", id="nothing"),
        pytest.param(
            dict.fromkeys(range(80, 100), 1), "not enough: 20 of the last 28 days are known; 21 are needed", id="new"
        ),
        pytest.param(
            {day: 1 for day in range(100) if day % 7},
            "not enough: a weekday was not known in any of the last weeks",
            id="never on Sundays",
        ),
    ],
)
def test_too_little_gives_a_reason_instead_of_numbers(known: dict[int, int], reason: str) -> None:
    outcome = DailyForecasts(known).forecast(100)
    assert (outcome.forecast, outcome.reason) == (None, reason)


def test_a_young_series_has_a_point_and_no_band(draw_days: Drawn) -> None:
    forecast = foretold(draw_days(8, 28), 28)
    assert {(day.low, day.high) for day in forecast.days} == {(None, None)}
    assert (forecast.score.wape, forecast.score.naive_wape) == (None, None)


def test_origins_that_know_too_little_are_not_scored(draw_days: Drawn) -> None:
    assert DailyForecasts(draw_days(9, 60)).rolling(0, 20, 1) == Score()


def test_a_service_without_traffic_is_foretold_none() -> None:
    forecast = foretold(dict.fromkeys(range(200), 0), 200)
    assert {day.point for day in forecast.days} == {0}
    assert forecast.score.wape is None


def test_a_level_that_shifted_is_found_again(draw_days: Drawn) -> None:
    """Five weeks after it rose by 60 % the forecast is on the new level."""
    totals = {day: round(total * (1.6 if day >= 265 else 1)) for day, total in draw_days(10).items()}
    usual = sum(draw_days(10)[day] for day in range(200, 228)) * 16 // 10
    assert abs(sum(day.point for day in foretold(totals, 300).days) - usual) < usual // 20


def holidays(draw_days: Drawn, seed: int) -> tuple[dict[int, int], Calendar]:
    """Three days in 30 are holidays, at half of a Sunday; the calendar knows until day 320."""
    days = [day for day in range(340) if day % 30 in (3, 4, 5)]
    sundays = {day: total // 2 for day, total in draw_days(seed, 340).items() if day % 7 == 0}
    drop = {day: sundays[day - day % 7] for day in days}
    calendar = Calendar({day: DayKind("holiday", like_weekday=6) for day in days}, known_until=320)
    return {**draw_days(seed, 340), **drop}, calendar


def test_a_calendar_foretells_holidays(draw_days: Drawn) -> None:
    totals, calendar = holidays(draw_days, 11)
    with_calendar = DailyForecasts(totals, calendar).rolling(160, 300, 28)
    without = DailyForecasts(totals).rolling(160, 300, 28)
    assert 2 * with_calendar.error < without.error
    forecast = foretold(totals, 300, calendar)
    assert forecast.uses_calendar
    assert [day.day for day in forecast.days if day.kind == "holiday"] == [303, 304, 305]
    assert [day.day for day in forecast.days if day.provisional] == list(range(321, 328))


def test_a_holiday_that_was_never_seen_is_foretold_as_the_weekday_that_it_counts_as() -> None:
    totals = {day: 100 if day % 7 == 0 else 1_000 for day in range(100)}
    calendar = Calendar({103: DayKind("holiday", like_weekday=6)})
    assert {day.day: day.point for day in foretold(totals, 100, calendar).days}[103] == 100


def test_a_calendar_that_does_harm_is_left_out(draw_days: Drawn) -> None:
    """It calls ordinary days holidays that count as Sundays, a different weekday each time."""
    wrong = Calendar({day: DayKind(f"holiday {day}", like_weekday=6) for day in range(2, 340, 9)})
    assert not foretold(draw_days(12), 300, wrong).uses_calendar


def test_a_calendar_that_leaves_no_ordinary_weekday_is_left_out(draw_days: Drawn) -> None:
    every_monday = Calendar({day: DayKind("closed") for day in range(1, 340, 7)})
    assert not foretold(draw_days(13), 300, every_monday).uses_calendar


def test_the_naive_forecast_is_taken_where_nothing_beats_it() -> None:
    """Each weekday repeats every four weeks in an order of its own: only the mean of four sees it whole."""
    cycle = [0, 0, 1_000, 3_000]
    totals = {day: cycle[(day // 7 + (day % 7) ** 2) % 4] for day in range(300)}
    assert foretold(totals, 300).model == NAIVE


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_series_that_is_mostly_zeros_is_never_worse_than_the_naive_line(seed: int) -> None:
    """Few events at random: any model that was chosen would have won by luck."""
    drawn = Random(seed)
    totals = {n: 0 if drawn.random() < 0.6 else drawn.randrange(1, 1000) for n in range(150)}
    score = DailyForecasts(totals).rolling(60, 122)
    assert score.actual > 0
    assert score.error == score.naive_error


@pytest.mark.parametrize("days", [100, 400])
def test_the_naive_line_is_taken_until_another_has_earned_its_place(draw_days: Drawn, days: int) -> None:
    """After 60 days nothing has: what was gained over the mean of four is too little to tell from luck."""
    forecasts = DailyForecasts(draw_days(3, days, spread=0.02))
    score = forecasts.rolling(56, days - 27, 14)
    assert score.wape is not None
    assert score.naive_wape is not None
    assert score.wape <= score.naive_wape * Fraction(101, 100)
    early = forecasts.forecast(60).forecast
    assert early is not None
    assert early.model == NAIVE
