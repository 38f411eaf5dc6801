"""What each model makes of the days before an origin."""

from __future__ import annotations

from statistics import fmean, median

import pytest

from slo.forecasting.models import MODELS, NAIVE, USUAL, Pattern

STEADY = {day: 100 * (day % 7 + 1) for day in range(70)}


def told(name: str, known: dict[int, int], origin: int, day: int) -> float:
    """One model's word on one day."""
    pattern = MODELS[name](known, origin)
    assert pattern is not None
    return pattern.at(day, day % 7)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("origin", [30, 67, 70])
def test_a_steady_week_goes_on(name: str, origin: int) -> None:
    assert [told(name, STEADY, origin, day) for day in range(origin, origin + 28)] == pytest.approx(
        [100 * (day % 7 + 1) for day in range(origin, origin + 28)]
    )


def test_the_naive_forecast_is_the_mean_of_the_last_four_same_weekdays() -> None:
    known = {day: day * day for day in range(70)}
    assert told(NAIVE, known, 70, 75) == fmean([68**2, 61**2, 54**2, 47**2])
    assert told("median_of_four", known, 70, 75) == median([68**2, 61**2, 54**2, 47**2])
    assert told("last_week", known, 70, 96) == 68**2


def test_a_day_that_is_not_known_is_not_a_day_without_traffic() -> None:
    known = {day: total for day, total in STEADY.items() if day not in (68, 61, 50, 3)}
    for name in MODELS:
        assert told(name, known, 70, 75) == pytest.approx(600), name


@pytest.mark.parametrize("name", MODELS)
def test_without_any_day_of_a_weekday_there_is_no_pattern(name: str) -> None:
    assert MODELS[name]({day: 1 for day in range(70) if day % 7}, 70) is None
    assert MODELS[name]({}, 70) is None


@pytest.mark.parametrize("name", MODELS)
def test_a_service_that_has_no_traffic_is_foretold_none(name: str) -> None:
    assert told(name, dict.fromkeys(range(70), 0), 70, 80) == 0


def test_a_weekday_without_traffic_stays_without() -> None:
    known = {day: 0 if day % 7 == 3 else 100 for day in range(70)}
    assert told(USUAL, known, 70, 73) == 0
    assert told(USUAL, known, 70, 74) == pytest.approx(100)


def test_growth_goes_on_damped_and_bounded() -> None:
    grows = {day: round(1e9 * 1.004**day) for day in range(70)}
    drift = [told("drift", grows, 70, day) for day in range(70, 98)]
    assert all(now < later for now, later in zip(drift, drift[7:], strict=False))
    assert all(0.95 < found / (1e9 * 1.004**day) < 1.02 for day, found in enumerate(drift, 70))
    leap = {day: 100 if day < 56 else 10_000 for day in range(70)}
    assert told("drift", leap, 70, 98) < 10_000 * 1.02**28
    ended = {day: 100 if day < 42 else 0 for day in range(70)}
    assert told("drift", ended, 70, 98) == 0


def test_a_pattern_grows_by_less_each_day() -> None:
    pattern = Pattern(0, (100.0,) * 7, growth=1.01)
    assert pattern.at(0, 0) == 100
    assert pattern.at(1, 0) == pytest.approx(100 * 1.01**0.97)
    assert pattern.at(10_000, 0) < 100 * 1.01**33
