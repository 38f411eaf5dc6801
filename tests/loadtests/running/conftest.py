"""A run whose every figure a test may choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from loadtests.borrowers.journey import Kind, Outcome
from loadtests.running.health import GeneratorHealth, ServiceCount
from loadtests.running.judging import Claims, Judge, LatencyObjective
from loadtests.running.result import Configuration, Machine, Run
from loadtests.running.tally import Tally
from slo.objective import Objective

BEGIN = datetime(2026, 11, 11, tzinfo=UTC)
CONFIGURATION = Configuration("constant", "1000", 60_000, 7, 2, 1000, True, "http://127.0.0.1:1", {})
MACHINE = Machine("here", "Linux", 2, "0.5", "3.11.7", "2.47.0", "2.6.1")
SOUND = GeneratorHealth(2, 0, 100, 100, 0, 0, 100, 2_000, 5_000, 0, True, ServiceCount(None, 0, 0, "not asked"))


@pytest.fixture
def filled() -> Callable[[int, int], Tally]:
    """Makes a tally of so many requests of which so many were errors, all in one step, 10 ms each."""

    def make(requests: int, failures: int) -> Tally:
        tally = Tally(1_000_000, (500_000,))
        for number in range(requests):
            kind = Kind.ERROR if number < failures else Kind.OK
            ended = Outcome("weilidai", "apply", kind, 0, 0, 1_000_000, 11_000_000, "borrower", "key", 1, 0)
            tally.count(ended, number // 1000)
        return tally

    return make


@pytest.fixture
def run_of() -> Callable[..., Run]:
    """Makes a finished run of a tally; ``early_stop`` and ``health`` as wanted."""

    def make(tally: Tally, early_stop: bool = True, health: GeneratorHealth = SOUND, target: str = "99.999") -> Run:
        latencies = (LatencyObjective(Objective.parse("99"), 500_000),)
        judge = Judge(Claims(Objective.parse(target), Objective.parse("95"), latencies))
        judge.look(tally, 60)
        configuration = replace(CONFIGURATION, early_stop=early_stop)
        ended = BEGIN + timedelta(seconds=60)
        return Run("r1", BEGIN, ended, "0.1.0", None, 6, configuration, MACHINE, tally, judge, health)

    return make
