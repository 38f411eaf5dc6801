"""How much of an error budget is spent: a notice for each step, once per period and step; the highest covers the rest.

A rolling window allows ``total x (1 - target)`` of what it holds. A calendar window is not over: it allows that of all
its events, those to come estimated from the rate of the rolling window, so that the first failure of a month does not
spend all of it. While less is known than the policy asks for (a young store; a past that is still being filled in)
nothing is said of either: a failure in the first minutes would spend the budget of those minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from alerts.kinds.policy import BudgetPolicy
from alerts.model import AlertKey, Condition, Evidence, Level, Reading, Severity, Subject
from slo.counts import Counts
from slo.formatting import ratio, truncated

ROLLING = "rolling"
MONTH = "month"
CALENDAR = "calendar"
"""Windows of an objective's own calendar, instead of months of the catalog's zone."""


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

    @property
    def subject(self) -> Subject:
        """What its alerts speak of."""
        return Subject(Level.PRODUCT, self.product) if self.product else Subject(Level.BANK)

    def rule(self, step: Fraction) -> str:
        """Name of a step's rule."""
        return rule(self.window, step)

    def speaks(self, policy: BudgetPolicy) -> bool:
        """Whether enough is bad to say anything."""
        return self.counts.bad >= policy.floor_events

    def evidence(self, share: Fraction) -> Evidence:
        """Figures of a notice."""
        values = (("window", self.window), ("allowed_events", truncated(self.allowed, 2)))
        return Evidence(long=self.counts, budget_spent=ratio(share, 4), values=values)


class Budget(Protocol):
    """What steps are taken of: ``Spending``, and budgets of slices of time."""

    @property
    def slo(self) -> str:
        """Its objective."""

    @property
    def window(self) -> str:
        """ROLLING, MONTH or CALENDAR."""

    @property
    def covered_s(self) -> int:
        """Seconds of which there are counts."""

    @property
    def subject(self) -> Subject:
        """What its alerts speak of."""

    @property
    def spent_share(self) -> Fraction | None:
        """Of what the window allows; None before anything was judged."""

    def rule(self, step: Fraction) -> str:
        """Name of a step's rule."""

    def speaks(self, policy: BudgetPolicy) -> bool:
        """Whether enough is bad to say anything."""

    def evidence(self, share: Fraction) -> Evidence:
        """Figures of a notice."""


def rule(window: str, step: Fraction) -> str:
    """Name of a step's rule: ``budget-month-25``."""
    return f"budget-{window}-{truncated(step * 100, 0)}"


Steps = Mapping[tuple[str, str], Fraction]
"""Objective and window -> the highest step that is spent."""


def spent_steps(spendings: Iterable[Budget], policy: BudgetPolicy, before: Steps) -> Steps:
    """Highest steps now; one of ``before`` stays until the share falls well below it. Budgets that spent none are left
    out."""
    found = {}
    for each in spendings:
        step = _highest(each, policy, before.get((each.slo, each.window)))
        if step is not None:
            found[each.slo, each.window] = step
    return found


def _highest(spending: Budget, policy: BudgetPolicy, before: Fraction | None) -> Fraction | None:
    share = spending.spent_share
    if share is None or not spending.speaks(policy):
        return None
    reached = max((step for step in policy.steps if share >= step), default=None)
    if before is not None and share >= before * policy.clear and (reached is None or before > reached):
        return before
    return reached


def readings(spendings: Iterable[Budget], policy: BudgetPolicy, highest: Steps | None = None) -> list[Reading]:
    """Of every budget and step. ``highest``: see ``spent_steps``; None when nothing is known from before."""
    every = list(spendings)
    steps = spent_steps(every, policy, {}) if highest is None else highest
    return [reading for each in every for reading in _of_one(each, policy, steps.get((each.slo, each.window)))]


def _of_one(spending: Budget, policy: BudgetPolicy, highest: Fraction | None) -> list[Reading]:
    keys = {step: AlertKey(spending.rule(step), spending.subject, spending.slo) for step in policy.steps}
    share = spending.spent_share
    if share is None or spending.covered_s < policy.least_seconds:
        return [Reading(key, Condition.UNKNOWN, Severity.NOTICE) for key in keys.values()]
    evidence = spending.evidence(share)
    return [
        Reading(key, _condition(share, step, policy, highest), Severity.NOTICE, evidence) for step, key in keys.items()
    ]


def _condition(share: Fraction, step: Fraction, policy: BudgetPolicy, highest: Fraction | None) -> Condition:
    """The highest step is true and covers lower ones, which are over."""
    if highest is not None and step <= highest:
        return Condition.TRUE if step == highest else Condition.FALSE
    return Condition.FALSE if share < step * policy.clear or share == 0 else Condition.UNKNOWN
