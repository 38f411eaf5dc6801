"""What a report states beside its own figures: contracts of partner banks, and the past that files tell of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Imported counts that are left out. ``reason``: observed (we looked ourselves), twice (a later file says so too)
    or crosses (they reach beyond the period)."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedTime:
    """One service in one month of the trend, from files that list seconds of outage; beside the other figures, in none
    of them. ``down_seconds``: major + partial_weight x partial; ``watched_seconds``: what the files tell of."""

    month: str
    service: str
    files: tuple[str, ...]
    partial_weight: str
    down_seconds: str
    watched_seconds: str
    time_availability: str | None


@dataclass(frozen=True, slots=True)
class Credit:
    """Below so much availability so much of the fee is given back, both in per cent."""

    below: str
    credit_percent: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a partner bank was promised and got (docs/sla.md). ``measure``: consecutive (five failures in a row) or
    requests; ``guideline_*``: downtime with announced maintenance, as the guideline has it; downtime and credits have
    bounds, which are equal where the rule could be decided."""

    id: str
    names: dict[str, str]
    product: str
    data_center: str | None
    measure: str
    target: str
    verdict: str
    good: int
    bad: int
    total: int
    availability: str | None
    low: str | None
    high: str | None
    downtime_seconds_least: int
    downtime_seconds_most: int
    judged_seconds: int
    time_low: str | None
    time_high: str | None
    guideline_seconds_least: int
    guideline_seconds_most: int
    unseen_seconds: int
    finest_slice_seconds: int
    coarsest_slice_seconds: int
    credit_percent_least: str | None
    credit_percent_most: str | None
    credits: tuple[Credit, ...]
