"""The result file of a load run as strict models (docs/load-run-result.md). Fields that are not named here may come and
are kept; a field that is named must be as it says."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from slo.errors import BadObjective
from slo.objective import Objective

FORMAT = "lending-load-run"
VERSION = 1
MOST_SECONDS = 8 * 86_400
MOST_BUCKETS = 10_000
MOST_STEPS = 1_000
MOST_WORKERS = 10_000
GREATEST = 2**53
"""Counts beyond it are no integers any more where screens read them."""


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character, which cannot be kept")
    return text


def _objective(text: str) -> str:
    try:
        found = Objective.parse(text)
    except BadObjective as error:
        raise ValueError(str(error)) from None
    if not found.target:
        raise ValueError("is 0 per cent, which needs no proof")
    return text


Count = Annotated[int, Field(ge=0, le=GREATEST)]
Word = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Named = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Percentage = Annotated[str, AfterValidator(_objective)]
Decimals = Annotated[str, Field(pattern=r"^-?[0-9]{1,20}(\.[0-9]{1,30})?$")]
Rate = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")]
Verdict = Literal["proven", "refuted", "undecided", "invalid"]
Decided = Literal["proven", "refuted", "undecided"]
Bucket = tuple[Count, Count]
Second = tuple[Count, Count, Count, Count]
"""Second of the run, requests, failures, dropped arrivals."""


class Part(BaseModel):
    """Strict types; nothing is guessed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", defer_build=True)


class Reason(Part):
    """Why a run proves nothing."""

    code: Named
    text: Annotated[str, Field(max_length=2_000), AfterValidator(_storable)]


class Configuration(Part):
    """What was asked for."""

    profile: Named
    rate_per_second: Rate | None
    duration_ms: Count | None
    seed: int
    workers: Annotated[int, Field(ge=0, le=MOST_WORKERS)]
    deadline_ms: Annotated[int, Field(ge=1, le=86_400_000)]
    early_stop: bool
    host: Word


class LatencyClaim(Part):
    """So large a share within the limit."""

    share: Percentage
    limit_microseconds: Annotated[int, Field(ge=1, le=GREATEST)]


class Claims(Part):
    """What the run was to prove."""

    availability: Percentage
    confidence: Percentage
    latencies: tuple[LatencyClaim, ...]


class Counts(Part):
    """Logical requests by what became of them."""

    requests: Count
    failures: Count
    ok: Count
    business_reject: Count
    error: Count
    wrong_answer: Count
    too_slow: Count
    retries: Count


class ProductCounts(Counts):
    """Of one product."""

    product: Named


class StepCounts(ProductCounts):
    """Of one step of a product."""

    step: Named


class AllCounts(Part):
    """The whole, and its parts."""

    overall: Counts
    products: Annotated[tuple[ProductCounts, ...], Field(max_length=MOST_STEPS)]
    steps: Annotated[tuple[StepCounts, ...], Field(max_length=MOST_STEPS)]


class Distribution(Part):
    """Quantiles as upper bounds of their buckets."""

    p50: Count | None
    p90: Count | None
    p99: Count | None
    p99_9: Count | None
    p99_99: Count | None
    max: Count | None
    buckets: Annotated[tuple[Bucket, ...], Field(max_length=MOST_BUCKETS)]


class Latency(Part):
    """From the intended start, and from sending."""

    corrected: Distribution
    uncorrected: Distribution


class StepLatency(Latency):
    """Of one step."""

    product: Named
    step: Named


class Latencies(Part):
    """In microseconds."""

    unit: Literal["microseconds"]
    overall: Latency
    steps: Annotated[tuple[StepLatency, ...], Field(max_length=MOST_STEPS)]


class Bursts(Part):
    """How failures come."""

    failure_seconds: Count
    variance_to_mean: Decimals | None
    mean_burst: Decimals | None


class ServiceCount(Part):
    """What the service itself counted."""

    counted: Count | None
    answered: Count
    unsure: Count
    note: Annotated[str, Field(max_length=2_000), AfterValidator(_storable)] | None
    differs: bool


class Generator(Part):
    """How well the generator did."""

    workers_started: Count
    workers_lost: Count
    arrivals_planned: Count
    arrivals_started: Count
    arrivals_dropped: Count
    journeys_unfinished: Count
    lag_p50_us: Count | None
    lag_p99_us: Count | None
    lag_max_us: Count | None
    unhandled_errors: Count
    hidden_retries_off: bool
    service: ServiceCount


class Scope(Part):
    """What a verdict speaks of; all null: every request."""

    product: Named | None
    step: Named | None
    limit_microseconds: Count | None


class Live(Scope):
    """What the e-process said, on which counts."""

    verdict: Decided
    target: Percentage
    second: Count
    requests: Count
    failures: Count


class Fixed(Scope):
    """The exact bound at the end."""

    verdict: Decided
    requests: Count
    failures: Count
    target: Percentage
    confidence: Percentage
    lower_bound: Decimals
    upper_bound: Decimals
    requests_needed: Count


class FixedLength(Part):
    """Exact bounds of every scope."""

    decides: bool
    verdicts: Annotated[tuple[Fixed, ...], Field(max_length=4 * MOST_STEPS)]


class Machine(Part):
    """Where the generator ran."""

    hostname: Word
    platform: Word
    cores: Annotated[int, Field(ge=1, le=GREATEST)]


class Capacity(Part):
    """Of a capacity search."""

    proven_per_second: Rate | Count | None
    held_seconds: Count | None


class Result(Part):
    """The whole document."""

    format: Literal["lending-load-run"]
    version: Literal[1]
    run_id: RunId
    started_at: AwareDatetime
    ended_at: AwareDatetime
    verdict: Verdict
    exit_code: Literal[0, 1, 3, 4]
    invalid_reasons: Annotated[tuple[Reason, ...], Field(max_length=100)]
    build: Word
    service_build: Word | None
    data_centers: Annotated[int, Field(ge=1, le=10_000)] | None
    configuration: Configuration
    claims: Claims
    machine: Machine
    counts: AllCounts
    latency: Latencies
    seconds: Annotated[tuple[Second, ...], Field(max_length=MOST_SECONDS)]
    bursts: Bursts
    generator: Generator
    live: Annotated[tuple[Live, ...], Field(max_length=4 * MOST_STEPS)]
    fixed_length: FixedLength
    capacity: Capacity | None
    caveats: Annotated[tuple[Annotated[str, Field(max_length=2_000)], ...], Field(max_length=100)]


def milliseconds(moment: datetime) -> int:
    """An instant in milliseconds since the epoch, truncated."""
    return int(moment.timestamp() * 1000 + 0.5)
