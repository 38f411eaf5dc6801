"""What the API is built on, handed in by the command that serves it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from alerts.desk.records import DeskPolicy
from alerts.incidents.regulatory import RegulatoryTable
from alerts.incidents.words import Names
from alerts.policy import Slo
from dashboard.api.slicing import SlicedBudgets
from dashboard.api.tokens import Tokens
from dashboard.breaking import Breaker
from dashboard.configured import NOTHING, Configured
from dashboard.reporting.cost_books import CostBooks
from dashboard.reporting.setting import Reporting
from reports.centers.falling import FailoverBook
from reports.load_runs.policy import SHIPPED, CapacityPolicy
from reports.peaks.calendar import NO_KINDS, DayKinds
from slo.catalog import Catalog
from store.audit_witness import Witness
from store.port import Store


def wall_clock_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class ApiSetting:
    """``slos``: what the engine watches; ``sliced``: what is judged by slices of time; ``desk``: limits of silences;
    ``regulatory``: classes of incidents; ``breaker``: breaks a demo on purpose, None elsewhere; ``witness``:
    keeps the head of the audit log, None where there is no place for it."""

    store: Store
    catalog: Catalog
    slos: tuple[Slo, ...]
    desk: DeskPolicy
    regulatory: RegulatoryTable
    build: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    capacity: CapacityPolicy = SHIPPED
    reporting: Reporting = field(default_factory=Reporting)
    now_ms: Callable[[], int] = field(default=wall_clock_ms)
    kinds: DayKinds = NO_KINDS
    costs: CostBooks = field(default_factory=CostBooks)
    sliced: SlicedBudgets = field(default_factory=SlicedBudgets)
    failovers: FailoverBook = field(default_factory=FailoverBook)
    configured: Configured = NOTHING
    breaker: Breaker | None = None
    witness: Witness | None = None

    @property
    def names(self) -> Names:
        """Names of products and data centers."""
        return Names.of(self.catalog)
