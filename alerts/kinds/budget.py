"""How much of an error budget is spent: a notice for each step, once per period and step.

A rolling window allows ``total x (1 - target)`` of what it holds. A calendar month is not over: it allows that of all
its events, those to come estimated from the rate of the rolling window, so that the first failure of a month does not
spend all of it. While less is known than the policy asks for (a young store; a past that is still being filled in)
nothing is said of either: a failure in the first minutes would spend the budget of those minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from alerts.kinds.policy import BudgetPolicy
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from slo.counts import Counts
from slo.formatting import ratio, truncated

ROLLING = "rolling"
MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spending:
    """One budget: of the objective ``slo`` of a product (empty: the bank) over one window.

    ``covered_s``: seconds of the rolling window of which there are counts, on which ``to_come`` rests too: events that
    the rest of the window is expected to bring, 0 for a rolling one.
    """

    slo: str
    product: str
    window: str
    failing_share: Fraction
    counts: Counts
    covered_s: int
    to_come: Fraction = Fraction(0)

    @property
    def allowed(self) -> Fraction:
        """Bad events that the window allows."""
        return (self.counts.total + self.to_come) * self.failing_share

    @property
    def spent_share(self) -> Fraction | None:
        """Bad events by allowed ones; None before the first event."""
        return self.counts.bad / self.allowed if self.allowed else None


def rule(window: str, step: Fraction) -> str:
    """Name of a step's rule: ``budget-month-25``."""
    return f"budget-{window}-{truncated(step * 100, 0)}"


def readings(spendings: Iterable[Spending], policy: BudgetPolicy) -> list[Reading]:
    """Of every budget and step."""
    return [reading for spending in spendings for reading in _of_one(spending, policy)]


def _of_one(spending: Spending, policy: BudgetPolicy) -> list[Reading]:
    subject = Subject(Level.PRODUCT, spending.product) if spending.product else Subject(Level.BANK)
    keys = {step: AlertKey(rule(spending.window, step), subject, spending.slo) for step in policy.steps}
    share = spending.spent_share
    if share is None or spending.covered_s < policy.least_seconds:
        return [Reading(key, Condition.UNKNOWN, Severity.NOTICE) for key in keys.values()]
    values = (("window", spending.window), ("allowed_events", truncated(spending.allowed, 2)))
    evidence = Evidence(long=spending.counts, budget_spent=ratio(share, 4), values=values)
    bad = spending.counts.bad
    return [Reading(key, _condition(bad, share, step, policy), Severity.NOTICE, evidence) for step, key in keys.items()]


def _condition(bad: int, share: Fraction, step: Fraction, policy: BudgetPolicy) -> Condition:
    if share >= step and bad >= policy.floor_events:
        return Condition.TRUE
    return Condition.FALSE if share < step * policy.clear or bad == 0 else Condition.UNKNOWN
