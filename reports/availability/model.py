"""The availability report as one document: every format is drawn from it, and nothing else is needed to draw it again.

Times are RFC 3339 UTC texts, days and months those of ``time_zone``; counts and milliseconds are integers; ratios and
percentages are texts, truncated. None is "not known". Field names are the JSON contract (docs/reports.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, TypeAlias

import orjson
from pydantic import Field, TypeAdapter

from reports.availability.beside import Contract, ImportedTime, NotCounted
from reports.patience import patient_collector

DEFINITION_VERSION = "1"
"""Of docs/reports.md, "What each figure means"; grows when a formula changes."""
SCHEMA = 1

Row: TypeAlias = tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class PeriodText:
    """``until``: counts are in up to here, at most ``to``; ``provisional``: more may come in."""

    kind: str
    key: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    until: str
    time_zone: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """The same figures with maintenance counted in."""

    good: int
    bad: int
    total: int
    missing_estimate: int
    availability: str | None
    low: str | None
    high: str | None
    verdict: str
    completeness: str | None


@dataclass(frozen=True, slots=True)
class Availability:
    """Of the bank (id "bank"), a product, a data center. Counts are those that the objective sees: without announced
    maintenance; ``with_maintenance`` beside, None when there was none.

    ``downtime_seconds``: minutes in which at least half of the events failed (and at least five), in seconds; None
    when the minutes of the period are no longer kept, or nothing was watched. ``time_availability``: of what was
    watched; ``time_availability_low``: if all that was not watched had been down.
    """

    id: str
    names: dict[str, str]
    good: int
    bad: int
    total: int
    missing_estimate: int
    availability: str | None
    low: str | None
    high: str | None
    target: str
    verdict: str
    completeness: str | None
    transactions: int
    downtime_seconds: int | None
    time_availability: str | None
    time_availability_low: str | None
    allowed_events: str | None
    remaining_events: str | None
    budget_spent_percent: str | None
    budget_seconds: str
    with_maintenance: Beside | None


@dataclass(frozen=True, slots=True)
class Named:
    """An availability and whose it is."""

    id: str
    availability: str


@dataclass(frozen=True, slots=True)
class Composite:
    """Pooled, always with the worst product and the plain mean of products."""

    pooled: str | None
    worst: Named | None
    mean: str | None


@dataclass(frozen=True, slots=True)
class Month:
    """One unit in one calendar month of the trend. ``state``: whole, provisional, or no_data."""

    month: str
    id: str
    good: int
    bad: int
    total: int
    missing_estimate: int
    availability: str | None
    low: str | None
    high: str | None
    verdict: str
    completeness: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Slice:
    """One unit in one slice of the period (a day, or a month of a long period)."""

    slice: str
    id: str
    good: int
    bad: int
    total: int
    availability: str | None
    verdict: str
    completeness: str | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorstWindow:
    """The window of so many seconds with the lowest availability; ``step_seconds``: it was sought in such steps."""

    id: str
    seconds: int
    step_seconds: int
    from_: Annotated[str, Field(alias="from")]
    to: str
    good: int
    bad: int
    total: int
    availability: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident that touches the period. ``imported_from``: a file, when we did not see it ourselves."""

    id: str
    title: dict[str, str]
    severity: str
    state: str
    products: tuple[str, ...]
    data_centers: tuple[str, ...]
    impact_start: str | None
    detected: str | None
    acknowledged: str | None
    restored: str | None
    mttd_ms: int | None
    mtta_ms: int | None
    mttr_ms: int | None
    failed: int | None
    failed_complete: bool | None
    budget_spent_percent: str | None
    regulatory: tuple[str, ...]
    owner: str | None
    imported_from: str | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of many incidents; P90 is the nearest rank. Figures are None when none is known."""

    known: int
    unknown: int
    median_ms: str | None
    p90_ms: int | None
    max_ms: int | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """MTTD, MTTA, MTTR of the incidents listed."""

    incidents: int
    mttd: Spread
    mtta: Spread
    mttr: Spread


@dataclass(frozen=True, slots=True)
class Maintenance:
    """One announced window and what it took out of the period's counts."""

    id: str
    title: str
    reason: str
    owner: str
    products: tuple[str, ...]
    data_centers: tuple[str, ...]
    from_: Annotated[str, Field(alias="from")]
    to: str
    announced: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that people changed (a deployment, a configuration) in the period."""

    at: str
    title: str
    actor: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One source over the period. ``lost_seconds``: what happened then is unknown; ``unwatched_seconds`` includes gaps
    that a later sample closed. ``watched_from`` and ``watched_to``: first and last moment at which anybody looked.
    ``last_page``: at most the end of what is counted, so that a month that is over says the same for ever."""

    id: str
    kind: str
    data_center: str
    interval_ms: int
    first_page: str | None
    last_page: str | None
    gaps: int
    lost_seconds: str
    unwatched_seconds: str
    longest_gap_seconds: str
    completeness: str | None
    watched_from: str | None = None
    watched_to: str | None = None


@dataclass(frozen=True, slots=True)
class SourceGap:
    """A stretch without pages of one source, not cut to the period. ``exact``: a later sample closed it, so that no
    event of it is missing."""

    source: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the period whose counts are not observed; ``origin``: simulated, or imported from a file."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    origin: str


@dataclass(frozen=True, slots=True)
class DownMinute:
    """A minute of a product (or the bank) in which at least half of the events failed."""

    id: str
    from_: Annotated[str, Field(alias="from")]
    to: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What every figure can be recomputed from: one row per slice, product and data center. ``record``: "period" for
    the period's own figures, "trend" for those of the thirteen months."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole document. ``snapshot_sha256``: of its canonical bytes without this field and ``made_at``."""

    kind: str
    schema: int
    definition_version: str
    catalog_version: str
    code_version: str
    made_at: str
    demo: bool
    period: PeriodText
    target: str
    completeness: str | None
    bank: Availability
    products: tuple[Availability, ...]
    data_centers: tuple[Availability, ...]
    composite: Composite
    trend: tuple[Month, ...]
    slices: tuple[Slice, ...]
    worst_windows: tuple[WorstWindow, ...]
    incidents: tuple[Incident, ...]
    incident_statistics: Statistics
    maintenance: tuple[Maintenance, ...]
    changes: tuple[Changed, ...]
    down_minutes: tuple[DownMinute, ...]
    data_quality: tuple[SourceQuality, ...]
    not_observed: tuple[Stretch, ...]
    rows: Rows
    gaps: tuple[SourceGap, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    imported_times: tuple[ImportedTime, ...] = ()
    sla: tuple[Contract, ...] = ()
    snapshot_sha256: str = ""


@cache
def _adapter() -> TypeAdapter[Report]:
    """Made at the first use: nobody who starts the dashboard waits for it."""
    return TypeAdapter(Report)


@patient_collector()
def document(report: Report) -> dict[str, Any]:
    """The report as the JSON object that scripts rely on."""
    found = _but_rows(report)
    found["rows"]["rows"] = [list(row) for row in report.rows.rows]
    return found


def _but_rows(report: Report) -> dict[str, Any]:
    """Rows are ready for JSON as they are; walking through thirty thousand took most of the time."""
    found: dict[str, Any] = _adapter().dump_python(
        replace(report, rows=replace(report.rows, rows=())), mode="json", by_alias=True
    )
    return found


def report_of(document: dict[str, Any]) -> Report:
    """The report that a document holds. Raises pydantic.ValidationError when it holds none."""
    return _adapter().validate_python(document, by_alias=True)


def canonical(document: dict[str, Any]) -> bytes:
    """The same bytes for the same document, in every process."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def sealed(report: Report) -> Report:
    """The report with the hash of everything that it says; when it was made is no part of that."""
    body = _but_rows(report)
    body["rows"]["rows"] = report.rows.rows
    del body["snapshot_sha256"], body["made_at"]
    return replace(report, snapshot_sha256=hashlib.sha256(canonical(body)).hexdigest())
