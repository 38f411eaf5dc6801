"""What a burn-rate rule says of two windows: true, false or unknown, by integers alone.

True needs both windows above the rule's share and enough bad events. False needs positive good data: what was not
seen, or had no traffic, is unknown and closes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from alerts.model import Condition, Level, Severity, Subject
from alerts.policy import Slo, Tier
from alerts.windows import Sum


@dataclass(frozen=True, slots=True)
class BurnRule:
    """One tier of one objective. Fires when ``bad x share_of > total x share`` in both windows."""

    slo: Slo
    tier: Tier
    share: int
    share_of: int
    floor_events: int

    @property
    def name(self) -> str:
        """The tier's name: what alerts are told apart by."""
        return self.tier.name

    @property
    def severity(self) -> Severity:
        """What it asks of people."""
        return self.tier.severity

    def exceeded(self, window: Sum) -> bool:
        """Whether the burn rate of a window is above the tier's factor; never without events."""
        return window.bad * self.share_of > window.total * self.share

    def speaks_of(self, subject: Subject) -> bool:
        """Whether the objective is one of this subject: the bank's of the bank, a product's of it and its parts."""
        if subject.level not in self.slo.policy.levels:
            return False
        return subject.product == self.slo.product and (subject.level is Level.BANK) == (self.slo.product == "")


def burn_rules(slo: Slo) -> tuple[BurnRule, ...]:
    """The rules of an objective, highest tier first."""
    policy = slo.policy
    shares = [(tier, tier.least_bad_share(slo.objective, slo.period_seconds)) for tier in policy.tiers]
    return tuple(BurnRule(slo, tier, share.numerator, share.denominator, policy.floor_events) for tier, share in shares)


def burn_condition(rule: BurnRule, long: Sum, short: Sum, *, observed: bool) -> Condition:
    """What the rule says. ``observed``: the subject is being looked at (its data center's source is fresh).

    Both windows above the share but too few bad events is unknown: no reason to fire, and no recovery either.
    """
    if rule.exceeded(long) and rule.exceeded(short):
        return Condition.TRUE if long.bad >= rule.floor_events else Condition.UNKNOWN
    if not observed or short.total == short.bad:
        return Condition.UNKNOWN
    return Condition.FALSE


def budget_spent(rule: BurnRule, long: Sum, known_seconds: int) -> str:
    """Share of the whole period's budget that the long window's bad events are, truncated to four decimals.

    The period's events are reckoned at the pace of the long window, as the tiers' factors do, or of as much of it as
    anything is known of (``known_seconds``); empty without events.
    """
    if not long.total:
        return ""
    allowed = 1 - rule.slo.objective.target
    spent = long.bad * min(rule.tier.long_seconds, known_seconds) * allowed.denominator
    return truncated(spent, long.total * rule.slo.period_seconds * allowed.numerator, 4)


def burn_rate(rule: BurnRule, window: Sum) -> str:
    """(bad / total) / (1 - target), truncated to two decimals; empty without events."""
    if not window.total:
        return ""
    allowed = 1 - rule.slo.objective.target
    return truncated(window.bad * allowed.denominator, window.total * allowed.numerator, 2)


def truncated(numerator: int, denominator: int, places: int) -> str:
    """A fraction of no negative numbers as a decimal, cut off."""
    whole, rest = divmod(numerator * 10**places // denominator, 10**places)
    return f"{whole}.{rest:0{places}}"


def lengths(rules: Collection[BurnRule]) -> set[int]:
    """Seconds of every window that rules look at."""
    return {rule.tier.long_seconds for rule in rules} | {rule.tier.short_seconds for rule in rules}
