"""What each load run says of the capacity: which one proves it, which refute it, which say nothing any more."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from reports.load_runs.keeping import MOST, listed
from reports.load_runs.model import LoadRun
from reports.load_runs.view import utc
from reports.peaks.capacity import CapacityView, proof_of, usable
from slo.capacity import DAY_MS, Proof
from slo.formatting import truncated
from slo.windows import MINUTE_S
from store.port import Reader

SHARE_DIGITS = 4


class Says(enum.Enum):
    """What a run says of the capacity now."""

    PROVES = "proves"
    LESS = "less"
    OTHER_TIE = "other_tie"
    EXPIRED = "expired"
    REFUTES = "refutes"
    NOTHING = "nothing"


def runs_json(reader: Reader, view: CapacityView, now_ms: int) -> list[dict[str, Any]]:
    """Runs until an instant, newest first. ``expires_at``: of those that proved anything."""
    runs = listed(reader.journal(), to_ms=now_ms, most=MOST)
    return [_run_json(run, proof_of(run, view.policy), view, now_ms) for run in runs]


def _run_json(run: LoadRun, proof: Proof | None, view: CapacityView, now_ms: int) -> dict[str, Any]:
    expires_ms = None if proof is None or not proof.kept else proof.at_ms + view.policy.expires_days * DAY_MS
    return {
        "run_id": run.id,
        "ended_at": utc(run.ended_ms),
        "says": _says(proof, view, now_ms).value,
        "verdict": run.verdict,
        "held_per_second": run.held_per_second,
        "held_seconds": run.held_seconds,
        "service_build": run.service_build,
        "data_centers": run.data_centers,
        "deadline_ms": run.deadline_ms,
        "target": run.target,
        "expires_at": None if expires_ms is None else utc(expires_ms),
    }


def _says(proof: Proof | None, view: CapacityView, now_ms: int) -> Says:
    if proof is None or view.proven is None:
        return Says.NOTHING
    if proof.tie != view.proven.proof.tie:
        return Says.OTHER_TIE
    if not proof.kept:
        return Says.REFUTES if view.proven.against == proof.run else Says.NOTHING
    if now_ms >= proof.at_ms + view.policy.expires_days * DAY_MS:
        return Says.EXPIRED
    return Says.PROVES if proof.run == view.proven.proof.run else Says.LESS


def ahead_json(view: CapacityView) -> list[dict[str, Any]]:
    """P95 of the busiest minute of each of the next days, and what it takes of the proven capacity (1 is all of it)."""
    return list(_ahead(view, view.outlook.daily_p95()))


def _ahead(view: CapacityView, daily: Sequence[tuple[int, Fraction]]) -> Iterator[dict[str, Any]]:
    from_day = view.outlook.first.toordinal()
    whole, lost = usable(view, lost=False), usable(view, lost=True)
    for day, per_minute in daily:
        per_second = per_minute / MINUTE_S
        yield {
            "day": view.outlook.first.fromordinal(day).isoformat(),
            "days_ahead": day - from_day,
            "p95_per_second": int(per_second),
            "taken": _taken(per_second, whole),
            "taken_n_1": _taken(per_second, lost),
        }


def _taken(per_second: Fraction, capacity: Fraction | None) -> str | None:
    return truncated(per_second / capacity, SHARE_DIGITS) if capacity else None
