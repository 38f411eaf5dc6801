"""The snapshot as the document of docs/snapshot.md: text is made here and nowhere before."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

import orjson

from alerts.incidents.words import Names
from dashboard.alerting import alert_counts, snapshot_alerts, snapshot_incidents
from dashboard.model import (
    AttentionView,
    BankView,
    CellView,
    ProductView,
    SimulatedView,
    Snapshot,
)
from dashboard.probes import ProbeView
from dashboard.snapshot import Setting
from dashboard.sources import SourceView
from reports.availability.headline import AvailabilityView
from reports.peaks.capacity import CapacityView, capacity_json
from reports.peaks.projecting import Projection
from slo.budget import Budget
from slo.counts import Counts
from slo.formatting import percent, ratio, truncated

Json = dict[str, Any]

MONEY_DECIMALS = 2
BUDGET_DECIMALS = 2


def as_bytes(snapshot: Snapshot, setting: Setting) -> bytes:
    """The document as UTF-8 JSON."""
    return orjson.dumps(as_json(snapshot, setting))


def as_json(snapshot: Snapshot, setting: Setting) -> Json:
    """The document of docs/snapshot.md."""
    return {
        "sequence": snapshot.sequence,
        "taken_at": rfc3339(snapshot.taken_at_ms),
        "taken_at_ms": snapshot.taken_at_ms,
        "demo": setting.demo,
        "build": setting.build,
        "time_zone": setting.catalog.zone,
        "state_seconds": {"short": setting.policy.short_seconds, "long": setting.policy.long_seconds},
        "sources": [_source(source) for source in snapshot.sources],
        "bank": _bank(snapshot.bank),
        "products": [_product(product) for product in snapshot.products],
        "data_centers": [
            {"id": view.center.id, "name": dict(view.center.names), "state": view.state.value}
            for view in snapshot.data_centers
        ],
        "normal_since": _instant(snapshot.normal_since_ms),
        "attention": [_attention(entry) for entry in snapshot.attention],
        "alerts": snapshot_alerts(snapshot.alerting, snapshot.taken_at_ms),
        "alert_counts": alert_counts(snapshot.alerting),
        "incidents": snapshot_incidents(snapshot.alerting, Names.of(setting.catalog), setting.chain),
        "simulated": _simulated(snapshot.simulated),
        "probes": [probe_json(probe) for probe in snapshot.probes],
        "capacity": _capacity(snapshot.capacity),
    }


def _capacity(view: CapacityView | None) -> Json | None:
    """Null until a load run has proven any."""
    return None if view is None or view.proven is None else capacity_json(view)


@lru_cache(maxsize=4096)
def rfc3339(at_ms: int) -> str:
    """An instant in UTC; milliseconds only where there are any."""
    whole = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{at_ms % 1000:03d}Z" if at_ms % 1000 else f"{whole}Z"


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


def _percent(share: Fraction | None) -> str | None:
    return None if share is None else percent(share)


def _source(source: SourceView) -> Json:
    age = None if source.age_ms is None else source.age_ms // 100 / 10
    return {
        "id": source.id,
        "kind": source.kind,
        "data_center": source.data_center,
        "age_seconds": age,
        "state": source.state.value,
        "reason": source.reason,
        "skew_seconds": None if source.skew_ms is None else source.skew_ms / 1000,
        "notes": list(source.notes),
    }


def probe_json(probe: ProbeView) -> Json:
    """One probe of the document."""
    return {
        "id": probe.id,
        "vantage": probe.vantage,
        "product": probe.product or None,
        "data_center": probe.data_center or None,
        "state": probe.state.value,
        "age_seconds": None if probe.age_ms is None else probe.age_ms // 100 / 10,
        "tls_days_left": probe.tls_days_left,
        "reason": probe.reason,
    }


def _availability(view: AvailabilityView) -> Json:
    whole = view.without_exclusions
    beside = {} if whole is None else {"without_exclusions": _figures(whole)}
    return {
        **_figures(view),
        "target": view.objective.text,
        "from": rfc3339(view.window.from_ms),
        "to": rfc3339(view.window.to_ms),
        **beside,
    }


def _figures(view: AvailabilityView) -> Json:
    figure, counts = view.availability, view.availability.counts
    return {
        **_counts(counts if view.seen else None),
        "missing_estimate": figure.missing if view.seen else None,
        "availability": _percent(figure.value),
        "low": _percent(figure.low),
        "high": _percent(figure.high),
        "verdict": figure.verdict(view.objective).value,
        "completeness": None if view.completeness is None else ratio(view.completeness),
    }


def _counts(counts: Counts | None) -> Json:
    if counts is None:
        return {"good": None, "bad": None, "total": None}
    return {"good": counts.good, "bad": counts.bad, "total": counts.total}


def _bank(bank: BankView) -> Json:
    worst = bank.composite.worst
    return {
        "state": bank.state.value,
        "availability": {"rolling_30d": _availability(bank.rolling), "today": _availability(bank.today)},
        "composite": {
            "pooled": _percent(bank.composite.pooled),
            "worst": None if worst is None else {"id": worst[0], "availability": percent(worst[1])},
            "mean": _percent(bank.composite.mean),
        },
        "budget": _budget(bank.budget, bank.exhausted_at_ms),
        "transactions": {
            "today": bank.transactions_today,
            "provisional": True,
            "per_second": bank.per_second,
            "record": _record(bank),
            "projected": _projected(bank.projected),
        },
        "cost_per_account": _cost(bank),
    }


def _budget(budget: Budget, exhausted_at_ms: int | None) -> Json:
    seen = budget.counts.total > 0
    seconds, left = budget.remaining_seconds, budget.remaining_share
    return {
        "window": "rolling_30d",
        "allowed_events": truncated(budget.allowed_events, BUDGET_DECIMALS) if seen else None,
        "spent_events": budget.counts.bad if seen else None,
        "remaining_events": truncated(budget.remaining_events, BUDGET_DECIMALS) if seen else None,
        "allowed_seconds": truncated(budget.allowed_seconds, BUDGET_DECIMALS),
        "remaining_seconds": None if seconds is None else truncated(seconds, BUDGET_DECIMALS),
        "remaining_percent": None if left is None else truncated(left * 100, BUDGET_DECIMALS),
        "exhausted_at": _instant(exhausted_at_ms),
    }


def _record(bank: BankView) -> Json | None:
    record = bank.record
    if record is None:
        return None
    return {"transactions": record.transactions, "day": record.day.isoformat(), "simulated": record.simulated}


def _projected(found: Projection | None) -> Json | None:
    if found is None:
        return None
    return {
        "point": found.point,
        "low": found.low,
        "high": found.high,
        "basis": found.basis.value,
        "days": found.days,
    }


def _cost(bank: BankView) -> Json | None:
    cost = bank.cost
    if cost is None:
        return None
    return {
        "cny": truncated(cost.cny, MONEY_DECIMALS),
        "from": cost.from_day.isoformat(),
        "to": cost.to_day.isoformat(),
        "accounts": cost.accounts,
        "simulated": cost.simulated,
    }


def _product(view: ProductView) -> Json:
    return {
        "id": view.product.id,
        "name": dict(view.product.names),
        "state": view.state.value,
        "availability": {"rolling_30d": _availability(view.rolling), "today": _availability(view.today)},
        "per_second": view.per_second,
        "data_centers": {center: _cell(cell) for center, cell in view.cells.items()},
    }


def _cell(cell: CellView) -> Json:
    return {
        "state": cell.state.value,
        "since": _instant(cell.since.since_ms),
        "reason": cell.reason,
        **_counts(cell.counts),
        "per_second": cell.per_second,
    }


def _attention(entry: AttentionView) -> Json:
    return {
        "product": entry.product,
        "data_center": entry.data_center,
        "state": entry.state.value,
        "since": _instant(entry.since_ms),
        "reason": entry.reason,
    }


def _simulated(view: SimulatedView | None) -> Json | None:
    if view is None:
        return None
    return {
        "from": rfc3339(view.span.from_s * 1000),
        "to": rfc3339(view.span.to_s * 1000),
        "progress": truncated(view.progress, 2),
    }
