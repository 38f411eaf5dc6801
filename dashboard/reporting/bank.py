"""What every report of a bank has in common, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass

from reports.costs.policy import NO_POLICY, CostPolicy
from reports.load_runs.policy import SHIPPED, CapacityPolicy
from reports.peaks.calendar import NO_KINDS, DayKinds
from reports.sla.model import Tenant
from slo.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Bank:
    """``tenants``: who has a contract; ``costs``: what was decided about costs; ``capacity``: what proves capacity;
    ``days``: kinds of days that forecasts go by."""

    catalog: Catalog
    code_version: str
    demo: bool = False
    tenants: tuple[Tenant, ...] = ()
    costs: CostPolicy = NO_POLICY
    capacity: CapacityPolicy = SHIPPED
    days: DayKinds = NO_KINDS
