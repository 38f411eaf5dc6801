"""The seven kinds of OpenSLO v1 as values. Every part knows where it stands, so that later findings can name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from alerts.openslo.durations import Duration
from slo.budgeting import Method, Operator
from slo.objective import Objective


class Kind(StrEnum):
    """What an object is."""

    DATA_SOURCE = "DataSource"
    SERVICE = "Service"
    SLI = "SLI"
    SLO = "SLO"
    ALERT_POLICY = "AlertPolicy"
    ALERT_CONDITION = "AlertCondition"
    ALERT_NOTIFICATION_TARGET = "AlertNotificationTarget"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; ``field`` is its path inside its object."""

    file: Path
    line: int
    field: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of another object, and where it is used. ``optional``: what stands beside it says enough."""

    kind: Kind
    name: str
    place: Place
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """Name, and what people and implementations add. ``labels``: key -> one or more values."""

    name: str
    display_name: str
    labels: Mapping[str, tuple[str, ...]]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where metrics come from. ``connection``: whatever the file says, numbers as written."""

    metadata: Metadata
    place: Place
    description: str
    type: str
    connection: object


@dataclass(frozen=True, slots=True)
class Service:
    """A group of objectives."""

    metadata: Metadata
    place: Place
    description: str


@dataclass(frozen=True, slots=True)
class MetricSource:
    """One query. ``type`` is empty when the data source says it; ``spec``: whatever the file says."""

    place: Place
    source: Reference | None
    type: str
    spec: object


@dataclass(frozen=True, slots=True)
class ThresholdMetric:
    """Values that each objective compares with its own."""

    source: MetricSource


class RawType(StrEnum):
    """What a precomputed ratio counts."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class RatioMetric:
    """good/total, bad/total or a precomputed ratio; what does not apply is None."""

    counter: bool
    good: MetricSource | None = None
    bad: MetricSource | None = None
    total: MetricSource | None = None
    raw: MetricSource | None = None
    raw_type: RawType | None = None

    @property
    def sources(self) -> tuple[MetricSource, ...]:
        """Those that are given."""
        return tuple(each for each in (self.good, self.bad, self.total, self.raw) if each)


Metric: TypeAlias = ThresholdMetric | RatioMetric


@dataclass(frozen=True, slots=True)
class Sli:
    """An indicator, as an object of its own or inside an SLO."""

    metadata: Metadata
    place: Place
    description: str
    metric: Metric

    @property
    def sources(self) -> tuple[MetricSource, ...]:
        """Every query."""
        return (self.metric.source,) if isinstance(self.metric, ThresholdMetric) else self.metric.sources


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where calendar windows begin: local time of an IANA zone."""

    start: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Rolling, or aligned to a calendar."""

    duration: Duration
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class Goal:
    """One entry of ``objectives``. ``indicator``: only in composites; ``slice_*``: only with time slices."""

    place: Place
    display_name: str
    objective: Objective
    operator: Operator | None
    value: Fraction | None
    slice_target: Fraction | None
    slice_seconds: int | None
    indicator: Sli | Reference | None
    weight: Fraction


@dataclass(frozen=True, slots=True)
class AlertCondition:
    """Burns faster than ``threshold`` over the look-back."""

    metadata: Metadata
    place: Place
    description: str
    severity: str
    operator: Operator
    threshold: Fraction
    lookback_seconds: int
    after_seconds: int


@dataclass(frozen=True, slots=True)
class AlertNotificationTarget:
    """Whom to tell."""

    metadata: Metadata
    place: Place
    description: str
    target: str


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """When to tell whom."""

    metadata: Metadata
    place: Place
    description: str
    when_no_data: bool
    when_resolved: bool
    when_breaching: bool
    conditions: tuple[AlertCondition | Reference, ...]
    targets: tuple[AlertNotificationTarget | Reference, ...]


class Unknown(StrEnum):
    """What unseen time does to an objective's verdict."""

    BOUND = "bound"  # neither: low and high figures enclose it
    BAD = "bad"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Terms:
    """What v1 cannot say and our annotations do. ``tiers``: names of the alert policy's, None for all of them;
    ``collect_seconds``: None when nothing was said."""

    collect_seconds: int | None = None
    tiers: tuple[str, ...] | None = None
    excludes_maintenance: bool = True
    unknown: Unknown = Unknown.BOUND
    runbook: str = ""
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class SloDocument:
    """An SLO as its file says it. ``indicator`` is None in a composite; ``terms``: what our annotations say."""

    metadata: Metadata
    place: Place
    description: str
    service: Reference
    indicator: Sli | Reference | None
    window: TimeWindow
    method: Method
    goals: tuple[Goal, ...]
    policies: tuple[AlertPolicy | Reference, ...]
    terms: Terms

    @property
    def composite(self) -> bool:
        """Whether each objective brings its own indicator."""
        return self.indicator is None


OpenSlo: TypeAlias = DataSource | Service | Sli | SloDocument | AlertPolicy | AlertCondition | AlertNotificationTarget
