"""Two runs side by side: noise is called noise, a difference is called a difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports.load_runs.comparing import Finding, compare
from reports.load_runs.view import chance

Make = Callable[..., dict[str, Any]]


def test_a_run_differs_in_nothing_from_itself(make: Make) -> None:
    found = compare(make(), make("r2"))
    assert {row.finding for row in (*found.failures, *found.latencies)} == {Finding.NOISE}
    assert found.cautions == ("dependent",)


def test_a_few_failures_more_are_noise_and_many_are_not(make: Make) -> None:
    few = compare(make(failures=1), make("r2", failures=3))
    many = compare(make(failures=1), make("r2", failures=30))
    assert {row.finding for row in few.failures} == {Finding.NOISE}
    assert {row.finding for row in many.failures} == {Finding.DIFFERENT}
    assert many.failures[0].failures == (1, 30)


def test_slower_answers_are_found_and_said_where(make: Make) -> None:
    found = compare(make(), make("r2", slower=5_000))
    whole = found.latencies[0]
    assert whole.finding is Finding.DIFFERENT
    assert whole.gap is not None
    assert whole.gap.distance > 0
    assert whole.quantiles["p50"] == (10_000, 15_000)


def test_a_difference_beyond_chance_that_touches_few_is_called_small(make: Make) -> None:
    ours, theirs = make(), make("r2")
    theirs["latency"]["overall"]["corrected"]["buckets"] = [[10_000, 155_000], [20_000, 169_000]]
    assert compare(ours, theirs).latencies[0].finding is Finding.SMALL


def test_steps_that_only_one_run_has_are_left_out(make: Make) -> None:
    ours = make()
    ours["counts"]["steps"][0]["step"] = ours["latency"]["steps"][0]["step"] = "repay"
    found = compare(ours, make("r2"))
    assert [row.step for row in found.failures] == [None]


def test_runs_without_requests_cannot_be_compared(make: Make) -> None:
    empty = make("r0")
    empty["latency"]["overall"]["corrected"]["buckets"] = []
    assert compare(empty, make()).latencies[0].finding is Finding.UNKNOWN


def test_what_makes_a_comparison_weak_is_said(make: Make) -> None:
    other = make("r2", verdict="invalid", data_centers=3)
    other["configuration"] |= {"rate_per_second": "9", "deadline_ms": 2}
    other["machine"]["hostname"] = "there"
    said = ("invalid", "other_load", "other_deadline", "other_machine", "other_data_centers", "dependent")
    assert compare(make(), other).cautions == said


def test_a_chance_is_never_printed_as_nothing() -> None:
    assert (chance(0.0), chance(0.03456), chance(1.0)) == ("<1e-12", "0.0346", "1")
