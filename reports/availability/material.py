"""What a report is composed from: plain values that a composition root hands in, and what was read from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, Protocol

from reports.availability.downtime import Worst
from reports.availability.period import Period
from reports.sla.model import TenantSla
from slo.catalog import Catalog
from slo.counts import Counts
from slo.windows import Window
from store.coverage import Unseen
from store.records import Gap, SourceStatus, Span


class PlannedWindow(Protocol):
    """Announced maintenance, as whoever keeps it has it; times in epoch seconds, half-open."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def products(self) -> tuple[str, ...]: ...
    @property
    def data_centers(self) -> tuple[str, ...]: ...
    @property
    def from_s(self) -> int: ...
    @property
    def to_s(self) -> int: ...
    @property
    def announced_ms(self) -> int: ...
    def names(self, product: str, data_center: str) -> bool:
        """Whether it speaks of one product in one data center."""


Taken = Mapping[tuple[int, str, str], Counts]
"""Counts inside maintenance by (begin of the local day, product, data center)."""


@dataclass(frozen=True, slots=True)
class ReportedIncident:
    """One incident as it is reported; times in milliseconds since the epoch, None is "not known"."""

    id: str
    title: Mapping[str, str]
    severity: str
    state: str
    products: tuple[str, ...]
    data_centers: tuple[str, ...]
    begin_ms: int
    impact_start_ms: int | None
    detected_ms: int | None
    acknowledged_ms: int | None
    restored_ms: int | None
    failed: int | None = None
    failed_complete: bool | None = None
    budget_spent_percent: str | None = None
    regulatory: tuple[str, ...] = ()
    owner: str | None = None
    imported_from: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedChange:
    """Something that people changed."""

    at_ms: int
    title: str
    actor: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedCounts:
    """Events of one product in one data center over ``[from_s, to_s)``, as a file tells them."""

    product: str
    data_center: str
    from_s: int
    to_s: int
    good: int
    bad: int
    file: str


@dataclass(frozen=True, slots=True)
class ImportedOutage:
    """One service in one calendar month of files that list seconds of outage: no events, and no cells of ours."""

    month: str
    service: str
    files: tuple[str, ...]
    partial_weight: Fraction
    down_seconds: Fraction
    watched_seconds: Fraction


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Imported counts that do not count. ``reason``: observed, twice or crosses."""

    from_s: int
    to_s: int
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the store's counts do not say. ``products``: ids to report, empty for all of them; ``imported``: of the
    newest file first; ``contracts``: each without announced maintenance, and with it."""

    catalog: Catalog
    code_version: str
    demo: bool = False
    products: tuple[str, ...] = ()
    windows: Sequence[PlannedWindow] = ()
    taken: Taken = field(default_factory=dict)
    incidents: Sequence[ReportedIncident] = ()
    changes: Sequence[ReportedChange] = ()
    imported: Sequence[ImportedCounts] = ()
    outages: Sequence[ImportedOutage] = ()
    contracts: Sequence[tuple[TenantSla, TenantSla]] = ()


class CellSlice(NamedTuple):
    """One product in one data center over one slice. ``counts`` with maintenance, ``taken`` inside it; ``unseen``: of
    the whole slice, ``planned``: of the part under maintenance, with that part's length as ``excluded_ms``."""

    label: str
    product: str
    data_center: str
    length_ms: int
    counts: Counts
    taken: Counts
    unseen: Unseen
    planned: Unseen


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of one period. ``until_s``: counts are in up to here; ``cells``: in order of slice, product, data
    center; ``months``: the same for each whole month of the trend, empty where no data are; ``down``: minutes that were
    down by product, the bank's under the empty name, None where nobody can say; ``centers``: of each product; ``told``
    and ``left_out``: imported counts of the period that count, and those that do not."""

    period: Period
    given: Given
    now_s: int
    until_s: int
    products: tuple[str, ...]
    centers: Mapping[str, tuple[str, ...]]
    cells: tuple[CellSlice, ...]
    months: Mapping[str, tuple[CellSlice, ...]]
    statuses: tuple[SourceStatus, ...]
    gaps: tuple[Gap, ...]
    simulated: tuple[Span, ...]
    provisional: frozenset[str]
    down: Mapping[str, Sequence[Window] | None]
    worst: tuple[Worst, ...]
    told: tuple[ImportedCounts, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
