"""The report of peaks as one document: every format is drawn from it, and nothing else is needed to draw it again.

``days``, ``records``, ``forecast`` and ``capacity`` are those of ``GET /api/v1/peaks`` (docs/peaks.md); ``past`` is
what the forecast was made from. Records, forecast and capacity are those of ``period.until``: the period's end, or the
instant at which it was made while the period goes on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from reports.availability.model import PeriodText, canonical

DEFINITION_VERSION = "2"
"""Of docs/peaks.md; grows when a formula changes."""
SCHEMA = 1
KIND = "peaks"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PastDay:
    """A closed day as forecasts take it. ``peak``: transactions of its busiest minute."""

    day: str
    transactions: int
    peak: int | None


@dataclass(frozen=True, slots=True)
class PeakReport:
    """The whole document. ``product``: None for the bank. ``verdict``: whether the proven capacity carries the P95 of
    the peak (met, missed, not proven). ``snapshot_sha256``: of the canonical bytes without itself and ``made_at``."""

    kind: str
    schema: int
    definition_version: str
    catalog_version: str
    code_version: str
    made_at: str
    demo: bool
    period: PeriodText
    product: str | None
    names: dict[str, str]
    verdict: str
    total: int
    days: tuple[Json, ...]
    records: Json
    forecast: Json
    capacity: Json
    past: tuple[PastDay, ...]
    snapshot_sha256: str = ""


@cache
def _adapter() -> TypeAdapter[PeakReport]:
    """Made at the first use: nobody who starts the dashboard waits for it."""
    return TypeAdapter(PeakReport)


def document(report: PeakReport) -> Json:
    """The report as the JSON object that scripts rely on."""
    found: Json = _adapter().dump_python(report, mode="json", by_alias=True)
    return found


def peak_report_of(document: Json) -> PeakReport:
    """The report that a document holds. Raises pydantic.ValidationError when it holds none."""
    return _adapter().validate_python(document, by_alias=True)


def sealed(report: PeakReport) -> PeakReport:
    """The report with the hash of everything that it says; when it was made is no part of that."""
    body = document(report)
    del body["snapshot_sha256"], body["made_at"]
    return replace(report, snapshot_sha256=hashlib.sha256(canonical(body)).hexdigest())
