"""Configuration: YAML files validated into plain values; every defect is named by file, line and field.

Only app.py and commands/ read this module; the rooms receive plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alerts.incidents.regulatory import RegulatoryTable
from alerts.kinds.policy import KindPolicy
from alerts.policy import Policy
from collectors.costs.hourly import HourlyRate
from collectors.mapping import Limits, MetricMap
from configuration.access import AccessSettings
from configuration.alerts import AlertSettings
from configuration.calendar import CalendarSettings
from configuration.capacity import CapacitySettings
from configuration.catalog import CatalogSettings
from configuration.costs import CostSettings
from configuration.desk import DeskSettings
from configuration.leases import LeaseSettings
from configuration.metrics import LimitSettings, Place, defects, metric_map, reference_map
from configuration.metrics import Names as KnownNames
from configuration.notify import NotifySettings
from configuration.probes import ProbeSettings, VantageSettings, refuse_repeated, refuse_unknown_vantages
from configuration.prometheus import PrometheusSettings
from configuration.reading import Problem, SettingsError, compose, line_of, load
from configuration.regulatory import RegulatorySettings
from configuration.reports import ReportsSettings
from configuration.sameness import repeated, same_address, what_it_reads
from configuration.sla import SlaSettings
from configuration.store import StoreAddress
from configuration.types import Identifier, Strict, Url
from reports.costs.policy import CostPolicy
from reports.peaks.calendar import DayKinds
from reports.sla.model import Tenant
from slo.catalog import Catalog
from slo.states import StatePolicy
from store.records import Level, Retention, Source, Span

__all__ = ["Problem", "SettingsError"]
"""What loading raises, for those who load."""

ALERTS_FILE = "alerts.yaml"
CALENDAR_FILE = "calendar.yaml"
COSTS_FILE = "costs.yaml"
REGULATORY_FILE = "regulatory.yaml"
SLA_FILE = "sla.yaml"
SLOS_FOLDER = "slos"
SHIPPED = Path(__file__).resolve().parent / "config"
Share = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]


class ServerSettings(Strict):
    """Where the dashboard listens. ``connections_per_address``: None for the usual number, which this machine need not
    keep."""

    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=0, le=65535)
    connections_per_address: int | None = Field(default=None, ge=8, le=4000)


class ExpositionSettings(Strict):
    """A target whose /metrics page is read directly."""

    id: Identifier
    kind: Literal["exposition"]
    data_center: Identifier
    url: Url
    interval_seconds: int = Field(default=1, ge=1, le=300)

    def source(self) -> Source:
        """The store's name for this target."""
        return Source(self.id, self.kind, self.data_center, self.interval_seconds * 1000)


AnySource = Annotated[ExpositionSettings | PrometheusSettings, Field(discriminator="kind")]


class StateSettings(Strict):
    """When a service counts as down or degraded (slo.states.StatePolicy)."""

    short_seconds: int = Field(default=3, ge=1, le=60)
    long_seconds: int = Field(default=60, ge=5, le=3600)
    down_share: Share = "0.5"
    down_events: int = Field(default=5, ge=1)
    degraded_burn: Share = "864"
    degraded_events: int = Field(default=5, ge=1)

    def policy(self) -> StatePolicy:
        """The same as exact fractions."""
        return StatePolicy(
            short_seconds=self.short_seconds,
            long_seconds=self.long_seconds,
            down_share=Fraction(self.down_share),
            down_events=self.down_events,
            degraded_burn=Fraction(self.degraded_burn),
            degraded_events=self.degraded_events,
        )


class RetentionSettings(Strict):
    """How long each level is kept. Slots: unless given, as long as the collection interval makes sense of."""

    slots_hours: int | None = Field(default=None, ge=1)
    minutes_days: int = Field(default=35, ge=31)
    hours_days: int = Field(default=400, ge=32)
    journal_days: int | None = Field(default=400, ge=32)

    def retention(self, shortest_interval_seconds: int = 1) -> Retention:
        """The same in seconds per level; days are kept for ever."""
        slots_hours = self.slots_hours or slots_hours_of(shortest_interval_seconds)
        return Retention(
            {
                Level.SLOT: slots_hours * 3600,
                Level.MINUTE: self.minutes_days * 86400,
                Level.HOUR: self.hours_days * 86400,
                Level.DAY: None,
            },
            journal_seconds=None if self.journal_days is None else self.journal_days * 86400,
        )


SLOTS_HOURS_AT_1_S = 2
SLOTS_HOURS = 48
"""At the usual scrape interval and above."""
USUAL_SCRAPE_SECONDS = 15


def slots_hours_of(interval_seconds: int) -> int:
    """Hours of slots to keep: 2 at an interval of 1 s, as many slots when it is longer, 48 from 15 s up."""
    return SLOTS_HOURS if interval_seconds >= USUAL_SCRAPE_SECONDS else SLOTS_HOURS_AT_1_S * interval_seconds


class HistorySettings(Strict):
    """The simulated past of a demo: which stretch is being filled in."""

    from_s: int = Field(ge=0)
    until_s: int = Field(ge=0)

    def span(self) -> Span:
        """The same as the store names it."""
        return Span(self.from_s, self.until_s)


class Settings(Strict):
    """config/control-center.yaml."""

    data: Path = Path("var")
    catalog: Path = Path("catalog.yaml")
    alerts: Path | None = None
    slos: Path | None = None
    regulatory: Path | None = None
    costs: Path | None = None
    calendar: Path | None = None
    store: StoreAddress | None = None
    server: ServerSettings = ServerSettings()
    access: AccessSettings = AccessSettings()
    sources: tuple[AnySource, ...] = Field(min_length=1)
    lease: LeaseSettings = LeaseSettings()
    states: StateSettings = StateSettings()
    retention: RetentionSettings = RetentionSettings()
    vantages: tuple[VantageSettings, ...] = ()
    probes: tuple[ProbeSettings, ...] = ()
    truth: dict[Identifier, Url] = Field(default_factory=dict)
    limits: LimitSettings = LimitSettings()
    notify: NotifySettings = NotifySettings()
    desk: DeskSettings = DeskSettings()
    capacity: CapacitySettings = CapacitySettings()
    reports: ReportsSettings = ReportsSettings()
    demo: bool = False
    history: HistorySettings | None = None

    def kept(self) -> Retention:
        """How long each level is kept, with what follows from the shortest interval of all sources."""
        intervals = [
            s.interval_seconds if isinstance(s, ExpositionSettings) else s.scrape_seconds for s in self.sources
        ]
        return self.retention.retention(min(intervals))

    @model_validator(mode="after")
    def _nothing_is_counted_twice(self) -> Settings:
        for name, seen in Counter(source.id for source in self.sources).items():
            if seen > 1:
                raise ValueError(f"source id {name!r} is used {seen} times; give each source its own id")
        direct = [s for s in self.sources if isinstance(s, ExpositionSettings)]
        for names in repeated((s.id, same_address(s.url)) for s in direct):
            raise ValueError(
                f"sources {', '.join(names)} read one page, which would be counted twice; keep one of them"
            )
        servers = (s for s in self.sources if isinstance(s, PrometheusSettings))
        for names in repeated((s.id, what_it_reads(s)) for s in servers):
            told = f"sources {', '.join(names)} read one job of one server, which would be counted twice"
            raise ValueError(f"{told}; keep one of them")
        if direct and len(direct) != len(self.sources):
            raise ValueError("exposition and prometheus sources in one store would count the same events twice")
        return self

    @model_validator(mode="after")
    def _probes_are_told_apart(self) -> Settings:
        refuse_repeated(self.vantages, self.probes)
        refuse_unknown_vantages(self.vantages, self.probes)
        return self


def load_settings(path: Path) -> Settings:
    """Reads config/control-center.yaml. Raises SettingsError with every defect."""
    return load(path, Settings)


def load_catalog(path: Path) -> Catalog:
    """Reads config/catalog.yaml. Raises SettingsError with every defect."""
    return _catalog(path).catalog()


def load_metrics(path: Path, limits: Limits) -> MetricMap:
    """What config/catalog.yaml says of metrics, else the names of the reference estate. Raises SettingsError."""
    catalog = _catalog(path)
    products = [product.id for product in catalog.products]
    if catalog.metrics is None:
        return replace(reference_map(products), limits=limits)
    node = compose(path)

    def origin(place: Place) -> str:
        return f"{path}:{line_of(node, ('metrics', *place))}"

    return replace(metric_map(catalog.metrics, origin, products), limits=limits)


def _catalog(path: Path) -> CatalogSettings:
    """A catalog whose parts fit each other. Raises SettingsError with every defect."""
    catalog = load(path, CatalogSettings)
    if catalog.metrics is None:
        return catalog
    names = KnownNames(
        [p.id for p in catalog.products], [d.id for d in catalog.data_centers], list(catalog.outcomes.table().kinds)
    )
    node = compose(path)
    problems = [
        Problem(path, line_of(node, place), ".".join(map(str, place)), message)
        for place, message in ((("metrics", *below), message) for below, message in defects(catalog.metrics, names))
    ]
    if problems:
        raise SettingsError(problems)
    return catalog


def catalog_path(settings_path: Path, settings: Settings) -> Path:
    """The catalog of a configuration: relative names are relative to the configuration file."""
    return settings_path.parent / settings.catalog


def load_policy(path: Path) -> Policy:
    """Reads config/alerts.yaml. Raises SettingsError with every defect."""
    return load(path, AlertSettings).policy()


def load_kinds(path: Path) -> KindPolicy:
    """What config/alerts.yaml says of alerts that are no burn rates. Raises SettingsError with every defect."""
    return load(path, AlertSettings).kinds.policy()


def load_regulatory(path: Path) -> RegulatoryTable:
    """Reads config/regulatory.yaml. Raises SettingsError with every defect."""
    return load(path, RegulatorySettings).table()


def load_tenants(settings_path: Path) -> tuple[Tenant, ...]:
    """Contracts of sla.yaml beside a configuration, else of the one that ships. Raises SettingsError."""
    return load(_named(settings_path, None, SLA_FILE), SlaSettings).values()


def load_calendar(path: Path) -> DayKinds:
    """Reads config/calendar.yaml. Raises SettingsError with every defect."""
    return load(path, CalendarSettings).value()


def load_costs(path: Path, catalog: Catalog) -> CostPolicy:
    """Reads config/costs.yaml, whose products and data centers are the catalog's. Raises SettingsError."""
    found = load(path, CostSettings)
    strangers = found.strangers((each.id for each in catalog.products), (each.id for each in catalog.data_centers))
    if strangers:
        raise SettingsError([Problem(path, 0, "", line) for line in strangers])
    return found.value()


def load_metered(path: Path, sources: Iterable[str]) -> tuple[HourlyRate, ...]:
    """Metrics of config/costs.yaml that are prices by the hour. ``sources``: ids of Prometheus sources that are there.
    Raises SettingsError."""
    known = sorted(sources)
    found = tuple(each.value() for each in load(path, CostSettings).metered)
    strange = [each for each in found if each.source not in known]
    if strange:
        choice = ", ".join(known) or "none"
        lines = [f"metered: {each.id}: no Prometheus source {each.source!r}; known: {choice}" for each in strange]
        raise SettingsError([Problem(path, 0, "", line) for line in lines])
    return found


def costs_path(settings_path: Path, settings: Settings) -> Path:
    """What was decided about costs, found as the alert policy is."""
    return _named(settings_path, settings.costs, COSTS_FILE)


def alerts_path(settings_path: Path, settings: Settings) -> Path:
    """The alert policy of a configuration: the file it names, else alerts.yaml beside it, else the one that ships."""
    return _named(settings_path, settings.alerts, ALERTS_FILE)


def regulatory_path(settings_path: Path, settings: Settings) -> Path:
    """The table of regulatory classes, found in the same way."""
    return _named(settings_path, settings.regulatory, REGULATORY_FILE)


def calendar_path(settings_path: Path, settings: Settings) -> Path:
    """Kinds of days, found in the same way."""
    return _named(settings_path, settings.calendar, CALENDAR_FILE)


def _named(settings_path: Path, given: Path | None, name: str) -> Path:
    beside = settings_path.parent / (given or name)
    return beside if given is not None or beside.exists() else SHIPPED / name


def slos_path(settings_path: Path, settings: Settings) -> Path | None:
    """OpenSLO files of a configuration: what it names, else the folder slos beside it, else None: the catalog's own
    objectives are watched."""
    if settings.slos is not None:
        return settings_path.parent / settings.slos
    beside = settings_path.parent / SLOS_FOLDER
    return beside if beside.is_dir() else None
