"""A hundred kill -9 at random moments of collector, estate and Prometheus: every event is counted once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.parts import Bank, Row, kill_at_random

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
KILLS_OF_PAGES = 60
KILLS_OF_PROMETHEUS = 40


def test_kills_of_collector_and_data_centers(bank: Bank, note: Callable[[Row], None], seed: int) -> None:
    """Pages read directly."""
    bank.begin()
    kill_at_random(bank.parts(), KILLS_OF_PAGES, seed)
    note(bank.reconciled("kill -9 of collector, data centers", KILLS_OF_PAGES))


def test_kills_of_collector_data_centers_and_prometheus(bank: Bank, note: Callable[[Row], None], seed: int) -> None:
    """The same through a real Prometheus, which dies too."""
    bank.put_prometheus_between()
    bank.begin()
    kill_at_random(bank.parts(), KILLS_OF_PROMETHEUS, seed + 1)
    note(bank.reconciled("kill -9 of collector, estate, Prometheus", KILLS_OF_PROMETHEUS))
