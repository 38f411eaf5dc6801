"""Proven capacity beside today's peak and the forecast of the next (definitions.md section 7), read from the store."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from reports.load_runs.keeping import MOST, listed
from reports.load_runs.model import LoadRun
from reports.load_runs.policy import CapacityPolicy
from reports.load_runs.view import utc
from reports.peaks.calendar import NO_KINDS, DayKinds
from reports.peaks.forecasting import Outlook, outlook
from reports.peaks.gathering import At, Days, read_days, until_now
from slo.capacity import Proof, ProvenCapacity, RunOut, RunsOut, headroom, proven_capacity, runs_out, without_one
from slo.forecasting.peak import Forecast
from slo.forecasting.prior import Prior
from slo.formatting import ratio, truncated
from slo.windows import DAY_S, MINUTE_S, day_of
from store.port import Reader

PEAK = "busiest minute of the day, per second"


@dataclass(frozen=True, slots=True)
class CapacityView:
    """``today``: the busiest minute of today so far, None before the first closed one. ``seen``: every day that is
    stored of the bank; ``outlook``: what comes from today on."""

    policy: CapacityPolicy
    proven: ProvenCapacity | None
    today: At | None
    outlook: Outlook
    seen: Days

    @property
    def forecast(self) -> Forecast:
        """Of the peak."""
        return self.outlook.peak


def read_capacity(
    reader: Reader, now_ms: int, zone: str, data_centers: int, policy: CapacityPolicy, *, kinds: DayKinds = NO_KINDS
) -> CapacityView:
    """The capacity of an estate of so many data centers, at one instant; at a midnight today is the day that is over.

    Runs and days from after it are not seen, so that an instant of the past has its own answer.
    """
    now_s, last_s = now_ms // 1000, (now_ms - 1) // 1000
    seen = read_days(reader, until_now(last_s, zone), zone)
    first, today = day_of(now_s, zone), day_of(last_s, zone)
    since_ms = now_ms - 2 * policy.expires_days * DAY_S * 1000
    proofs = [proof_of(run, policy) for run in listed(reader.journal(), from_ms=since_ms, to_ms=now_ms, most=MOST)]
    known = [each for each in proofs if each is not None]
    totals, peaks = (
        {day: n for day, n in each.items() if day < first.toordinal()} for each in (seen.totals(), seen.peaks())
    )
    return CapacityView(
        policy,
        proven=proven_capacity(known, now_ms, data_centers, policy.expires_days),
        today=next((each.minute for each in seen.days if each.day == today), None),
        outlook=outlook(kinds, totals, peaks, first),
        seen=seen,
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
        "proven_n_1_per_second": _whole(usable(view, lost=True)),
        "proven_at": None if proven is None else utc(proven.proof.at_ms),
        "expires_at": None if proven is None else utc(proven.expires_at_ms),
        "peak_today_per_second": None if view.today is None else view.today.transactions // MINUTE_S,
        "forecast_p95_per_second": None if forecast is None else int(forecast.value / MINUTE_S),
        "headroom": _share(headroom_p95(view, lost=False)),
        "headroom_n_1": _share(headroom_p95(view, lost=True)),
        "headroom_today": _share(headroom_today(view, lost=False)),
        "headroom_today_n_1": _share(headroom_today(view, lost=True)),
        **_runs_out_json(view),
        "state": "none" if proven is None else proven.standing.value,
        "contradicted_by": (proven.against or None) if proven else None,
        "tied_to": None if proven is None else _tie(proven),
        "held_seconds": view.policy.held_seconds,
        "expires_days": view.policy.expires_days,
        "peak": PEAK,
        "peak_today_at": None if view.today is None else utc(view.today.at_s * 1000),
        "forecast": peak_json(view.forecast),
        "reasons": reasons(view),
        "reason_codes": {name: why.value for name, why in whys(view).items()},
    }


def peak_json(found: Forecast) -> dict[str, Any] | None:
    """A forecast of the peak: its horizon, and what past ones were worth."""
    forecast = found.peak
    if forecast is None:
        return None
    prior = forecast.prior
    return {
        "horizon_days": forecast.horizon_days,
        "p95_per_second": int(forecast.value / MINUTE_S),
        "highest_28d_per_second": forecast.highest // MINUTE_S,
        "ratio_p95": truncated(forecast.ratio, 4),
        "nominal_coverage": "0.95",
        "achieved_coverage": ratio(Fraction(forecast.covered, forecast.checked), 4) if forecast.checked else None,
        "days_checked": forecast.checked,
        "days_covered_by_prior": forecast.covered_by_prior,
        "prior": None if prior is None else _prior_json(prior),
    }


def _prior_json(prior: Prior) -> dict[str, str]:
    """What was said in advance, where the forecast goes by it."""
    return {"kind": prior.kind, "factor": truncated(prior.factor, 4), "source": prior.source}


def _whole(value: Fraction | None) -> int | None:
    return None if value is None else int(value)


def _runs_out_json(view: CapacityView) -> dict[str, Any]:
    whole, lost = ends(view, lost=False), ends(view, lost=True)
    growth = view.outlook.growth_per_year
    return {
        "runs_out": whole.when.value,
        "runs_out_on": _date(whole),
        "runs_out_n_1": lost.when.value,
        "runs_out_n_1_on": _date(lost),
        "growth_per_year": None if growth is None else truncated(growth, 4),
    }


def _date(found: RunsOut) -> str | None:
    return None if found.day is None else date.fromordinal(found.day).isoformat()


def ends(view: CapacityView, *, lost: bool) -> RunsOut:
    """The day on which the capacity stops being enough; with one data center ``lost``."""
    capacity = usable(view, lost=lost)
    daily = [(day, peak / MINUTE_S) for day, peak in view.outlook.daily_p95()]
    return runs_out(capacity, daily, view.outlook.growth_per_year)


class Why(enum.Enum):
    """Why a figure is null; screens have a word for each."""

    NO_PROOF = "no_proof"
    NO_MINUTE = "no_minute"
    SHORT_PAST = "short_past"
    NEEDS_BOTH = "needs_both"
    NOT_CURRENT = "not_current"
    NO_PEAK = "no_peak"
    CENTERS_UNSAID = "centers_unsaid"
    NO_GROWTH = "no_growth"


def whys(view: CapacityView) -> dict[str, Why]:
    """Why a figure is null, by the figure's name."""
    found: dict[str, Why] = {}
    if view.proven is None:
        found["proven_per_second"] = Why.NO_PROOF
    if view.today is None:
        found["peak_today_per_second"] = Why.NO_MINUTE
    if view.forecast.peak is None:
        found["forecast_p95_per_second"] = Why.SHORT_PAST
    if headroom_p95(view, lost=False) is None:
        found["headroom"] = _why_no_headroom(view)
    if headroom_p95(view, lost=True) is None:
        found["headroom_n_1"] = found.get("headroom", Why.CENTERS_UNSAID)
    if ends(view, lost=False).when is RunOut.NOT_KNOWN:
        found["runs_out_on"] = found.get("headroom", Why.NO_GROWTH)
    return found


def _why_no_headroom(view: CapacityView) -> Why:
    if view.proven is None or view.forecast.peak is None:
        return Why.NEEDS_BOTH
    return Why.NO_PEAK if view.proven.counts else Why.NOT_CURRENT


def reasons(view: CapacityView) -> dict[str, str]:
    """The same in words."""
    standing = "" if view.proven is None else view.proven.standing.value
    texts = {
        Why.NO_PROOF: f"no load run has held a rate for {view.policy.held_seconds} s with its objectives proven; "
        "see docs/load-runs.md",
        Why.NO_MINUTE: "no minute of today has closed yet",
        Why.SHORT_PAST: view.forecast.reason,
        Why.NEEDS_BOTH: "needs a proven capacity and a forecast of the peak",
        Why.NOT_CURRENT: f"the proven capacity does not hold any more: {standing}",
        Why.NO_PEAK: "the forecast of the peak is 0",
        Why.CENTERS_UNSAID: "the run did not say how many data centers served (--data-centers)",
        Why.NO_GROWTH: "growth by the year is not known: the same 28 days of last year are not there",
    }
    return {name: texts[why] for name, why in whys(view).items()}


def usable(view: CapacityView, *, lost: bool) -> Fraction | None:
    """Requests per second that are proven and hold now; with one data center ``lost``."""
    proven = view.proven
    if proven is None or not proven.counts:
        return None
    capacity = Fraction(proven.proof.per_second)
    return without_one(capacity, proven.proof.tie.data_centers) if lost else capacity


def headroom_p95(view: CapacityView, *, lost: bool) -> Fraction | None:
    """Above the forecast of the peak."""
    forecast, capacity = view.forecast.peak, usable(view, lost=lost)
    return None if capacity is None or forecast is None else headroom(capacity, forecast.value / MINUTE_S)


def headroom_today(view: CapacityView, *, lost: bool) -> Fraction | None:
    """Above the busiest minute of today so far."""
    capacity = usable(view, lost=lost)
    if capacity is None or view.today is None:
        return None
    return headroom(capacity, Fraction(view.today.transactions, MINUTE_S))


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
