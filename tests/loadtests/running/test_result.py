"""The result file: its verdict, its counts, and every reason for invalid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.running.bursts import bursts
from loadtests.running.health import GeneratorHealth, ServiceCount, invalid_reasons
from loadtests.running.result import Run, result_of, written
from loadtests.running.tally import Tally

SOUND = GeneratorHealth(2, 0, 100, 100, 0, 0, 100, 2_000, 5_000, 0, True, ServiceCount(None, 0, 0, "not asked"))
DEADLINE_US = 1_000_000


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((5_000, 0, "99.9", True), ("proven", 0)),
        ((5_000, 400, "99.9", True), ("refuted", 1)),
        ((5_000, 0, "99.999", True), ("undecided", 3)),
        ((3_000, 0, "99.9", True), ("undecided", 3)),  # the exact bound would do, had the length been fixed
        ((3_000, 0, "99.9", False), ("proven", 0)),
        ((3_000, 9, "99.9", False), ("refuted", 1)),
        ((3_000, 5, "99.9", False), ("undecided", 3)),
    ],
)
def test_the_verdict_follows_from_the_counts_and_the_plan(
    filled: Callable[[int, int], Tally],
    run_of: Callable[..., Run],
    case: tuple[int, int, str, bool],
    expected: tuple[str, int],
) -> None:
    """Early stop: the e-process alone decides; without it the exact bound at the end."""
    requests, failures, target, early_stop = case
    document = result_of(run_of(filled(requests, failures), early_stop=early_stop, target=target))
    assert (document["verdict"], document["exit_code"]) == expected
    assert document["fixed_length"]["decides"] is not early_stop


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"workers_lost": 1}, "worker_lost"),
        ({"arrivals_started": 98}, "not_sent"),
        ({"arrivals_planned": 0, "arrivals_started": 0}, "not_sent"),
        ({"arrivals_dropped": 1}, "arrivals_dropped"),
        ({"journeys_unfinished": 1}, "unfinished"),
        ({"lag_p99_us": 250_001}, "schedule_lag"),
        ({"unhandled_errors": 1}, "unhandled_error"),
        ({"hidden_retries_off": False}, "hidden_retries"),
        ({"service": ServiceCount(99, 100, 0)}, "count_differs"),
        ({"service": ServiceCount(103, 100, 2)}, "count_differs"),
    ],
)
def test_every_fault_of_the_generator_makes_the_run_invalid(
    filled: Callable[[int, int], Tally], run_of: Callable[..., Run], changed: dict[str, object], code: str
) -> None:
    document = result_of(run_of(filled(5_000, 0), health=replace(SOUND, **changed), target="99.9"))
    assert [reason["code"] for reason in document["invalid_reasons"]] == [code]
    assert (document["verdict"], document["exit_code"]) == ("invalid", 4)


@pytest.mark.parametrize(
    "changed",
    [
        {"arrivals_started": 99},
        {"lag_p99_us": 250_000},
        {"service": ServiceCount(100, 100, 0)},
        {"service": ServiceCount(102, 100, 2)},
        {"service": ServiceCount(None, 100, 0, "not asked")},
    ],
)
def test_what_lies_within_its_limit_is_no_reason(changed: dict[str, object]) -> None:
    assert invalid_reasons(replace(SOUND, **changed), DEADLINE_US) == ()


def test_counts_of_steps_add_up_and_latencies_hold_every_request(
    filled: Callable[[int, int], Tally], run_of: Callable[..., Run]
) -> None:
    document = result_of(run_of(filled(5_000, 7)))
    overall = document["counts"]["overall"]
    assert (overall["requests"], overall["failures"], overall["error"], overall["ok"]) == (5000, 7, 7, 4993)
    assert sum(step["requests"] for step in document["counts"]["steps"]) == 5000
    for form in ("corrected", "uncorrected"):
        assert sum(count for _, count in document["latency"]["overall"][form]["buckets"]) == 5000
    assert sum(requests for _, requests, _, _ in document["seconds"]) == 5000
    assert document["bursts"]["failure_seconds"] == 1


def test_the_file_is_written_whole_and_reads_back(
    filled: Callable[[int, int], Tally], run_of: Callable[..., Run], tmp_path: Path
) -> None:
    document = result_of(run_of(filled(100, 1)))
    path = tmp_path / "new" / "run.json"
    written(document, path)
    assert json.loads(path.read_text(encoding="utf-8")) == document
    assert [each.name for each in path.parent.iterdir()] == ["run.json"]


def test_seven_failures_in_one_second_are_a_burst_and_seven_alone_are_not() -> None:
    together, apart = bursts([7, 0, 0, 0, 0, 0, 0]), bursts([1, 1, 1, 1, 1, 1, 1])
    assert (together.failure_seconds, together.variance_to_mean, together.mean_burst) == (1, 6, 7)
    assert (apart.failure_seconds, apart.variance_to_mean, apart.mean_burst) == (7, 0, 1)
    assert bursts([0, 0]).as_json() == {"failure_seconds": 0, "variance_to_mean": None, "mean_burst": None}
