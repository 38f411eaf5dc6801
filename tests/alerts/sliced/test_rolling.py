"""Budgets of slices as running sums: the same as counted anew, and noticed at their steps."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from alerts.kinds.policy import BudgetPolicy
from alerts.kinds.sliced_budgets import EVERY_MS, SETTLES_MS, SlicedBudgetWatch
from alerts.model import Condition, Level, Severity
from alerts.sliced.book import Kind
from alerts.sliced.cutting import Cut
from alerts.sliced.history import History
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method
from tests.alerts.kinds.bank import NOON_S, Bank
from tests.alerts.sliced.parts import PERIOD_S, objective, part
from tests.alerts.sliced.test_judging import minutes

TWO = (part("micro", weight=2), part("auto", target="95"))
OBJECTIVES = [
    objective(),
    objective(method=Method.RATIO_TIMESLICES),
    objective(*TWO),
    objective(*TWO, method=Method.RATIO_TIMESLICES),
    objective(*TWO, method=Method.OCCURRENCES),
]


def cut(draw: random.Random) -> Cut:
    """Good, bad, without traffic, unseen, excluded: whatever a minute may be."""
    total = draw.choice((0, 10, 10, 10, 7))
    good = draw.choice((total, total, total // 2))
    whole_ms, unseen_ms = draw.choice(((60_000, 0), (60_000, 0), (60_000, 60_000), (60_000, 20_000), (0, 0)))
    return Cut(good, total, whole_ms, unseen_ms, unseen_ms)


@pytest.mark.parametrize("slo", OBJECTIVES, ids=lambda slo: f"{slo.method}-{len(slo.parts)}")
def test_running_sums_are_what_counting_anew_gives(slo: SlicedSlo) -> None:
    """While minutes come and go, late pages alter one, and the whole past is read again."""
    draw, rolling = random.Random(3), History(slo)
    past = {p.product: [cut(draw) for _ in range(120)] for p in slo.parts}
    for minute in range(50):
        if minute % 7 == 0:
            past["micro"][minute + 30] = cut(draw)
        if minute == 40:
            past["micro"] = [cut(draw) for _ in past["micro"]]
        cuts = {
            Kind(product, 60, True): [(NOON_S + 60 * at, row[at]) for at in range(minute, minute + PERIOD_S // 60)]
            for product, row in past.items()
        }
        rolling.update(cuts)
        anew = History.of(slo, cuts)
        for seconds in (60, 300, PERIOD_S):
            assert rolling.burn(seconds) == anew.burn(seconds)
            assert rolling.bad_begins(seconds) == anew.bad_begins(seconds)
        assert list(rolling.steps(PERIOD_S, 600)) == list(anew.steps(PERIOD_S, 600))
        moments = zip(*cuts.values(), strict=True)
        assert rolling.burn(PERIOD_S).covered == sum(any(each.total for _, each in moment) for moment in moments)


def test_the_steps_of_a_budget_of_slices_are_noticed(bank: Bank) -> None:
    """Four bad minutes are the budget of twenty at 80 %. Five minutes later it is looked at again."""
    minutes(bank, "g" * 18 + "bb" + "ggbbg")
    slo = replace(objective(part(target="80")), period_seconds=1200)
    watch = SlicedBudgetWatch([slo], BudgetPolicy(least_seconds=1200), None)
    started_ms = (NOON_S + 1200) * 1000 + 35_000 - SETTLES_MS
    first_ms = started_ms + SETTLES_MS
    found = []
    for at_ms in (first_ms - 1, first_ms, first_ms + EVERY_MS - 1, first_ms + EVERY_MS):
        with bank.store.reading() as reader:
            readings = watch.readings(reader, at_ms, started_ms)
        found.append({each.key.rule: each for each in readings if each.condition is Condition.TRUE})
    assert [list(each) for each in found] == [
        [],
        ["budget-rolling-50"],
        ["budget-rolling-50"],
        ["budget-rolling-100"],
    ]
    half = found[1]["budget-rolling-50"]
    assert (half.severity, half.key.slo, half.key.subject.level) == (Severity.NOTICE, "s", Level.PRODUCT)
    assert half.evidence.budget_spent == "0.5"
    assert ("method", "Timeslices") in half.evidence.values


def test_of_a_young_budget_nothing_is_said(bank: Bank) -> None:
    minutes(bank, "ggbbb")
    watch = SlicedBudgetWatch([objective()], BudgetPolicy(least_seconds=PERIOD_S), None)
    with bank.store.reading() as reader:
        readings = watch.readings(reader, (NOON_S + 335) * 1000, NOON_S * 1000)
    assert {each.condition for each in readings} == {Condition.UNKNOWN}
