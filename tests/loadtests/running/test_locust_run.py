"""Whole runs: Locust as a child against a real data center, and what its exit code and result file say."""

from __future__ import annotations

import os
import signal
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

Start = Callable[..., Any]


@pytest.fixture
def healthy(estate: Any) -> Iterator[Any]:
    """The estate; whatever a test breaks is healed after it."""
    yield estate
    estate.heal()


def reasons(ended: Any) -> set[str]:
    return {reason["code"] for reason in ended.result["invalid_reasons"]}


def test_a_clean_run_is_proven_stops_early_and_agrees_with_the_service(
    healthy: Any, locust: Start, tmp_path: Path
) -> None:
    html, junit = tmp_path / "run.html", tmp_path / "run.xml"
    ended = locust(
        *("--profile", "poisson", "--rate", "100", "--run-time", "60s", "--target", "95"),
        *("--latency-objective", "90<=1000", "--service-metrics", f"{healthy.url}/metrics"),
        *("--result-html", str(html), "--junit", str(junit)),
    ).ended()
    assert (ended.code, ended.result["verdict"]) == (0, "proven"), ended.log
    assert reasons(ended) == set()
    generator, counts = ended.result["generator"], ended.result["counts"]["overall"]
    assert generator["arrivals_planned"] == generator["arrivals_started"] == counts["requests"] < 3000
    service = generator["service"]
    assert 0 < service["answered"] <= service["counted"] <= service["answered"] + service["unsure"]
    assert ended.result["latency"]["overall"]["corrected"]["p50"] > 0
    page = html.read_text(encoding="utf-8")
    assert "已证明" in page
    assert not any(sign in page for sign in ("<script", "src=", "<link", "@import", "url("))
    assert ET.parse(junit).getroot().get("failures") == "0"  # noqa: S314 - our own file


def test_a_service_that_fails_is_refuted_by_its_errors(healthy: Any, locust: Start) -> None:
    healthy.break_with({"kind": "error_share", "share": 0.95})
    ended = locust("--profile", "constant", "--rate", "60", "--run-time", "60s", "--target", "95").ended()
    assert (ended.code, ended.result["verdict"]) == (1, "refuted"), ended.log
    assert ended.result["counts"]["overall"]["error"] >= 2
    assert ended.result["counts"]["overall"]["retries"] > 0
    assert ended.result["bursts"]["failure_seconds"] >= 1


def test_too_few_requests_are_undecided_and_all_of_the_plan_was_sent(healthy: Any, locust: Start) -> None:
    """Two workers share 200 arrivals exactly; a run that may not stop early sends them all."""
    ended = locust(
        *("--processes", "2", "--profile", "constant", "--rate", "100", "--run-time", "2s", "--no-early-stop"),
        *("--service-metrics", f"{healthy.url}/metrics"),
    ).ended()
    assert (ended.code, ended.result["verdict"]) == (3, "undecided"), ended.log
    assert ended.result["counts"]["overall"]["requests"] == 200
    assert ended.result["generator"]["workers_started"] == 2
    assert ended.result["fixed_length"]["decides"] is True


def test_a_killed_worker_makes_the_run_invalid(healthy: Any, locust: Start) -> None:
    """kill -9 of one of two, which plain Locust calls a success."""
    child = locust("--processes", "2", "--profile", "constant", "--rate", "50", "--run-time", "60s")
    child.wait_for("Sending spawn jobs")
    time.sleep(2)
    victim = psutil.Process(child.pid).children()[0]
    os.kill(victim.pid, signal.SIGKILL)
    ended = child.ended()
    assert (ended.code, ended.result["verdict"]) == (4, "invalid"), ended.log
    assert "worker_lost" in reasons(ended)
    assert ended.result["configuration"]["duration_ms"] == 60_000


def test_arrivals_without_room_are_dropped_and_make_the_run_invalid(healthy: Any, locust: Start) -> None:
    healthy.break_with({"kind": "latency", "latency_ms": 500})
    ended = locust("--profile", "constant", "--rate", "40", "--run-time", "2s", "--pool", "2").ended()
    assert ended.code == 4, ended.log
    assert {"arrivals_dropped", "not_sent"} <= reasons(ended)
    dropped = sum(row[3] for row in ended.result["seconds"])
    assert dropped == ended.result["generator"]["arrivals_dropped"] > 0


def test_users_who_wait_for_answers_get_a_verdict_too(healthy: Any, locust: Start) -> None:
    ended = locust("-u", "10", "-r", "10", "--run-time", "3s").ended()
    assert (ended.code, ended.result["configuration"]["profile"]) == (3, "closed"), ended.log
    assert ended.result["counts"]["overall"]["requests"] >= 10


def test_a_bad_option_is_one_line_and_exit_code_2(estate: Any, locust: Start) -> None:
    ended = locust("--profile", "sawtooth").ended()
    assert ended.code == 2, ended.log
    assert "--profile sawtooth: there are constant, poisson" in ended.log
    assert "Traceback" not in ended.log
