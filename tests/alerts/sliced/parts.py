"""Short ways to make objectives by slices."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from alerts.model import Severity
from alerts.policy import Tier
from alerts.sliced.model import SlicedPart, SlicedRule, SlicedSlo
from slo.budgeting import Method
from slo.objective import Objective

PERIOD_S = 3600
TARGET = Objective.parse("90")


def part(product: str = "micro", target: str = "90", least: str = "0.9", weight: int = 1) -> SlicedPart:
    """One indicator."""
    return SlicedPart(product, Objective.parse(target), Fraction(least), Fraction(weight))


def rule(seconds: int = 300, factor: int = 2, after_s: int = 0, **more: bool) -> SlicedRule:
    """Fires above a burn rate over one window."""
    share = Fraction(factor * seconds, PERIOD_S)
    return SlicedRule(Tier("own", seconds, seconds, share, Severity.PAGE, after_seconds=after_s), **more)


def objective(*parts: SlicedPart, method: Method = Method.TIMESLICES, **more: Any) -> SlicedSlo:
    """Over an hour, in slices of a minute."""
    made = parts or (part(),)
    strictest = max((each.objective for each in made), key=lambda each: each.target)
    given = {"slice_seconds": 60, "rules": (rule(),), **more}
    return SlicedSlo("s", made, method, objective=strictest, period_seconds=PERIOD_S, names={}, **given)
