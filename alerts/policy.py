"""The alert policy as data: tiers of long and short windows. Factors follow from the share of the budget that a tier
may spend before it fires, so that any target and any window scale (definitions.md section 5).

Source of the fast to leak tiers: Google SRE Workbook, "Alerting on SLOs", table 5-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from alerts.model import Level, Severity
from slo.objective import Objective
from slo.periods import CalendarPeriod


@dataclass(frozen=True, slots=True)
class Tier:
    """Burns so fast over the long window AND the short one that ``budget_share`` of the period's budget is spent.

    ``source``: where the figures come from. ``automation``: tells the automation hook at once (drain a data center).
    ``after_seconds``: it must be true for so long before it fires.
    """

    name: str
    long_seconds: int
    short_seconds: int
    budget_share: Fraction
    severity: Severity
    automation: bool = False
    source: str = ""
    after_seconds: int = 0

    def factor(self, period_seconds: int) -> Fraction:
        """k: the burn rate above which the tier fires; budget share x period / long window."""
        return self.budget_share * period_seconds / self.long_seconds

    def least_bad_share(self, objective: Objective, period_seconds: int) -> Fraction:
        """bad / total above which the tier fires: k x (1 - target)."""
        return self.factor(period_seconds) * (1 - objective.target)

    def seconds_to_cross(self, objective: Objective, period_seconds: int, failing_share: Fraction) -> Fraction:
        """Seconds after which a steadily failing share has filled the long window to the factor, whatever comes
        before it: k x (1 - target) x long / f."""
        return self.least_bad_share(objective, period_seconds) * self.long_seconds / failing_share


@dataclass(frozen=True, slots=True)
class Policy:
    """All tiers, highest first, and what else fires.

    ``floor_events``: bad events that the long window needs at least; at exactly the target a service with one request
    a second would otherwise page 25 times a month.
    """

    version: str
    tiers: tuple[Tier, ...]
    floor_events: int
    levels: tuple[Level, ...] = (Level.BANK, Level.PRODUCT, Level.CELL, Level.DCN)


@dataclass(frozen=True, slots=True)
class Slo:
    """One objective that alerts are made of: of the bank (empty product) or of one product and all its parts.

    ``policy``: names the policy whose tiers apply; ``runbook``: address for people. ``excludes_maintenance``: whether
    its budget leaves announced maintenance out; burn rates always do, for announced work pages nobody. ``calendar``:
    windows that its budget begins anew with; None when it has a rolling one.
    """

    id: str
    product: str
    objective: Objective
    period_seconds: int
    policy: Policy
    names: Mapping[str, str]
    runbook: str = ""
    excludes_maintenance: bool = True
    calendar: CalendarPeriod | None = None
