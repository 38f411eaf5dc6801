"""Configuration: YAML files validated into plain values; every defect is named by file, line and field.

Only app.py and commands/ read this module; the rooms receive plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from alerts.incidents.regulatory import RegulatoryTable
from alerts.kinds.policy import KindPolicy
from alerts.policy import Policy
from collectors.mapping import Limits, MetricMap
from configuration.alerts import AlertSettings
from configuration.capacity import CapacitySettings
from configuration.catalog import CatalogSettings
from configuration.desk import DeskSettings
from configuration.leases import LeaseSettings
from configuration.metrics import LimitSettings, Place, defects, metric_map, reference_map
from configuration.metrics import Names as KnownNames
from configuration.notify import TAGS as CHANNEL_TAGS
from configuration.notify import NotifySettings
from configuration.probes import ProbeSettings, VantageSettings, refuse_repeated, refuse_unknown_vantages
from configuration.prometheus import PrometheusSettings
from configuration.regulatory import RegulatorySettings
from configuration.reports import ReportsSettings
from configuration.sla import SlaSettings
from configuration.store import StoreAddress
from configuration.types import Identifier, Strict, Url
from reports.sla.model import Tenant
from slo.catalog import Catalog
from slo.states import StatePolicy
from store.records import Level, Retention, Source, Span

LARGEST_FILE_BYTES = 1_000_000
UNION_TAGS = CHANNEL_TAGS | {"exposition", "prometheus"}
"""Kinds of sources and channels: pydantic puts them into the place of a defect, where no file has them."""
ALERTS_FILE = "alerts.yaml"
REGULATORY_FILE = "regulatory.yaml"
SLA_FILE = "sla.yaml"
SLOS_FOLDER = "slos"
SHIPPED = Path(__file__).resolve().parent / "config"
Share = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of a configuration file."""

    file: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class SettingsError(Exception):
    """A configuration that cannot be used; ``problems`` holds every defect, the text the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(problems) - 1} more; python app.py check lists them)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


class ServerSettings(Strict):
    """Where the dashboard listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=0, le=65535)


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
    store: StoreAddress | None = None
    server: ServerSettings = ServerSettings()
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
        direct = Counter(s.url for s in self.sources if isinstance(s, ExpositionSettings))
        for url, seen in direct.items():
            if seen > 1:
                raise ValueError(f"{url} is read by {seen} sources and would be counted twice")
        jobs = Counter((s.url.rstrip("/"), s.job) for s in self.sources if isinstance(s, PrometheusSettings))
        for (url, job), seen in jobs.items():
            if seen > 1:
                raise ValueError(f"job {job!r} of {url} is read by {seen} sources and would be counted twice")
        if direct and len(direct) != len(self.sources):
            raise ValueError("exposition and prometheus sources in one store would count the same events twice")
        return self

    @model_validator(mode="after")
    def _probes_are_told_apart(self) -> Settings:
        refuse_repeated(self.vantages, self.probes)
        refuse_unknown_vantages(self.vantages, self.probes)
        return self


Model = TypeVar("Model", bound=Strict)


def load_settings(path: Path) -> Settings:
    """Reads config/control-center.yaml. Raises SettingsError with every defect."""
    return _load(path, Settings)


def load_catalog(path: Path) -> Catalog:
    """Reads config/catalog.yaml. Raises SettingsError with every defect."""
    return _catalog(path).catalog()


def load_metrics(path: Path, limits: Limits) -> MetricMap:
    """What config/catalog.yaml says of metrics, else the names of the reference estate. Raises SettingsError."""
    catalog = _catalog(path)
    products = [product.id for product in catalog.products]
    if catalog.metrics is None:
        return replace(reference_map(products), limits=limits)
    node = _compose(path)

    def origin(place: Place) -> str:
        return f"{path}:{_line(node, ('metrics', *place))}"

    return replace(metric_map(catalog.metrics, origin, products), limits=limits)


def _catalog(path: Path) -> CatalogSettings:
    """A catalog whose parts fit each other. Raises SettingsError with every defect."""
    catalog = _load(path, CatalogSettings)
    if catalog.metrics is None:
        return catalog
    names = KnownNames(
        [p.id for p in catalog.products], [d.id for d in catalog.data_centers], list(catalog.outcomes.table().kinds)
    )
    node = _compose(path)
    problems = [
        Problem(path, _line(node, place), ".".join(map(str, place)), message)
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
    return _load(path, AlertSettings).policy()


def load_kinds(path: Path) -> KindPolicy:
    """What config/alerts.yaml says of alerts that are no burn rates. Raises SettingsError with every defect."""
    return _load(path, AlertSettings).kinds.policy()


def load_regulatory(path: Path) -> RegulatoryTable:
    """Reads config/regulatory.yaml. Raises SettingsError with every defect."""
    return _load(path, RegulatorySettings).table()


def load_tenants(settings_path: Path) -> tuple[Tenant, ...]:
    """Contracts of sla.yaml beside a configuration, else of the one that ships. Raises SettingsError."""
    beside = settings_path.parent / SLA_FILE
    return _load(beside if beside.exists() else SHIPPED / SLA_FILE, SlaSettings).values()


def alerts_path(settings_path: Path, settings: Settings) -> Path:
    """The alert policy of a configuration: the file it names, else alerts.yaml beside it, else the one that ships."""
    if settings.alerts is not None:
        return settings_path.parent / settings.alerts
    beside = settings_path.parent / ALERTS_FILE
    return beside if beside.exists() else SHIPPED / ALERTS_FILE


def regulatory_path(settings_path: Path, settings: Settings) -> Path:
    """The table of regulatory classes, found in the same way."""
    if settings.regulatory is not None:
        return settings_path.parent / settings.regulatory
    beside = settings_path.parent / REGULATORY_FILE
    return beside if beside.exists() else SHIPPED / REGULATORY_FILE


def slos_path(settings_path: Path, settings: Settings) -> Path | None:
    """OpenSLO files of a configuration: what it names, else the folder slos beside it, else None: the catalog's own
    objectives are watched."""
    if settings.slos is not None:
        return settings_path.parent / settings.slos
    beside = settings_path.parent / SLOS_FOLDER
    return beside if beside.is_dir() else None


def _load(path: Path, model: type[Model]) -> Model:
    node = _compose(path)
    problems = list(_repeated_keys(path, node))
    if problems:
        raise SettingsError(problems)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SettingsError([_problem(path, node, dict(detail)) for detail in error.errors()]) from error


def _compose(path: Path) -> yaml.Node:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise SettingsError([Problem(path, 0, "", f"larger than {LARGEST_FILE_BYTES} bytes")])
        text = path.read_text(encoding="utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise SettingsError([Problem(path, 0, "", "YAML aliases (*name) are not accepted; write the value out")])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise SettingsError([Problem(path, 0, "", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([Problem(path, 0, "", f"not UTF-8 text at byte {error.start}")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SettingsError([Problem(path, line, "", f"not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise SettingsError([Problem(path, 0, "", f"not YAML: {' '.join(str(error).split())}")]) from error
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError([Problem(path, 1, "", "must be a mapping of keys to values")])
    return node


def _repeated_keys(path: Path, node: yaml.Node) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield Problem(path, key.start_mark.line + 1, name, "is given twice; keep one")
            seen.add(name)
            yield from _repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(path, item)


def _problem(path: Path, node: yaml.Node, detail: dict[str, Any]) -> Problem:
    location = tuple(part for part in detail["loc"] if part not in UNION_TAGS)
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    if detail["type"] not in {"missing", "value_error"} and isinstance(given, str | int | float):
        message = f"{message} (found {given!r})"
    return Problem(path, _line(node, location), ".".join(str(part) for part in location), message)


def _line(node: yaml.Node, location: tuple[Any, ...]) -> int:
    line = node.start_mark.line + 1
    for part in location:
        child = _child(node, part)
        if child is None:
            return line
        node = child
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node, part: Any) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return _node(node.value[part])
    if isinstance(node, yaml.MappingNode):
        return next((_node(value) for key, value in node.value if key.value == part), None)
    return None


def _node(value: Any) -> yaml.Node | None:
    return value if isinstance(value, yaml.Node) else None
