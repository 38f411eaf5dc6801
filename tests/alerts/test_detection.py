"""How soon each tier fires: the arithmetic of definitions.md section 5, second by second over simulated slots.

Rules are judged at the end of a slot, so what crosses inside a second fires at its end. Old edges of long windows are
late by up to 1/24, so a long tier may fire so much sooner, never later.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.engine import Engine
from alerts.facts import Facts, Growth, Piece, Told
from alerts.model import AlertState, Level, Subject
from alerts.policy import Policy, Slo
from alerts.windows import LEAST_STEPS
from slo.objective import Objective
from tests.alerts.estate import BEGIN_S

PRODUCT = Subject(Level.PRODUCT, "weilidai")
PER_SECOND = 60_000
"""Of which each of sixty DCNs has a thousand."""
STARTS_S = [*range(-259_200, -21_600, 3600), *range(-21_600, -60, 60), *range(-60, 0)]
PERFECT = [
    Piece(BEGIN_S + from_s, BEGIN_S + to_s, [Growth(PRODUCT, PER_SECOND * (to_s - from_s), 0)])
    for from_s, to_s in pairwise([*STARTS_S, 0])
]
"""Three days without a single failure."""
TABLE = [
    ("all of a product", Fraction(1), {"cliff": 1, "fast": 1, "medium": 2, "slow": 3, "leak": 3}),
    ("one data center of six", Fraction(1, 6), {"cliff": 4, "fast": 4, "medium": 8, "slow": 16, "leak": 16}),
    ("one DCN of sixty", Fraction(1, 60), {"cliff": 32, "fast": 32, "medium": 78, "slow": 156, "leak": 156}),
    ("1 %", Fraction(1, 100), {"cliff": 52, "fast": 52, "medium": 130, "slow": 260, "leak": 260}),
    ("0.1 %", Fraction(1, 1000), {"fast": 519, "medium": 1296, "slow": 2592, "leak": 2592}),
    ("0.01 %", Fraction(1, 10_000), {"medium": 12_960, "slow": 25_920, "leak": 25_920}),
]


def fired(policy: Policy, failing: Fraction, seconds: int) -> dict[str, int]:
    """Tier -> seconds from the first failure until it fires."""
    objective = Objective.parse("99.999")
    engine = Engine([Slo("weilidai-availability", "weilidai", objective, PERIOD_SECONDS, policy, {})])
    engine.tick(Facts(BEGIN_S, BEGIN_S * 1000, base=PERFECT))
    bad = int(PER_SECOND * failing)
    seen: dict[str, int] = {}
    for at_s in range(BEGIN_S, BEGIN_S + seconds):
        told = [Told(at_s, PRODUCT, PER_SECOND, bad)]
        for change in engine.tick(Facts(at_s + 1, (at_s + 1) * 1000, told)):
            assert change.state is AlertState.FIRING
            assert change.evidence.bad_from_ms == BEGIN_S * 1000
            seen[change.key.rule] = change.at_ms // 1000 - BEGIN_S
    return seen


@pytest.mark.parametrize(("failing", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_tier_fires_when_the_arithmetic_says(policy: Policy, failing: Fraction, expected: dict[str, int]) -> None:
    """k x (1 - target) x long / f, and never for a share below k x (1 - target)."""
    objective = Objective.parse("99.999")
    for tier in policy.tiers:
        crossing = math.ceil(tier.seconds_to_cross(objective, PERIOD_SECONDS, failing))
        assert expected.get(tier.name, 0) == (crossing if crossing <= tier.long_seconds else 0)
    found = fired(policy, failing, max(expected.values()) + 5)
    assert found.keys() == expected.keys()
    for name, seconds in expected.items():
        assert seconds * (LEAST_STEPS - 1) // LEAST_STEPS <= found[name] <= seconds + 1, name
