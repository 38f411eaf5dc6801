"""What tests of the backtest share: the tiers of definitions.md section 5 and objectives under them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from alerts.model import Level, Severity
from alerts.policy import Policy, Slo, Tier
from slo.objective import Objective

DAY_S = 86400
LEVELS = (Level.PRODUCT, Level.CELL)
TIERS = (
    Tier("cliff", 60, 10, Fraction(2, 100), Severity.CALL, automation=True),
    Tier("fast", 3600, 300, Fraction(2, 100), Severity.PAGE),
    Tier("medium", 21600, 1800, Fraction(5, 100), Severity.PAGE),
    Tier("slow", DAY_S, 7200, Fraction(10, 100), Severity.TICKET),
    Tier("leak", 3 * DAY_S, 21600, Fraction(10, 100), Severity.TICKET),
)


@pytest.fixture
def slo() -> Callable[..., Slo]:
    """An objective of 30 days."""

    def make(target: str = "99.999", product: str = "weilidai", tiers: tuple[Tier, ...] = TIERS) -> Slo:
        policy = Policy("test", tiers, 5, LEVELS)
        return Slo("weilidai", product, Objective.parse(target), 30 * DAY_S, policy, {"en": "WeiLiDai"})

    return make


@pytest.fixture
def tiers() -> tuple[Tier, ...]:
    """All of them, highest first."""
    return TIERS
