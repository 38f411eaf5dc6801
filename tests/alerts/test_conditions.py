"""True, false or unknown: by integers, at the very edge, and never false without positive good data."""

from __future__ import annotations

import pytest

from alerts.conditions import BurnRule, budget_spent, burn_condition, burn_rules, lengths
from alerts.model import Condition, Level, Subject
from alerts.policy import Policy, Slo
from alerts.windows import Sum
from slo.objective import Objective

PERIOD_S = 30 * 86400
QUIET = Sum(100_000, 0)
BURNING = Sum(100_000, 865)
"""The cliff's share is 864 in 100,000."""


@pytest.fixture
def cliff(policy: Policy) -> BurnRule:
    """The highest tier of a five-nines objective."""
    return burn_rules(Slo("s", "weilidai", Objective.parse("99.999"), PERIOD_S, policy, {}))[0]


@pytest.mark.parametrize(
    ("long", "short", "observed", "expected"),
    [
        (BURNING, BURNING, True, Condition.TRUE),
        (Sum(100_000, 864), BURNING, True, Condition.FALSE),
        (BURNING, Sum(100_000, 864), True, Condition.FALSE),
        (BURNING, QUIET, True, Condition.FALSE),
        (BURNING, QUIET, False, Condition.UNKNOWN),
        (BURNING, Sum(0, 0), True, Condition.UNKNOWN),
        (Sum(0, 0), Sum(0, 0), True, Condition.UNKNOWN),
        (Sum(4, 4), Sum(4, 4), True, Condition.UNKNOWN),
        (Sum(5, 5), Sum(1, 1), True, Condition.TRUE),
        (BURNING, BURNING, False, Condition.TRUE),
    ],
    ids=[
        "one event above the share in both windows fires",
        "exactly at the share in the long window does not",
        "exactly at the share in the short window does not",
        "a short window that is good says it is over",
        "unless nobody is looking",
        "or nothing happened in it",
        "no traffic at all says nothing",
        "all bad, but fewer than five, neither fires nor closes",
        "five bad events are enough",
        "what is known to be bad fires although the source has just gone",
    ],
)
def test_a_rule_says(cliff: BurnRule, long: Sum, short: Sum, observed: bool, expected: Condition) -> None:
    """The table of conditions."""
    assert burn_condition(cliff, long, short, observed=observed) is expected


def test_the_edge_is_exact_for_large_counts(cliff: BurnRule) -> None:
    """No float knows one event in 2.5 thousand million."""
    total = 2_500_000_000
    edge = Sum(total, total * 864 // 100_000)
    assert not cliff.exceeded(edge)
    assert cliff.exceeded(Sum(total, edge.bad + 1))


def test_budget_spent_is_truncated(cliff: BurnRule) -> None:
    """At the edge the cliff has spent 2 % of thirty days."""
    assert budget_spent(cliff, Sum(100_000, 864), 10**6) == "0.0200"
    assert budget_spent(cliff, Sum(100_000, 863), 10**6) == "0.0199"
    assert budget_spent(cliff, Sum(0, 0), 10**6) == ""


def test_budget_spent_goes_by_what_is_known(cliff: BurnRule) -> None:
    """A store that is half a minute old has not spent a minute's worth."""
    assert budget_spent(cliff, Sum(100_000, 864), 30) == "0.0100"


@pytest.mark.parametrize(
    ("subject", "spoken_of"),
    [
        (Subject(Level.PRODUCT, "weilidai"), True),
        (Subject(Level.DCN, "weilidai", "dc1", "d1"), True),
        (Subject(Level.PRODUCT, "weyedai"), False),
        (Subject(Level.BANK), False),
        (Subject(Level.DATA_CENTER, data_center="dc1"), False),
    ],
)
def test_an_objective_speaks_of_its_product_and_its_parts(cliff: BurnRule, subject: Subject, spoken_of: bool) -> None:
    """And of nothing else."""
    assert cliff.speaks_of(subject) is spoken_of


def test_every_window_is_named(policy: Policy) -> None:
    """What sums must be kept for."""
    rules = burn_rules(Slo("s", "", Objective.parse("99.9"), PERIOD_S, policy, {}))
    assert lengths(rules) == {10, 60, 300, 1800, 3600, 7200, 21600, 86400, 259200}
