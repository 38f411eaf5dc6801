"""What a run is asked to do, read exactly; what is wrong is one line that names the option."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from loadtests.arrivals.schedule import SECOND_NS
from loadtests.running.options import Asked, BadOption, asked, declare


def read(*given: str, profile: str | None = None, run_time: int | None = None) -> Asked:
    parser = argparse.ArgumentParser()
    declare(parser.add_argument)
    return asked(argparse.Namespace(**vars(parser.parse_args(given)), profile=profile, run_time=run_time))


def test_without_a_profile_users_wait_for_answers() -> None:
    found = read()
    assert (found.profile, found.plan, found.early_stop, found.claims.availability.text) == (
        "closed",
        None,
        True,
        "99.999",
    )


def test_a_profile_has_a_plan_with_exact_numbers() -> None:
    found = read("--rate", "0.1", "--seed", "7", profile="poisson", run_time=100)
    assert found.plan is not None
    assert (found.plan.drawn, found.plan.seed, found.plan.schedule.total) == (True, 7, 10)


def test_a_latency_objective_is_a_share_and_a_limit() -> None:
    (latency,) = read("--latency-objective", "99.9 <= 300 ms").claims.latencies
    assert (latency.share.target, latency.limit_us) == (Fraction(999, 1000), 300_000)


def test_a_recorded_day_is_replayed_at_the_speed_that_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "day.json"
    path.write_text('{"slot_seconds": 60, "counts": [60, 120]}', encoding="utf-8")
    plan = read("--recording", str(path), "--speed", "60", profile="replay").plan
    assert plan is not None
    assert (plan.schedule.duration_ns, plan.schedule.arrivals) == (2 * SECOND_NS, 180)


@pytest.mark.parametrize(
    ("given", "run", "said"),
    [
        ((), {"profile": "constant"}, "--profile constant needs an end: add --run-time 5m"),
        ((), {"profile": "sawtooth"}, "--profile sawtooth: there are constant, poisson"),
        (("--rate=-3",), {"profile": "constant", "run_time": 1}, "--rate '-3': write a plain number above 0"),
        (("--rate=1e3",), {"profile": "constant", "run_time": 1}, "--rate '1e3'"),
        ((), {"profile": "replay"}, "--profile replay needs --recording FILE"),
        (("--recording=none.csv",), {"profile": "replay"}, "--recording none.csv: cannot be read"),
        (("--target=101",), {}, "--target:"),
        (("--target=0",), {}, "--target 0: 0 per cent needs no proof"),
        (("--latency-objective=fast",), {}, "--latency-objective 'fast': write \"99<=300\""),
        (("--pool=0",), {}, "--pool 0: must be at least 1"),
        (("--deadline-ms=-1",), {}, "--deadline-ms -1"),
    ],
)
def test_a_bad_option_is_named_with_its_fix(given: tuple[str, ...], run: dict[str, Any], said: str) -> None:
    with pytest.raises(BadOption) as refused:
        read(*given, **run)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
