"""A tenant's period as the document that scripts and other renderers rely on."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from reports.sla.model import Downtime, TenantSla
from slo.formatting import percent, ratio

RULE = "EBA/GL/2018/07 2.4: down from the first of 5 failures in a row within 30 s until the next success"
DECIMALS = 5


def to_json(found: TenantSla) -> dict[str, Any]:
    """Counts are integers, ratios text that was cut and never rounded; null is unknown."""
    requests = found.requests
    return {
        "tenant": found.tenant.id,
        "names": dict(found.tenant.names),
        "product": found.tenant.product,
        "data_center": found.tenant.data_center or None,
        "period": {"from": _time(found.from_s), "to": _time(found.to_s)},
        "measure": found.tenant.measure,
        "target": found.tenant.objective.text,
        "verdict": found.verdict.value,
        "consecutive": {
            "rule": RULE,
            "exact": found.exact,
            "finest_slice_seconds": found.finest_seconds,
            "coarsest_slice_seconds": found.coarsest_seconds,
            **_downtime(found.downtime),
            "days": [{"day": each.day, **_downtime(each.downtime)} for each in found.days],
        },
        "requests": {
            "good": requests.counts.good,
            "bad": requests.counts.bad,
            "total": requests.counts.total,
            "availability": _percent(requests.value),
            "low": _percent(requests.low),
            "high": _percent(requests.high),
        },
        "unseen_seconds": found.unseen_seconds,
        "credit_percent": {"least": _plain(found.owed.least_percent), "most": _plain(found.owed.most_percent)},
        "credits": [{"below": each.below.text, "credit_percent": ratio(each.percent)} for each in found.tenant.credits],
    }


def _downtime(downtime: Downtime) -> dict[str, Any]:
    return {
        "downtime_seconds_least": downtime.least_seconds,
        "downtime_seconds_most": downtime.most_seconds,
        "judged_seconds": downtime.judged_seconds,
        "low": _percent(downtime.low),
        "high": _percent(downtime.high),
    }


def _percent(share: Fraction | None) -> str | None:
    return None if share is None else percent(share, DECIMALS)


def _plain(value: Fraction | None) -> str | None:
    return None if value is None else ratio(value)


def _time(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")
