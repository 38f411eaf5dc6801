"""The search for the highest rate, against services whose limit is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.capacity.__main__ import main, trial_of
from loadtests.capacity.search import Bounds, Search, Trial


def search_of(limit: int, held_limit: int | None = None, bounds: Bounds = Bounds(100, 5000)) -> Search:  # noqa: B008
    """A service that keeps every rate up to its limit; in long runs up to another."""

    def trial(rate: int, held: bool) -> Trial:
        most = held_limit if held and held_limit is not None else limit
        return Trial.KEPT if rate <= most else Trial.BROKEN

    return Search(bounds, trial)


@given(st.integers(100, 4999))
def test_the_rate_found_is_held_and_at_most_5_percent_below_the_limit(limit: int) -> None:
    search = search_of(limit)
    rate = search.run()
    assert rate is not None
    assert rate <= limit < rate * 106 / 100 + 1
    assert search.trials[-1] == (rate, True, Trial.KEPT)
    assert search.limited_by == "service"


def test_a_service_that_keeps_every_rate_is_limited_by_the_bound() -> None:
    search = search_of(9999)
    assert (search.run(), search.limited_by) == (5000, "bound")


def test_a_service_that_breaks_at_once_has_no_capacity() -> None:
    search = search_of(50)
    assert search.run() is None
    assert len(search.trials) == 1


def test_what_does_not_hold_for_long_gives_way_to_less() -> None:
    search = search_of(1000, held_limit=700)
    rate = search.run()
    assert rate is not None
    assert 600 <= rate <= 700


def test_a_generator_at_its_end_does_not_speak_of_the_service() -> None:
    search = Search(Bounds(100, 5000), lambda rate, _: Trial.KEPT if rate <= 300 else Trial.GENERATOR)
    assert search.run() in range(280, 301)
    assert search.limited_by == "generator"


@pytest.mark.parametrize(
    ("verdict", "codes", "end"),
    [
        ("proven", [], Trial.KEPT),
        ("refuted", [], Trial.BROKEN),
        ("undecided", [], Trial.BROKEN),
        ("invalid", ["schedule_lag"], Trial.GENERATOR),
        ("invalid", ["not_sent", "arrivals_dropped"], Trial.BROKEN),
    ],
)
def test_each_verdict_says_how_the_trial_ended(verdict: str, codes: list[str], end: Trial) -> None:
    assert trial_of({"verdict": verdict, "invalid_reasons": [{"code": code} for code in codes]}) is end


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--start", "100", "--trial", "10"), "at least 2995 are needed"),
        (("--start", "10", "--most", "5"), "--start 10 and --most 5"),
        (("--target", "x"), "--target"),
    ],
)
def test_bad_input_is_one_line(
    options: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--host", "http://127.0.0.1:1", "--result", str(tmp_path / "r.json"), *options])
    error = capsys.readouterr().err
    assert (code, error.count("\n")) == (2, 1)
    assert said in error
