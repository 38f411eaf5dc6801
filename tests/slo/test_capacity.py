"""Proven capacity and headroom, figure by figure."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo.capacity import (
    DAY_MS,
    Proof,
    RunOut,
    RunsOut,
    Standing,
    Tie,
    headroom,
    proven_capacity,
    runs_out,
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


def test_headroom_is_what_is_left_above_the_peak() -> None:
    assert headroom(Fraction(1_410), Fraction(1_000)) == Fraction(41, 100)
    assert headroom(Fraction(500), Fraction(1_000)) == Fraction(-1, 2)
    assert headroom(Fraction(1), Fraction(0)) is None


def test_one_lost_data_center_takes_its_share() -> None:
    assert without_one(Fraction(600), 6) == 500
    assert without_one(Fraction(600), 1) == 0
    assert without_one(Fraction(600), None) is None


def test_a_capacity_runs_out_on_the_first_day_whose_peak_exceeds_it() -> None:
    """Reaching it is not exceeding it."""
    peaks = [(100, Fraction(900)), (101, Fraction(1000)), (102, Fraction(1001)), (103, Fraction(2000))]
    assert runs_out(Fraction(1000), peaks, None) == RunsOut(RunOut.ON_DAY, 102)


def test_after_the_forecast_its_greatest_peak_grows_evenly() -> None:
    """1,000 growing by 36.5 % in a year is one more each day: it is reached on the tenth."""
    peaks = [(100, Fraction(700)), (101, Fraction(1000))]
    assert runs_out(Fraction(1010), peaks, Fraction(365, 1000)) == RunsOut(RunOut.ON_DAY, 112)
    assert runs_out(Fraction(10095, 10), peaks, Fraction(365, 1000)) == RunsOut(RunOut.ON_DAY, 111)


def test_a_capacity_that_lasts_a_year_says_so() -> None:
    """And one of which nothing is known says that."""
    peaks = [(100, Fraction(1000))]
    assert runs_out(Fraction(5000), peaks, Fraction(1, 2)).when is RunOut.NOT_WITHIN_A_YEAR
    assert runs_out(Fraction(1001), peaks, Fraction(-1, 10)).when is RunOut.NOT_WITHIN_A_YEAR
    assert runs_out(Fraction(1001), peaks, None).when is RunOut.NOT_KNOWN
    assert runs_out(None, peaks, Fraction(0)).when is RunOut.NOT_KNOWN
    assert runs_out(Fraction(1), [], Fraction(0)).when is RunOut.NOT_KNOWN
