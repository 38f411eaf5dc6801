"""Weeks at exactly the target: failures by pure chance page nobody, however few or many requests there are."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.engine import Engine
from alerts.facts import Facts, Told
from alerts.model import AlertState, Level, Severity, Subject, Transition
from alerts.policy import Policy, Slo
from slo.objective import Objective
from tests.alerts.estate import BEGIN_S

PRODUCT = Subject(Level.PRODUCT, "weilidai")
FAILING = 1e-5
DAY_S = 86400
SEED = 20261121


def failures(per_second: int, slot_s: int, days: int) -> Counter[int]:
    """Slot -> failures of a Poisson process at exactly the target; slots without any are left out."""
    draw = random.Random(SEED)
    found: Counter[int] = Counter()
    at_s = draw.expovariate(per_second * FAILING)
    while at_s < days * DAY_S:
        found[int(at_s) // slot_s * slot_s] += 1
        at_s += draw.expovariate(per_second * FAILING)
    return found


def lived(policy: Policy, per_second: int, slot_s: int, days: int) -> list[Transition]:
    """All transitions of so many days. Judged at the end of every slot with a failure, and every ten minutes: with
    even traffic nothing can become true in between."""
    slo = Slo("weilidai", "weilidai", Objective.parse("99.999"), PERIOD_SECONDS, policy, {})
    engine = Engine([slo], exact_step_s=slot_s if slot_s > 1 else 0)
    bad = failures(per_second, slot_s, days)
    changes: list[Transition] = []
    from_s = 0
    for end_s in sorted({*(at_s + slot_s for at_s in bad), *range(600, days * DAY_S + 1, 600)}):
        told = [Told(BEGIN_S + at_s, PRODUCT, per_second * slot_s, bad[at_s]) for at_s in range(from_s, end_s, slot_s)]
        changes += engine.tick(Facts(BEGIN_S + end_s, 0, told, step_s=600))
        from_s = end_s
    return changes


def pages(changes: list[Transition]) -> int:
    """How often people would have been called."""
    return sum(change.state is AlertState.FIRING and change.severity >= Severity.PAGE for change in changes)


@pytest.mark.parametrize(("per_second", "days"), [(1, 30), (10_000, 4)])
def test_chance_pages_nobody(policy: Policy, per_second: int, days: int) -> None:
    """By slots of ten seconds, the short window of the cliff."""
    assert pages(lived(policy, per_second, 10, days)) == 0


def test_without_the_floor_it_would(policy: Policy) -> None:
    """One request a second: each single failure burns a minute's budget many times over."""
    assert pages(lived(replace(policy, floor_events=1), 1, 10, 15)) >= 10


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("per_second", [1, 10_000])
def test_chance_pages_nobody_by_the_second(policy: Policy, per_second: int) -> None:
    """Thirty days at either pace, by seconds."""
    assert pages(lived(policy, per_second, 1, 30)) == 0
