"""What tests of the exported rules share: a small estate, objectives, and promtool."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from alerts.model import Severity
from alerts.policy import Policy, Slo, Tier
from alerts.rules.metrics import Dimension, RequestMetric
from alerts.rules.recording import Estate
from slo.objective import Objective

DAY_S = 86400
TIERS = (
    Tier("cliff", 60, 10, Fraction(2, 100), Severity.CALL, automation=True),
    Tier("fast", 3600, 300, Fraction(2, 100), Severity.PAGE, source="the workbook"),
    Tier("medium", 21600, 1800, Fraction(5, 100), Severity.PAGE),
    Tier("slow", DAY_S, 7200, Fraction(10, 100), Severity.TICKET),
    Tier("leak", 3 * DAY_S, 21600, Fraction(10, 100), Severity.TICKET),
)


@pytest.fixture
def policy() -> Policy:
    """The tiers of definitions.md section 5."""
    return Policy("test", TIERS, 5)


@pytest.fixture
def slo(policy: Policy) -> Callable[..., Slo]:
    """An objective of a product, or of the bank."""

    def make(product: str = "weilidai", target: str = "99.999", days: int = 30, runbook: str = "") -> Slo:
        names = {"en": product or "Bank"}
        return Slo(product or "bank", product, Objective.parse(target), days * DAY_S, policy, names, runbook)

    return make


@pytest.fixture
def estate() -> Estate:
    """The names of the reference estate."""
    metric = RequestMetric("lending_requests_total", Dimension("product"), Dimension("outcome"))
    return Estate((metric,), ("ok", "business_reject"), ("system_error",), ("client_abort",))


@pytest.fixture
def promtool() -> Callable[..., str]:
    """Runs promtool in a directory; fails with what it says when it finds fault."""

    def run(directory: Path, *words: str) -> str:
        done = subprocess.run(
            ["promtool", *words], cwd=directory, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
