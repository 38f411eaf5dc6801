"""Proven capacity beside today's peak and the forecast of the next (definitions.md section 7), read from the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from reports.load_runs.keeping import MOST, listed
from reports.load_runs.model import LoadRun
from reports.load_runs.policy import CapacityPolicy
from reports.load_runs.view import utc
from slo.capacity import Proof, ProvenCapacity, headroom, proven_capacity, without_one
from slo.forecasting.peak import Forecast, forecast_peak
from slo.formatting import ratio, truncated
from slo.windows import DAY_S, MINUTE_S, day_of, day_window
from store.port import Reader
from store.records import Scope

HISTORY_DAYS = 400
PEAK = "busiest minute of the day, per second"


@dataclass(frozen=True, slots=True)
class CapacityView:
    """``peak_today``: transactions in the busiest minute of today so far, None before the first closed one."""

    policy: CapacityPolicy
    proven: ProvenCapacity | None
    peak_today: int | None
    peak_at_s: int | None
    forecast: Forecast


def read_capacity(reader: Reader, now_ms: int, zone: str, data_centers: int, policy: CapacityPolicy) -> CapacityView:
    """The capacity of an estate of so many data centers, at one instant."""
    now_s = now_ms // 1000
    today = day_window(day_of(now_s, zone), zone)
    first = day_window(day_of(now_s, zone) - timedelta(days=HISTORY_DAYS), zone)
    peaks = reader.daily_peaks(Scope.BANK, first.from_s, today.to_s)
    closed = {day_of(p.day_s, zone).toordinal(): p.transactions for p in peaks if p.day_s < today.from_s}
    now = next((peak for peak in peaks if peak.day_s >= today.from_s), None)
    since_ms = now_ms - 2 * policy.expires_days * DAY_S * 1000
    proofs = [proof_of(run, policy) for run in listed(reader.journal(), from_ms=since_ms, most=MOST)]
    known = [each for each in proofs if each is not None]
    return CapacityView(
        policy,
        proven=proven_capacity(known, now_ms, data_centers, policy.expires_days),
        peak_today=None if now is None else now.transactions,
        peak_at_s=None if now is None else now.at_s,
        forecast=forecast_peak(closed, day_of(now_s, zone).toordinal()),
    )


def proof_of(run: LoadRun, policy: CapacityPolicy) -> Proof | None:
    """What a run says of capacity: one that was read while less had to be held proves nothing now, but refutes."""
    proof = run.proof
    return None if proof is not None and proof.kept and run.held_seconds < policy.held_seconds else proof


def capacity_json(view: CapacityView) -> dict[str, Any]:
    """The document of `python app.py capacity`; what is not known is null and has a reason."""
    proven, forecast = view.proven, view.forecast.peak
    return {
        "proven_per_second": None if proven is None else proven.proof.per_second,
        "proven_at": None if proven is None else utc(proven.proof.at_ms),
        "expires_at": None if proven is None else utc(proven.expires_at_ms),
        "peak_today_per_second": None if view.peak_today is None else view.peak_today // MINUTE_S,
        "forecast_p95_per_second": None if forecast is None else int(forecast.value / MINUTE_S),
        "headroom": _share(_headroom(view, lost=False)),
        "headroom_n_1": _share(_headroom(view, lost=True)),
        "state": "none" if proven is None else proven.standing.value,
        "contradicted_by": (proven.against or None) if proven else None,
        "tied_to": None if proven is None else _tie(proven),
        "held_seconds": view.policy.held_seconds,
        "expires_days": view.policy.expires_days,
        "peak": PEAK,
        "peak_today_at": None if view.peak_at_s is None else utc(view.peak_at_s * 1000),
        "forecast": None
        if forecast is None
        else {
            "highest_28d_per_second": forecast.highest // MINUTE_S,
            "ratio_p95": truncated(forecast.ratio, 4),
            "nominal_coverage": "0.95",
            "achieved_coverage": ratio(Fraction(forecast.covered, forecast.checked), 4) if forecast.checked else None,
            "days_checked": forecast.checked,
        },
        "reasons": reasons(view),
    }


def reasons(view: CapacityView) -> dict[str, str]:
    """Why a figure is null, by the figure's name."""
    found = {}
    if view.proven is None:
        found["proven_per_second"] = (
            f"no load run has held a rate for {view.policy.held_seconds} s with its objectives proven; "
            "see docs/load-runs.md"
        )
    if view.peak_today is None:
        found["peak_today_per_second"] = "no minute of today has closed yet"
    if view.forecast.peak is None:
        found["forecast_p95_per_second"] = view.forecast.reason
    if _headroom(view, lost=False) is None:
        found["headroom"] = _why_no_headroom(view)
    if _headroom(view, lost=True) is None:
        unsaid = view.proven is not None and view.proven.proof.tie.data_centers is None
        found["headroom_n_1"] = found.get("headroom") or (
            "the run did not say how many data centers served (--data-centers)" if unsaid else "not known"
        )
    return found


def _why_no_headroom(view: CapacityView) -> str:
    if view.proven is None or view.forecast.peak is None:
        return "needs a proven capacity and a forecast of the peak"
    if not view.proven.counts:
        return f"the proven capacity does not hold any more: {view.proven.standing.value}"
    return "the forecast of the peak is 0"


def _headroom(view: CapacityView, *, lost: bool) -> Fraction | None:
    """Above the forecast of the peak; with one data center ``lost``."""
    proven, forecast = view.proven, view.forecast.peak
    if proven is None or forecast is None or not proven.counts:
        return None
    capacity: Fraction | None = Fraction(proven.proof.per_second)
    if lost:
        capacity = without_one(Fraction(proven.proof.per_second), proven.proof.tie.data_centers)
    return None if capacity is None else headroom(capacity, forecast.value / MINUTE_S)


def _tie(proven: ProvenCapacity) -> dict[str, Any]:
    tie = proven.proof.tie
    return {
        "run_id": proven.proof.run,
        "build": tie.build,
        "data_centers": tie.data_centers,
        "deadline_ms": tie.deadline_ms,
        "target": tie.target,
    }


def _share(value: Fraction | None) -> str | None:
    return None if value is None else truncated(value, 4)
