"""What reports on screen are built on, handed in by the command that serves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.reporting.bank import Bank
from dashboard.reporting.jobs import Jobs
from dashboard.reporting.orders import EXPECTED
from reports.delivery.model import Plan
from reports.delivery.schedule import Calendar


@dataclass(frozen=True, slots=True)
class Reporting:
    """``bank``: what every report has in common, None for the catalog alone; ``plan``: deliveries as configured;
    ``calendar``: loads who works when, None where nobody asks for the next runs; ``jobs``: files being made."""

    bank: Bank | None = None
    plan: Plan = field(default_factory=Plan)
    calendar: Callable[[], Calendar] | None = None
    jobs: Jobs = field(default_factory=lambda: Jobs(EXPECTED))
