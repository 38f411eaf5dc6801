"""The forecast of the peak: of the next day and of the next 28 days."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from slo.forecasting.peak import forecast_peak, quantile


def test_a_steady_peak_is_foretold_as_itself() -> None:
    forecast = forecast_peak(dict.fromkeys(range(100), 600), 100)
    assert forecast.peak is not None
    assert forecast.peak.value == 600
    assert (forecast.peak.covered, forecast.peak.checked) == (56, 56)


def test_the_forecast_is_the_highest_of_28_days_times_the_95th_percentile_of_ratios() -> None:
    """Every tenth day is twice as high as the others: of the ratios 1/2 and 1 the 95th percentile is 1."""
    peaks = {day: 1_000 if day % 10 == 0 else 500 for day in range(140)}
    forecast = forecast_peak(peaks, 140)
    assert forecast.peak is not None
    assert forecast.peak.highest == 1_000
    assert forecast.peak.ratio == 1


def test_growth_shows_in_the_ratio() -> None:
    peaks = {day: 1_000 * 2**day for day in range(60)}
    forecast = forecast_peak(peaks, 60)
    assert forecast.peak is not None
    assert forecast.peak.value == 1_000 * 2**60


def test_a_short_history_gives_a_reason_instead_of_a_number() -> None:
    assert forecast_peak({}, 100).reason == "0 of the last 28 days have a peak; 24 are needed"
    few = forecast_peak(dict.fromkeys(range(60, 100), 600), 100)
    assert few.peak is None
    assert few.reason == "16 past days can be compared with the days before them; 20 are needed"
    month = forecast_peak(dict.fromkeys(range(30, 100), 600), 100, 28)
    assert month.reason == "19 past horizons of 28 days can be compared with the days before them; 20 are needed"


def test_days_without_any_traffic_are_no_base_for_a_ratio() -> None:
    assert forecast_peak(dict.fromkeys(range(100), 0), 100).peak is None


def test_the_quantile_is_a_value_that_was_there() -> None:
    assert quantile([Fraction(n) for n in range(1, 21)]) == 19
    assert quantile([Fraction(7)]) == 7
    assert quantile([Fraction(7), Fraction(8)], Fraction(0)) == 7


def noisy(seed: int, days: int = 400, spread: float = 0.1) -> dict[int, int]:
    """Peaks of a bank that grows by a thousandth a day, with a log-normal spread."""
    draw = random.Random(seed)
    return {day: round(10_000 * 1.001**day * draw.lognormvariate(0, spread)) for day in range(days)}


def test_the_next_28_days_are_compared_with_28_days_before_them() -> None:
    """Peaks of 500, every 56th day 1,000: every second 28 days have none, and the next have twice theirs."""
    peaks = {day: 1_000 if day % 56 == 0 else 500 for day in range(1_010)}
    peak = forecast_peak(peaks, 1_010, 28).peak
    assert peak is not None
    assert (peak.highest, peak.ratio_p95, peak.ratio, peak.horizon_days) == (1_000, 2, 2, 28)


def test_coverage_comes_from_horizons_that_had_passed_by_then() -> None:
    """A past that doubles for the first time is not covered, though the quantile of today knows of it."""
    peaks = {day: 100 if day < 200 else 200 for day in range(300)}
    peak = forecast_peak(peaks, 300, 28).peak
    assert peak is not None
    assert peak.checked - peak.covered == 28
    assert peak.achieved == Fraction(peak.covered, peak.checked)


def test_p95_of_the_28_day_peak_covers_most_rolling_windows() -> None:
    """Nine of ten windows of five series of 300 days, and not bought with a forecast of twice the peak."""
    found = [forecast_peak(noisy(seed, 300), 300, 28).peak for seed in range(5)]
    peaks = [each for each in found if each is not None]
    assert len(peaks) == 5
    covered = Fraction(sum(each.covered for each in peaks), sum(each.checked for each in peaks))
    assert Fraction(90, 100) <= covered <= 1
    assert all(each.ratio < Fraction(3, 2) for each in peaks)


def test_a_short_past_widens_the_forecast_and_a_long_one_does_not() -> None:
    short, long = forecast_peak(noisy(1, 120), 120, 28).peak, forecast_peak(noisy(1, 800), 800, 28).peak
    assert short is not None
    assert long is not None
    assert short.ratio > short.ratio_p95
    assert long.ratio == long.ratio_p95
    assert short.ratio_p95 < short.ratio <= Fraction(3, 2) * short.ratio_p95


def test_one_event_widens_by_no_more_than_half() -> None:
    peaks = {**noisy(2, 140), 70: 10_000_000}
    peak = forecast_peak(peaks, 140, 28).peak
    assert peak is not None
    assert peak.ratio <= Fraction(3, 2) * quantile([peak.ratio_p95])


def test_a_day_without_a_peak_is_not_a_day_without_traffic() -> None:
    whole = noisy(3)
    holes = {day: peak for day, peak in whole.items() if day % 9}
    peak = forecast_peak(holes, 400, 28).peak
    assert peak is not None
    assert peak.highest == max(holes[day] for day in range(372, 400) if day in holes)
    assert forecast_peak({day: peak for day, peak in whole.items() if day < 350}, 400, 28).peak is None


def test_horizons_without_any_traffic_do_not_break_the_bound() -> None:
    """The service was switched off for two months and came back."""
    peaks = {day: 0 if 60 <= day < 120 else 500 for day in range(150)}
    peak = forecast_peak(peaks, 150, 28).peak
    assert peak is not None
    assert peak.value >= 500


def test_a_service_that_ended_is_foretold_to_stay_so() -> None:
    """Every horizon that can be compared brought no traffic at all."""
    peak = forecast_peak({day: 500 if day < 24 else 0 for day in range(80)}, 80, 28).peak
    assert peak is not None
    assert (peak.highest, peak.ratio, peak.value) == (0, 0, 0)


@pytest.mark.parametrize("horizon_days", [1, 7, 28])
def test_only_what_came_before_the_day_is_used(horizon_days: int) -> None:
    peaks = noisy(4)
    before = {day: peak for day, peak in peaks.items() if day < 300}
    assert forecast_peak(peaks, 300, horizon_days) == forecast_peak(before, 300, horizon_days)


Shape = Callable[[int], float]


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda day: 1.01**day, id="a bank that grows quickly"),
        pytest.param(lambda day: 0.997**day, id="one that shrinks"),
        pytest.param(lambda day: math.exp(0.4 * math.sin(day * math.tau / 365)), id="a season of the year"),
        pytest.param(lambda day: 1.0 if day % 7 < 5 else 0.1, id="closed on weekends"),
        pytest.param(lambda day: 0.0 if day % 5 < 2 else 1.0, id="days without any traffic"),
        pytest.param(lambda day: 1.4 if day % 30 in {9, 24} else 1.0, id="paydays"),
        pytest.param(lambda day: 1.0 if day < 80 else 1.4, id="a step up"),
    ],
)
@pytest.mark.parametrize("days", [120, 215, 365])
def test_p95_of_the_peak_covers_windows_of_short_and_odd_pasts(shape: Shape, days: int) -> None:
    """In each of two series, and not bought with a forecast that nobody can use."""
    for seed in (1, 2):
        drawn = noisy(seed, days, 0.06)
        peak = forecast_peak({day: round(value * shape(day)) for day, value in drawn.items()}, days, 28).peak
        assert peak is not None
        assert peak.achieved is not None
        assert peak.achieved >= Fraction(85, 100)
        assert peak.ratio < Fraction(11, 4)


@pytest.mark.parametrize("seed", range(4))
def test_a_first_spring_is_foretold_from_the_autumn_before_it(seed: int) -> None:
    """A season that doubles and halves, seen from late summer on: nothing had risen so fast, but it had fallen so."""
    drawn = noisy(seed, 365, 0.06)
    season = {day: round(value * (1 + 0.6 * math.cos((day - 20) * math.tau / 365))) for day, value in drawn.items()}
    peak = forecast_peak(season, 365, 28).peak
    assert peak is not None
    assert peak.achieved is not None
    assert peak.achieved >= Fraction(90, 100)
    assert peak.ratio < 2


def test_what_ended_is_not_foretold_to_come_back_whole() -> None:
    """A product that was withdrawn, but for a few who still pay back: of those at most three times as many."""
    ended = {day: 1_000_000 if day < 60 else 100 for day in range(150)}
    peak = forecast_peak(ended, 150, 28).peak
    assert peak is not None
    assert peak.value <= 300


def test_one_day_that_stands_out_is_no_growth() -> None:
    """The day after a peak of twice the usual one the ratio is about what it is without, after two weeks of it more."""
    quiet = noisy(5, 300, 0.03)
    event = {**quiet, 299: quiet[299] * 2}
    step = quiet | {day: quiet[day] * 2 for day in range(284, 300)}
    ratios = [found.peak.ratio for each in (quiet, event, step) if (found := forecast_peak(each, 300, 28)).peak]
    assert len(ratios) == 3
    assert ratios[1] < ratios[0] * Fraction(6, 5) < ratios[2]
