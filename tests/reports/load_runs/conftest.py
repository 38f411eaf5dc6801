"""Result files as a load run writes them, with figures that a test may choose."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from loadtests.verdict import fixed_length
from slo.objective import Objective
from slo.sequential import SequentialTest

TARGET, CONFIDENCE = Objective.parse("99.999"), Objective.parse("95")
Make = Callable[..., dict[str, Any]]


def counts(requests: int, failures: int) -> dict[str, int]:
    """Counts of one scope; every failure is an error."""
    kinds = {"ok": requests - failures, "business_reject": 0, "error": failures, "wrong_answer": 0, "too_slow": 0}
    return {"requests": requests, "failures": failures, **kinds, "retries": 0}


def distribution(requests: int, slower: int = 0) -> dict[str, Any]:
    """Half of the requests in 10 ms, half in 20 ms; ``slower`` moves both."""
    first, second = 10_000 + slower, 20_000 + slower
    quantiles = dict.fromkeys(("p90", "p99", "p99_9", "p99_99", "max"), second)
    return {"p50": first, **quantiles, "buckets": [[first, requests - requests // 2], [second, requests // 2]]}


@cache
def exactly(requests: int, failures: int) -> dict[str, object]:
    """The exact bounds; they take a moment."""
    return fixed_length(requests, failures, TARGET, CONFIDENCE).as_json()


def scoped(requests: int, failures: int) -> dict[str, Any]:
    """The verdicts of all requests, as both tests give them."""
    test = SequentialTest.of(TARGET, CONFIDENCE.target)
    live = (
        "proven" if test.proves(requests, failures) else "refuted" if test.refutes(requests, failures) else "undecided"
    )
    scope = {"product": None, "step": None, "limit_microseconds": None}
    look = {**scope, "verdict": live, "target": "99.999", "second": 60, "requests": requests, "failures": failures}
    row = {**scope, **exactly(requests, failures)}
    return {"live": [look], "fixed_length": {"decides": False, "verdicts": [row]}, "verdict": live}


def result(
    run_id: str = "r1", requests: int = 324_000, failures: int = 0, slower: int = 0, seconds: int = 72, **changed: Any
) -> dict[str, Any]:
    """A run of one step at a constant rate, sound unless ``changed`` says otherwise."""
    verdicts = scoped(requests, failures)
    codes = {"proven": 0, "refuted": 1, "undecided": 3}
    both = {"corrected": distribution(requests, slower), "uncorrected": distribution(requests)}
    step = {"product": "weilidai", "step": "apply"}
    rows = [[second, requests // seconds, 0, 0] for second in range(seconds)]
    rows[0][1] += requests - requests // seconds * seconds
    rows[0][2] = failures
    service = {"counted": None, "answered": requests, "unsure": 0, "note": "not asked", "differs": False}
    health = {"workers_started": 2, "workers_lost": 0, "arrivals_planned": requests, "arrivals_started": requests}
    health |= {
        "arrivals_dropped": 0,
        "journeys_unfinished": 0,
        "lag_p50_us": 90,
        "lag_p99_us": 900,
        "lag_max_us": 9_000,
    }
    asked = {"profile": "constant", "rate_per_second": "4500", "duration_ms": 72_000, "seed": 7, "workers": 2}
    return {
        "format": "lending-load-run",
        "version": 1,
        "run_id": run_id,
        "started_at": "2026-11-21T03:00:00.000Z",
        "ended_at": "2026-11-21T03:01:12.000Z",
        "exit_code": codes[verdicts["verdict"]],
        "invalid_reasons": [],
        "build": "0.1.0",
        "service_build": "1.4.2",
        "data_centers": 2,
        "configuration": {**asked, "deadline_ms": 1000, "early_stop": True, "host": "http://x", "options": {}},
        "claims": {"availability": "99.999", "confidence": "95", "latencies": []},
        "machine": {"hostname": "here", "platform": "Linux", "cores": 2},
        "counts": {
            "overall": counts(requests, failures),
            "products": [{"product": "weilidai", **counts(requests, failures)}],
            "steps": [{**step, **counts(requests, failures)}],
        },
        "latency": {"unit": "microseconds", "overall": both, "steps": [{**step, **both}]},
        "seconds": rows,
        "bursts": {"failure_seconds": int(failures > 0), "variance_to_mean": None, "mean_burst": None},
        "generator": {**health, "unhandled_errors": 0, "hidden_retries_off": True, "service": service},
        "capacity": None,
        "caveats": ["It speaks of the requests of this window, not of a year."],
        **verdicts,
        **changed,
    }


@pytest.fixture
def make() -> Make:
    """Makes a result as a dictionary."""
    return result


@pytest.fixture
def raw() -> Callable[..., bytes]:
    """Makes a result as a file's bytes."""
    return lambda *given, **changed: json.dumps(result(*given, **changed)).encode()
