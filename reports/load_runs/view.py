"""Load runs and comparisons as JSON. Counts are integers, shares truncated decimals, times RFC 3339 UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from reports.load_runs.comparing import LEVEL, Comparison, FailureRow, LatencyRow
from reports.load_runs.model import LoadRun
from slo.formatting import percent, truncated

Json = dict[str, Any]
CHANCE_DIGITS = 3


def utc(at_ms: int) -> str:
    """RFC 3339 with milliseconds."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def run_json(run: LoadRun) -> Json:
    """A line of the list."""
    share = None if run.requests == 0 else percent(Fraction(run.requests - run.failures, run.requests))
    return {
        "run_id": run.id,
        "started_at": utc(run.started_ms),
        "ended_at": utc(run.ended_ms),
        "verdict": run.verdict,
        "invalid_reasons": list(run.invalid_codes),
        "profile": run.profile,
        "rate_per_second": run.rate_per_second,
        "requests": run.requests,
        "failures": run.failures,
        "availability": share,
        "target": run.target,
        "confidence": run.confidence,
        "lower_bound": run.lower_bound,
        "upper_bound": run.upper_bound,
        "build": run.build,
        "service_build": run.service_build,
        "data_centers": run.data_centers,
        "deadline_ms": run.deadline_ms,
        "host": run.host,
        "held_seconds": run.held_seconds,
        "held_per_second": run.held_per_second,
        "received_at": utc(run.received_ms),
        "received_from": run.received_from,
    }


def comparison_json(first: LoadRun, second: LoadRun, comparison: Comparison) -> Json:
    """Both runs, and what tells them apart."""
    return {
        "runs": [run_json(first), run_json(second)],
        "level": str(LEVEL),
        "failures": [_failures(row) for row in comparison.failures],
        "latencies": [_latencies(row) for row in comparison.latencies],
        "cautions": list(comparison.cautions),
    }


def _failures(row: FailureRow) -> Json:
    return {
        "product": row.product,
        "step": row.step,
        "failures": list(row.failures),
        "requests": list(row.requests),
        "p_value": chance(row.p_value),
        "finding": row.finding.value,
    }


def _latencies(row: LatencyRow) -> Json:
    gap = row.gap
    return {
        "product": row.product,
        "step": row.step,
        "quantiles_microseconds": {name: list(both) for name, both in row.quantiles.items()},
        "distance": None if gap is None else truncated(gap.distance, 4),
        "distance_at_microseconds": None if gap is None else gap.at,
        "p_value": None if row.p_value is None else chance(row.p_value),
        "finding": row.finding.value,
    }


def chance(value: float) -> str:
    """A p-value for people: three digits, never 0."""
    if value < 1e-12:  # noqa: PLR2004 - beyond what the approximation can say
        return "<1e-12"
    return f"{value:.{CHANCE_DIGITS}g}"
