"""Contracts of partner banks in a report: exact results of ``reports.sla`` as truncated texts."""

from __future__ import annotations

from fractions import Fraction

from reports.availability.beside import Contract, Credit
from reports.availability.material import Given
from reports.sla.model import TenantSla
from slo.formatting import percent, ratio


def contracts(given: Given) -> tuple[Contract, ...]:
    """In the order in which they are configured."""
    return tuple(_contract(judged, guideline) for judged, guideline in given.contracts)


def _contract(found: TenantSla, guideline: TenantSla) -> Contract:
    requests, down, tenant = found.requests, found.downtime, found.tenant
    return Contract(
        id=tenant.id,
        names=dict(tenant.names),
        product=tenant.product,
        data_center=tenant.data_center or None,
        measure=tenant.measure,
        target=tenant.objective.text,
        verdict=found.verdict.value,
        good=requests.counts.good,
        bad=requests.counts.bad,
        total=requests.counts.total,
        availability=_percent(requests.value),
        low=_percent(requests.low),
        high=_percent(requests.high),
        downtime_seconds_least=down.least_seconds,
        downtime_seconds_most=down.most_seconds,
        judged_seconds=down.judged_seconds,
        time_low=_percent(down.low),
        time_high=_percent(down.high),
        guideline_seconds_least=guideline.downtime.least_seconds,
        guideline_seconds_most=guideline.downtime.most_seconds,
        unseen_seconds=found.unseen_seconds,
        finest_slice_seconds=found.finest_seconds,
        coarsest_slice_seconds=found.coarsest_seconds,
        credit_percent_least=_plain(found.owed.least_percent),
        credit_percent_most=_plain(found.owed.most_percent),
        credits=tuple(Credit(each.below.text, ratio(each.percent)) for each in tenant.credits),
    )


def _percent(share: Fraction | None) -> str | None:
    return None if share is None else percent(share)


def _plain(value: Fraction | None) -> str | None:
    return None if value is None else ratio(value)
