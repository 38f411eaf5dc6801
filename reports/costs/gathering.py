"""Reads everything that a cost report is made of."""

from __future__ import annotations

from dataclasses import dataclass

from reports.availability.period import Period
from reports.costs.errors import NotBegun, NotMonths
from reports.costs.material import Material, figures_of, invoiced
from reports.costs.policy import CostPolicy
from reports.costs.run_rate import last_days, run_rate
from slo.catalog import Catalog
from store.port import Reader


@dataclass(frozen=True, slots=True)
class Desk:
    """What every cost report of a bank has in common."""

    catalog: Catalog
    policy: CostPolicy
    code_version: str = ""
    demo: bool = False


def gather(reader: Reader, desk: Desk, period: Period, now_s: int) -> Material:
    """Material of a month's report. Raises NotMonths, NotBegun, BadAllocation."""
    if period.kind != "month":
        raise NotMonths(period.key)
    windows = period.trend()
    if period.window.from_s >= now_s:
        raise NotBegun(period.key)
    zone = desk.catalog.zone
    months = figures_of(reader, desk.policy, windows, now_s, zone)
    days = last_days(months[-1].month.until_s, zone)
    invoices, lines = invoiced(reader, windows[-1:])
    first_s = windows[0][1].from_s
    return Material(
        catalog=desk.catalog,
        policy=desk.policy,
        period=period,
        months=tuple(months),
        run_rate=run_rate(reader, desk.policy, months, days, zone),
        run_rate_days=days,
        invoices=tuple(invoices),
        lines=lines,
        simulated=any(s.from_s < period.window.to_s and s.to_s > first_s for s in reader.simulated()),
        now_s=now_s,
        code_version=desk.code_version,
        demo=desk.demo,
    )
