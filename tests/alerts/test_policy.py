"""The policy as data: factors are derived, so that any target and any period scales (definitions.md section 5)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from alerts.model import Severity
from alerts.policy import Policy
from slo.objective import Objective

DAY_S = 86400
FIVE_NINES = Objective.parse("99.999")


def test_factors_of_thirty_days_are_those_of_the_workbook(policy: Policy) -> None:
    """864 is our own; the rest is table 5-8."""
    factors = {tier.name: tier.factor(30 * DAY_S) for tier in policy.tiers}
    expected = {"cliff": "864", "fast": "14.4", "medium": "6", "slow": "3", "leak": "1"}
    assert factors == {name: Fraction(text) for name, text in expected.items()}


def test_factors_scale_with_the_period(policy: Policy) -> None:
    """A quarter's budget is three times as large, so the same share burns three times as fast."""
    for tier in policy.tiers:
        assert tier.factor(90 * DAY_S) == 3 * tier.factor(30 * DAY_S)


def test_the_share_that_fires_scales_with_the_target(policy: Policy) -> None:
    """At 99.9 % the cliff would be 86.4 % of a minute's requests, at 99.999 % it is 0.864 %."""
    cliff = policy.tiers[0]
    assert cliff.least_bad_share(FIVE_NINES, 30 * DAY_S) == Fraction("0.00864")
    assert cliff.least_bad_share(Objective.parse("99.9"), 30 * DAY_S) == Fraction("0.864")


@pytest.mark.parametrize(
    ("failing", "seconds"),
    [(Fraction(1), "0.5184"), (Fraction(1, 6), "3.1104"), (Fraction(1, 60), "31.104")],
    ids=["all", "one data center of six", "one DCN of sixty"],
)
def test_times_to_cross_are_those_of_the_definitions(policy: Policy, failing: Fraction, seconds: str) -> None:
    """k x (1 - target) x long / f, whichever of the first two tiers: both spend 2 %."""
    for tier in policy.tiers[:2]:
        assert tier.seconds_to_cross(FIVE_NINES, 30 * DAY_S, failing) == Fraction(seconds)


def test_severities_and_automation_are_as_agreed(policy: Policy) -> None:
    """Only the cliff calls, and only the cliff tells the automation hook."""
    severities = {tier.name: tier.severity for tier in policy.tiers}
    assert severities == {
        "cliff": Severity.CALL,
        "fast": Severity.PAGE,
        "medium": Severity.PAGE,
        "slow": Severity.TICKET,
        "leak": Severity.TICKET,
    }
    assert [tier.name for tier in policy.tiers if tier.automation] == ["cliff"]
    assert all(tier.source for tier in policy.tiers)
    assert policy.floor_events == 5
