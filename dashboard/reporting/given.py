"""Maintenance, incidents and changes of a period, as reports take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alerts.desk.booking import taken_by_day
from alerts.desk.maintenance import Maintenance, between
from alerts.incidents.codec import listed
from alerts.incidents.figures import spent_share
from alerts.incidents.model import Incident
from alerts.incidents.words import Names, titles
from dashboard.reporting.changed import changes_of
from reports.availability.gathering import counted_until
from reports.availability.material import Given, ReportedIncident
from reports.availability.period import Period
from reports.availability.planned import whole_windows
from reports.history.reporting import imported_counts, imported_incidents, imported_outages
from reports.sla.assessing import Judging, assess
from reports.sla.model import Tenant, TenantSla
from slo.catalog import Catalog
from slo.formatting import truncated
from slo.windows import DAY_S, Window
from store.port import Reader

MOST_INCIDENTS = 100_000
LONGEST_S = 400 * DAY_S
"""An incident that began before a period and still touches it is not older than that."""


def given_of(
    reader: Reader,
    catalog: Catalog,
    period: Period,
    now_ms: int,
    *,
    code_version: str,
    demo: bool,
    products: Sequence[str] = (),
    tenants: Sequence[Tenant] = (),
) -> Given:
    """Everything about a period, and about the months of its trend, that counts do not say."""
    first_s = min(period.window.from_s, period.trend()[0][1].from_s)
    within = Window(first_s, period.window.to_s)
    whole_months = Window(period.trend()[0][1].from_s, period.trend()[-1][1].to_s)
    windows = between(reader.journal(), within)
    until_s = counted_until(period, reader.sources(), now_ms)
    promised = [each for each in tenants if not products or each.product in products]
    return Given(
        catalog=catalog,
        code_version=code_version,
        demo=demo,
        products=tuple(products),
        windows=windows,
        taken=taken_by_day(reader, _until(windows, until_s), catalog.zone),
        incidents=_incidents(reader, catalog, period),
        changes=changes_of(reader.journal(), period, products),
        imported=imported_counts(reader.journal(), catalog, within),
        outages=imported_outages(reader.journal(), whole_months, catalog.zone, now_ms // 1000),
        contracts=[_contract(reader, each, windows, Judging(period.window, period.zone, until_s)) for each in promised],
    )


def _contract(
    reader: Reader, tenant: Tenant, windows: Sequence[Maintenance], judging: Judging
) -> tuple[TenantSla, TenantSla]:
    """A contract without the maintenance that was announced for all that serves it, and with it."""
    centers = [tenant.data_center] if tenant.data_center else sorted(_centers(reader, windows))
    planned = whole_windows(windows, {tenant.product: centers})
    (with_it,) = assess(reader, [tenant], judging)
    if not planned:
        return with_it, with_it
    (without,) = assess(reader, [tenant], replace(judging, excluded=planned))
    return without, with_it


def _centers(reader: Reader, windows: Sequence[Maintenance]) -> set[str]:
    """Data centers that are read, and those that windows name."""
    return {each.source.data_center for each in reader.sources()} | {c for w in windows for c in w.data_centers}


def _until(windows: Sequence[Maintenance], until_s: int) -> list[Maintenance]:
    """The part of each up to which counts are in: what is not counted yet cannot be taken out."""
    return [replace(each, to_s=min(each.to_s, until_s)) for each in windows if each.from_s < until_s]


def _incidents(reader: Reader, catalog: Catalog, period: Period) -> list[ReportedIncident]:
    begin_ms = (period.window.from_s - LONGEST_S) * 1000
    found = listed(reader.journal(), begin_ms, period.window.to_s * 1000, MOST_INCIDENTS)
    names = Names.of(catalog)
    imported = imported_incidents(reader.journal(), begin_ms, period.window.to_s * 1000)
    return [*(reported(each, names) for each in found), *imported]


def reported(incident: Incident, names: Names) -> ReportedIncident:
    """One incident in the words of reports."""
    figures = incident.figures
    products = figures.products if figures else tuple(sorted({s.product for s in incident.subjects if s.product}))
    centers = figures.data_centers if figures else ()
    shares = [share for each in (figures.spent if figures else ()) if (share := spent_share(each)) is not None]
    return ReportedIncident(
        id=incident.id,
        title=titles(incident, names),
        severity=incident.severity.name.lower(),
        state=incident.state.value,
        products=products,
        data_centers=centers,
        begin_ms=incident.begin_ms,
        impact_start_ms=incident.impact_start_ms,
        detected_ms=incident.detected_ms,
        acknowledged_ms=incident.acknowledged_ms,
        restored_ms=incident.restored_ms,
        failed=figures.failed if figures else None,
        failed_complete=figures.complete if figures else None,
        budget_spent_percent=truncated(max(shares) * 100, 2) if shares else None,
        regulatory=tuple(sorted({each.class_id for each in incident.decisions if each.class_id})),
        owner=incident.owner or None,
    )
