"""The result file of a load run: one JSON document, versioned, self-contained; what each field means stands in
docs/load-testing.md. Counts are integers, latencies microseconds, times RFC 3339 UTC.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from loadtests.running.bursts import bursts
from loadtests.running.health import GeneratorHealth, Reason, invalid_reasons
from loadtests.running.histogram import Histogram
from loadtests.running.judging import Claims, Judge, Scope, counted, headline, together
from loadtests.running.tally import StepTally, Tally
from loadtests.verdict import State, fixed_length

FORMAT = "lending-load-run"
VERSION = 1
QUANTILES = {
    "p50": Fraction(1, 2),
    "p90": Fraction(9, 10),
    "p99": Fraction(99, 100),
    "p99_9": Fraction(999, 1000),
    "p99_99": Fraction(9999, 10000),
    "max": Fraction(1),
}
CAVEATS = (
    "It speaks of the requests of this window, not of a year.",
    "Failures that come in bursts make the number of requests smaller than it looks: see failure_seconds and "
    "variance_to_mean.",
    "Failed means a wrong answer, an error, or slower than the deadline, after the client's own retries.",
    "Verdicts per product and step are each right with the stated confidence, not all of them together.",
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was asked for. ``profile`` is "closed" for plain Locust users; ``rate_per_second`` is text, an exact number
    ("1000", "2.5"), None where the profile has none. ``duration_ms`` is None for a run without an end."""

    profile: str
    rate_per_second: str | None
    duration_ms: int | None
    seed: int
    workers: int
    deadline_ms: int
    early_stop: bool
    host: str
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the generator ran."""

    hostname: str
    platform: str
    cores: int
    load_1m: str | None
    python: str
    locust: str
    geventhttpclient: str


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a result is made of. ``data_centers``: of the estate under load, None when nobody said."""

    run_id: str
    started_at: datetime
    ended_at: datetime
    build: str
    service_build: str | None
    data_centers: int | None
    configuration: Configuration
    machine: Machine
    tally: Tally
    judge: Judge
    health: GeneratorHealth


def result_of(run: Run) -> dict[str, Any]:
    """The document, with its verdict."""
    reasons = invalid_reasons(run.health, run.tally.deadline_us)
    state = final_state(run, reasons)
    return {
        "format": FORMAT,
        "version": VERSION,
        "run_id": run.run_id,
        "started_at": _time(run.started_at),
        "ended_at": _time(run.ended_at),
        "verdict": state.value,
        "exit_code": state.exit_code,
        "invalid_reasons": [asdict(reason) for reason in reasons],
        "build": run.build,
        "service_build": run.service_build,
        "data_centers": run.data_centers,
        "configuration": asdict(run.configuration),
        "claims": _claims(run.judge.claims),
        "machine": asdict(run.machine),
        "counts": _counts(run.tally),
        "latency": _latencies(run.tally),
        "seconds": [[second, *counts] for second, counts in run.tally.whole_seconds()],
        "bursts": bursts([counts.failures for _, counts in run.tally.whole_seconds()]).as_json(),
        "generator": _health(run.health),
        "live": _live(run.judge),
        "fixed_length": _fixed(run),
        "capacity": None,
        "caveats": list(CAVEATS),
    }


def final_state(run: Run, reasons: tuple[Reason, ...]) -> State:
    """Invalid for any reason; else what the e-process decided; in a run that nobody could stop early, and that was sent
    whole, the exact bound at its end."""
    if reasons:
        return State.INVALID
    if run.configuration.early_stop:
        return run.judge.overall()
    return together([_fixed_verdict(run, scope) for scope in headline(run.judge.claims)])


def written(document: dict[str, Any], path: Path) -> None:
    """Writes a result as a whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    beside.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def _claims(claims: Claims) -> dict[str, Any]:
    latencies = [{"share": each.share.text, "limit_microseconds": each.limit_us} for each in claims.latencies]
    return {"availability": claims.availability.text, "confidence": claims.confidence.text, "latencies": latencies}


def _counts(tally: Tally) -> dict[str, Any]:
    return {
        "overall": _step_counts(tally.product()),
        "products": [{"product": name, **_step_counts(tally.product(name))} for name in tally.products()],
        "steps": [
            {"product": product, "step": name, **_step_counts(step)}
            for (product, name), step in sorted(tally.steps.items())
        ],
    }


def _step_counts(step: StepTally) -> dict[str, int]:
    kinds = {kind.value: count for kind, count in step.by_kind.items()}
    return {"requests": step.requests, "failures": step.failures, **kinds, "retries": step.retries}


def _latencies(tally: Tally) -> dict[str, Any]:
    return {
        "unit": "microseconds",
        "overall": _both(tally.product()),
        "steps": [
            {"product": product, "step": name, **_both(step)} for (product, name), step in sorted(tally.steps.items())
        ],
    }


def _both(step: StepTally) -> dict[str, Any]:
    return {"corrected": _distribution(step.corrected), "uncorrected": _distribution(step.uncorrected)}


def _distribution(histogram: Histogram) -> dict[str, Any]:
    """Quantiles are the upper bounds of their buckets; ``buckets`` holds [upper bound, count], ascending."""
    quantiles = {name: histogram.quantile_us(share) for name, share in QUANTILES.items()}
    return {**quantiles, "buckets": [list(row) for row in histogram.rows()]}


def _health(health: GeneratorHealth) -> dict[str, Any]:
    document = asdict(health)
    document["service"]["differs"] = health.service.differs
    return document


def _live(judge: Judge) -> list[dict[str, object]]:
    return [each.as_json(judge.claims.objective(each.scope)) for each in judge.decisions.values()]


def _fixed(run: Run) -> dict[str, Any]:
    """Exact bounds on all counts; they decide only where the run's length was fixed beforehand."""
    claims = run.judge.claims
    rows = [
        {
            **scope.as_json(),
            **fixed_length(requests, failures, claims.objective(scope), claims.confidence).as_json(),
        }
        for scope, requests, failures in counted(run.tally)
    ]
    return {"decides": not run.configuration.early_stop, "verdicts": rows}


def _fixed_verdict(run: Run, wanted: Scope) -> State:
    claims = run.judge.claims
    for scope, requests, failures in counted(run.tally):
        if scope == wanted:
            return fixed_length(requests, failures, claims.objective(scope), claims.confidence).state
    return State.UNDECIDED


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
