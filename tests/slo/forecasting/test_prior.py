"""What is said in advance of days that a series has never seen."""

from __future__ import annotations

from fractions import Fraction

from slo.forecasting.peak import PeakForecast, forecast_peak
from slo.forecasting.prior import Prior, Priors

SALE = Prior("sale", Fraction(2), "the campaign plan")
FAIR = Prior("fair", Fraction(39, 20), "last year's fair")
CAMPAIGN = 110


def series(days: int, campaign: int = 1_900) -> dict[int, int]:
    """Steady days of 1,000 with one campaign."""
    return {day: campaign if day == CAMPAIGN else 1_000 for day in range(days)}


def foretold(peaks: dict[int, int], day: int, **expected: tuple[Prior, ...]) -> PeakForecast:
    """28 days from ``day`` on, with the campaign's priors."""
    found = forecast_peak(peaks, day, 28, {CAMPAIGN: expected.get("campaign", (SALE,)), **_later(expected)}).peak
    assert found is not None
    return found


def _later(expected: dict[str, tuple[Prior, ...]]) -> dict[int, tuple[Prior, ...]]:
    return {CAMPAIGN + 365: expected["again"]} if "again" in expected else {}


def test_a_coming_day_of_a_kind_never_seen_may_be_as_high_as_is_said() -> None:
    found = foretold(series(100), 100)
    assert (found.value, found.prior) == (2_000, SALE)


def test_what_is_said_counts_only_for_its_days_and_never_lowers_a_forecast() -> None:
    before, plain = foretold(series(80), 80), forecast_peak(series(80), 80, 28).peak
    assert before == plain
    low = foretold(series(100), 100, campaign=(Prior("sale", Fraction(1), "modest"),))
    assert low == forecast_peak(series(100), 100, 28).peak


def test_past_windows_are_judged_by_what_was_said_before_them_and_counted_apart() -> None:
    """Every window that holds the campaign is held by the prior alone; without it none of them is."""
    found, plain = foretold(series(138), 138), forecast_peak(series(138), 138, 28).peak
    assert plain is not None
    assert (found.covered, found.covered_by_prior) == (found.checked, found.checked - plain.covered)
    assert found.covered_by_prior > 0
    assert (plain.covered_by_prior, plain.prior, plain.checked) == (0, None, found.checked)


def test_a_day_above_what_was_said_is_a_window_that_was_missed() -> None:
    found = foretold(series(138, 2_100), 138)
    assert found.covered_by_prior == 0
    assert found.covered < found.checked


def test_a_kind_that_was_seen_speaks_for_itself() -> None:
    day = CAMPAIGN + 360
    assert foretold(series(day), day, again=(SALE,)).prior is None
    assert foretold(series(day), day, again=(SALE, FAIR)).prior == FAIR


def test_a_day_of_the_kind_that_nobody_measured_was_not_seen() -> None:
    day = CAMPAIGN + 360
    peaks = {each: peak for each, peak in series(day).items() if each != CAMPAIGN}
    assert foretold(peaks, day, again=(SALE,)).prior == SALE


def test_of_several_the_greatest_unseen_one_counts() -> None:
    priors = Priors({5: (SALE,), 10: (FAIR,), 12: (SALE, FAIR)}, {5: 1})
    assert priors.greatest(4, 10) == SALE
    assert priors.greatest(6, 28) == FAIR
    assert priors.greatest(13, 28) is None
