"""The wall at one instant as frozen values: exact, not yet text. ``dashboard.render`` writes it as docs/snapshot.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from dashboard.alerting import AlertFacts
from dashboard.cost import CostPerAccount
from dashboard.probes import ProbeView
from dashboard.sources import SourceView
from reports.availability.headline import AvailabilityView
from reports.peaks.capacity import CapacityView
from reports.peaks.projecting import Projection
from slo.availability import Composite
from slo.budget import Budget
from slo.catalog import DataCenter, Product
from slo.counts import Counts
from slo.states import ServiceState
from store.records import Span


@dataclass(frozen=True, slots=True)
class Since:
    """A state and when it began; None when it began before we looked."""

    state: ServiceState
    since_ms: int | None


@dataclass(frozen=True, slots=True)
class CellView:
    """One product in one data center. ``counts`` of today and ``per_second`` are None when nothing was observed."""

    since: Since
    reason: str
    counts: Counts | None
    per_second: int | None

    @property
    def state(self) -> ServiceState:
        """State now."""
        return self.since.state


@dataclass(frozen=True, slots=True)
class ProductView:
    """One product over all data centers; ``cells`` in the order of the data centers."""

    product: Product
    state: ServiceState
    rolling: AvailabilityView
    today: AvailabilityView
    per_second: int | None
    cells: Mapping[str, CellView]


@dataclass(frozen=True, slots=True)
class CenterView:
    """One data center over all products."""

    center: DataCenter
    state: ServiceState


@dataclass(frozen=True, slots=True)
class RecordDay:
    """The day with the most transactions; it may be today, which is not over."""

    transactions: int
    day: date
    simulated: bool


@dataclass(frozen=True, slots=True)
class BankView:
    """The bank as a whole. ``exhausted_at_ms``: when the budget ends at the present rate, None when not burning."""

    state: ServiceState
    rolling: AvailabilityView
    today: AvailabilityView
    composite: Composite
    budget: Budget
    exhausted_at_ms: int | None
    transactions_today: int | None
    per_second: int | None
    record: RecordDay | None
    cost: CostPerAccount | None
    projected: Projection | None = None


@dataclass(frozen=True, slots=True)
class AttentionView:
    """Something that is not ok. A whole data center has product None, a whole product data center None."""

    product: str | None
    data_center: str | None
    state: ServiceState
    since_ms: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SimulatedView:
    """The stretch that simulated history covers, and how much of what was planned is there."""

    span: Span
    progress: Fraction


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the wall shows, at one instant. ``normal_since_ms``: since when every product is normal in every data
    center, at the earliest since this server looks; None while one is not."""

    sequence: int
    taken_at_ms: int
    sources: tuple[SourceView, ...]
    bank: BankView
    products: tuple[ProductView, ...]
    data_centers: tuple[CenterView, ...]
    attention: tuple[AttentionView, ...]
    simulated: SimulatedView | None
    probes: tuple[ProbeView, ...] = ()
    capacity: CapacityView | None = None
    normal_since_ms: int | None = None
    alerting: AlertFacts = field(default_factory=AlertFacts)

    def since(self) -> dict[tuple[str, str], Since]:
        """State and its beginning per (product, data center): what the next snapshot must remember."""
        return {(p.product.id, center): cell.since for p in self.products for center, cell in p.cells.items()}
