"""Steps of a budget: noticed once, exact, per objective and window."""

from __future__ import annotations

from fractions import Fraction

import pytest

from alerts.kinds.budget import MONTH, ROLLING, Spending, readings, spent_steps
from alerts.kinds.policy import BudgetPolicy
from alerts.model import Condition, Severity
from slo.counts import Counts
from slo.windows import DAY_S
from tests.alerts.kinds.parts import said

POLICY = BudgetPolicy()
TRUE, FALSE, UNKNOWN = Condition.TRUE, Condition.FALSE, Condition.UNKNOWN
SHARE = Fraction(1, 100_000)


def spending(
    bad: int, total: int = 10_000_000, *, window: str = ROLLING, to_come: int = 0, covered_s: int = DAY_S
) -> Spending:
    """Ten million requests allow a hundred failures."""
    return Spending("micro", "micro", window, SHARE, Counts(good=total - bad, bad=bad), covered_s, Fraction(to_come))


def steps(given: Spending) -> dict[str, Condition]:
    """Per cent -> what was said."""
    return {
        key.split(":")[0].rpartition("-")[2]: condition for key, condition in said(readings([given], POLICY)).items()
    }


ROWS = [
    ("nothing spent", spending(0), {"25": FALSE, "50": FALSE, "75": FALSE, "100": FALSE}),
    ("one event short of the step is not yet noticed", spending(24), {"25": UNKNOWN, "50": FALSE}),
    ("the step exactly", spending(25), {"25": TRUE, "50": FALSE}),
    ("half covers a quarter", spending(50), {"25": FALSE, "50": TRUE, "75": FALSE}),
    ("all of it", spending(100), {"25": FALSE, "50": FALSE, "75": FALSE, "100": TRUE}),
    ("twice as much", spending(200), {"100": TRUE}),
    ("just below a step keeps what was noticed", spending(23), {"25": UNKNOWN}),
    ("a tenth below lets it go", spending(22), {"25": FALSE}),
    ("four failures of a small service are no step", spending(4, 400_000), {"25": UNKNOWN, "100": UNKNOWN}),
    ("no traffic yet: no budget to spend", spending(0, 0), {"25": UNKNOWN, "100": UNKNOWN}),
    (
        "the month is young: most of its budget is to come",
        spending(100, window=MONTH, to_come=290_000_000),
        {"25": FALSE},
    ),
    ("a second less than a day is known: nothing is said", spending(200, covered_s=DAY_S - 1), {"25": UNKNOWN}),
    (
        "of a month neither, for what is to come rests on that",
        spending(200, window=MONTH, covered_s=DAY_S - 1),
        {"25": UNKNOWN, "100": UNKNOWN},
    ),
    ("a month that is over has no more to come", spending(100, window=MONTH), {"100": TRUE}),
]


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_one_budget(given: Spending, expected: dict[str, Condition]) -> None:
    found = steps(given)
    assert {step: found[step] for step in expected} == expected


def test_a_share_that_moves_around_a_step_keeps_it() -> None:
    """Falling by a tenth lets it go, to the step below; a restart in between may tell the lower one."""
    told, known = [], {}
    for bad in (30, 49, 51, 49, 46, 51, 44, 23, 22):
        known = spent_steps([spending(bad)], POLICY, known)
        found = said(readings([spending(bad)], POLICY, known))
        true = [key.split(":")[0].rpartition("-")[2] for key, condition in found.items() if condition is TRUE]
        told.append(true)
    assert told == [["25"], ["25"], ["50"], ["50"], ["50"], ["50"], ["25"], ["25"], []]
    assert steps(spending(46)) == {"25": TRUE, "50": UNKNOWN, "75": FALSE, "100": FALSE}


def test_a_notice_carries_exact_figures() -> None:
    found = next(each for each in readings([spending(33)], POLICY) if each.condition is TRUE)
    assert found.severity is Severity.NOTICE
    assert found.key.id == "budget-rolling-25:product:micro::::micro"
    assert found.evidence.budget_spent == "0.33"
    assert found.evidence.long == Counts(good=9_999_967, bad=33)


def test_figures_beyond_any_float_stay_exact() -> None:
    """An event more or less of ten quadrillion decides."""
    total = 10**16
    assert steps(spending(25 * 10**9, total))["25"] is TRUE
    assert steps(spending(25 * 10**9 - 1, total))["25"] is UNKNOWN


def test_the_bank_is_a_subject_of_its_own() -> None:
    (found, *_) = readings([Spending("bank", "", MONTH, SHARE, Counts(good=1), DAY_S)], POLICY)
    assert found.key.id == "budget-month-25:bank:::::bank"


def test_without_objectives_nothing_is_said() -> None:
    assert readings([], POLICY) == []
