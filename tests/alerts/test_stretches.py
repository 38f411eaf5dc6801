"""From when to when it was bad: what belongs to a failure, and what is noise after it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest

from alerts.conditions import BurnRule, burn_rules
from alerts.model import Severity
from alerts.policy import Policy, Slo, Tier
from alerts.stretches import Stretch, Stretches
from alerts.windows import Sum
from slo.objective import Objective

MEDIUM = Tier("medium", 21_600, 1_800, Fraction(5, 100), Severity.PAGE)
BUSY = 1_000
"""Events of one second; the rule's share is 6e-5, so that one bad event makes a second bad."""


def medium() -> BurnRule:
    policy = Policy("1", (MEDIUM,), 5)
    slo = Slo("s", "p", Objective.parse("99.999"), 30 * 86_400, policy, {})
    (rule,) = burn_rules(slo)
    return rule


def stretch_of(bad_at: Iterable[tuple[int, int]], *, total: int = BUSY, slot_s: int = 1) -> Stretch | None:
    """The stretch after slots with so many bad events each were told and have settled."""
    rule, stretches = medium(), Stretches(slot_s=slot_s)
    last_s = 0
    for slot_s_, bad in bad_at:
        stretches.tell(slot_s_, 0, Sum(total, bad))
        last_s = slot_s_
        stretches.settle(last_s + 1, [[rule]])
    before = stretches.of(0, 0, rule)
    stretches.settle(last_s + 3_600, [[rule]])
    assert stretches.of(0, 0, rule) == before
    return before


OUTAGE = [(second, 500) for second in range(100, 120)]


@pytest.mark.parametrize(
    ("bad_at", "found"),
    [
        pytest.param([], None, id="nothing bad, no stretch"),
        pytest.param(OUTAGE, Stretch(100, 120), id="an outage from its first to its last bad second"),
        pytest.param([*OUTAGE, (125, 1)], Stretch(100, 126), id="a straggler within seconds belongs to it"),
        pytest.param([*OUTAGE, (720, 1)], Stretch(100, 120), id="a single failure ten minutes later is noise"),
        pytest.param(
            [*OUTAGE, (720, 1), (1_500, 1)], Stretch(100, 120), id="two in twenty minutes burn below the share"
        ),
        pytest.param(
            [*OUTAGE, (150, 9)], Stretch(100, 151), id="another burst half a minute later is the same failure"
        ),
        pytest.param(
            [*OUTAGE, *((second, 1) for second in range(135, 400, 15))],
            Stretch(100, 391),
            id="a thin failure that goes on is not over",
        ),
        pytest.param([*OUTAGE, (1_930, 500)], Stretch(1_930, 1_931), id="after a short window it is another stretch"),
    ],
)
def test_a_stretch_ends_with_what_the_failure_did(bad_at: list[tuple[int, int]], found: Stretch | None) -> None:
    assert stretch_of(bad_at) == found


def test_where_few_come_two_failures_are_enough() -> None:
    assert stretch_of([*((second, 1) for second in range(100, 105)), (300, 1)], total=2) == Stretch(100, 105)
    assert stretch_of([*((second, 1) for second in range(100, 105)), (300, 1), (310, 1)], total=2) == Stretch(100, 311)


def test_minutes_follow_each_other_as_seconds_do() -> None:
    assert stretch_of([(60, 500), (120, 500), (180, 500)], total=60_000, slot_s=60) == Stretch(60, 240)


def test_a_stretch_that_was_kept_over_a_restart_goes_on() -> None:
    rule, stretches = medium(), Stretches()
    stretches.put(0, 0, Stretch(100, 120))
    stretches.tell(121, 0, Sum(BUSY, 500))
    assert stretches.of(0, 0, rule) == Stretch(100, 122)
