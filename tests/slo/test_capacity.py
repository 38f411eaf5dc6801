"""Proven capacity, the forecast of the peak and headroom, figure by figure."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo.capacity import (
    DAY_MS,
    Proof,
    Standing,
    Tie,
    forecast_peak,
    headroom,
    proven_capacity,
    quantile,
    without_one,
)

TIE = Tie("1.4.2", 6, 1000, "99.999")
NOW = 1_000 * DAY_MS


def proof(run: str, days_ago: int, per_second: int, *, kept: bool = True, tie: Tie = TIE) -> Proof:
    """A run so many days ago."""
    return Proof(run, NOW - days_ago * DAY_MS, per_second, tie, kept)


def test_without_any_proof_there_is_no_capacity() -> None:
    assert proven_capacity([], NOW, 6, 90) is None
    assert proven_capacity([proof("r", 1, 900, kept=False)], NOW, 6, 90) is None


def test_the_highest_rate_counts_and_expires() -> None:
    found = proven_capacity([proof("a", 3, 2_000), proof("b", 2, 3_000), proof("c", 1, 2_500)], NOW, 6, 90)
    assert found is not None
    assert (found.proof.run, found.standing, found.counts) == ("b", Standing.CURRENT, True)
    assert found.expires_at_ms == NOW + 88 * DAY_MS


def test_an_expired_rate_gives_way_to_a_lower_one_that_lasts() -> None:
    found = proven_capacity([proof("old", 90, 9_000), proof("new", 5, 2_000)], NOW, 6, 90)
    assert found is not None
    assert found.proof.run == "new"


def test_when_all_are_over_the_newest_is_shown_as_expired() -> None:
    found = proven_capacity([proof("older", 200, 9_000), proof("old", 90, 2_000)], NOW, 6, 90)
    assert found is not None
    assert (found.proof.run, found.standing, found.counts) == ("old", Standing.EXPIRED, False)


def test_what_an_earlier_build_held_says_nothing_of_this_one() -> None:
    found = proven_capacity(
        [proof("before", 3, 9_000, tie=TIE._replace(build="1.4.1")), proof("now", 2, 2_000)], NOW, 6, 90
    )
    assert found is not None
    assert found.proof.run == "now"


def test_a_later_run_that_failed_at_no_higher_rate_contradicts() -> None:
    found = proven_capacity([proof("good", 3, 2_000), proof("bad", 1, 1_500, kept=False)], NOW, 6, 90)
    assert found is not None
    assert (found.standing, found.against, found.counts) == (Standing.CONTRADICTED, "bad", False)


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param(proof("faster", 1, 2_500, kept=False), id="at a higher rate"),
        pytest.param(proof("earlier", 9, 1_500, kept=False), id="before it was proven"),
        pytest.param(proof("other", 1, 1_500, kept=False, tie=TIE._replace(build="x")), id="of another build"),
    ],
)
def test_other_failures_contradict_nothing(harmless: Proof) -> None:
    found = proven_capacity([proof("good", 3, 2_000), harmless], NOW, 6, 90)
    assert found is not None
    assert found.standing is Standing.CURRENT


def test_a_proof_with_other_data_centers_is_not_of_this_estate() -> None:
    found = proven_capacity([proof("r", 1, 2_000)], NOW, 5, 90)
    assert found is not None
    assert found.standing is Standing.OTHER_DATA_CENTERS
    unsaid = proven_capacity([proof("r", 1, 2_000, tie=TIE._replace(data_centers=None))], NOW, 5, 90)
    assert unsaid is not None
    assert unsaid.standing is Standing.CURRENT


def test_a_run_from_the_future_is_not_known_yet() -> None:
    assert proven_capacity([proof("r", -1, 2_000)], NOW, 6, 90) is None


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


def test_days_without_any_traffic_are_no_base_for_a_ratio() -> None:
    assert forecast_peak(dict.fromkeys(range(100), 0), 100).peak is None


def test_the_quantile_is_a_value_that_was_there() -> None:
    assert quantile([Fraction(n) for n in range(1, 21)]) == 19
    assert quantile([Fraction(7)]) == 7
    assert quantile([Fraction(7), Fraction(8)], Fraction(0)) == 7


def test_headroom_is_what_is_left_above_the_peak() -> None:
    assert headroom(Fraction(1_410), Fraction(1_000)) == Fraction(41, 100)
    assert headroom(Fraction(500), Fraction(1_000)) == Fraction(-1, 2)
    assert headroom(Fraction(1), Fraction(0)) is None


def test_one_lost_data_center_takes_its_share() -> None:
    assert without_one(Fraction(600), 6) == 500
    assert without_one(Fraction(600), 1) == 0
    assert without_one(Fraction(600), None) is None
