"""What synthetic probes say now. Beside the events, never among them."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.sources import SILENT_INTERVALS, SILENT_MS
from slo.states import SliceState
from store.probes import ProbeStatus, tls_days_left


@dataclass(frozen=True, slots=True)
class ProbeView:
    """One probe from one vantage point as shown. ``age_ms``: since its newest run, None before the first;
    ``tls_days_left``: whole days that the newest accepted certificate lasts, None without TLS."""

    id: str
    vantage: str
    product: str
    data_center: str
    state: SliceState
    age_ms: int | None
    tls_days_left: int | None
    reason: str


def probe_view(status: ProbeStatus, now_ms: int) -> ProbeView:
    """What the newest run found, as long as it is recent; MISSING when nobody probed for three intervals and 5 s."""
    probe, last = status.probe, status.last
    age_ms = None if last is None else max(0, now_ms - last.at_ms)
    recent = age_ms is not None and age_ms <= max(SILENT_INTERVALS * probe.interval_ms, SILENT_MS)
    state, reason = (last.state, last.reason) if last is not None and recent else (SliceState.MISSING, _silence(age_ms))
    days = tls_days_left(status.tls_expires_s, now_ms)
    return ProbeView(probe.id, probe.vantage, probe.product, probe.data_center, state, age_ms, days, reason)


def _silence(age_ms: int | None) -> str:
    return "not probed yet" if age_ms is None else f"not probed for {age_ms // 1000} s"
