"""An hour of the bank in a minute, with a fault in every minute of it; ``make soak`` takes a day in twenty-four."""

from __future__ import annotations

import pytest

from tests.faults.soaking import MINUTES_PER_HOUR, soaking, table

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
SETTLES = "memory"
"""An hour is too short for it: a process that was killed a moment ago is still filling its caches."""


@pytest.mark.parametrize("postgres", [False, True], ids=["sqlite", "postgres"])
def test_an_hour_with_a_fault_in_every_minute(seed: int, postgres: bool) -> None:
    """Nothing is lost or counted twice, descriptors are flat, the dashboard is healthy, the audit log whole."""
    with soaking(MINUTES_PER_HOUR, seed, postgres=postgres) as soak:
        soak.run()
        findings = list(soak.findings())
    assert [each for each in findings if not each.held and not each.what.startswith(SETTLES)] == [], table(
        soak, findings
    )
