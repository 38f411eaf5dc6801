"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from alerts.policy import Policy
from collectors.mapping import MetricMap
from commands.errors import CommandError, refusing
from configuration.prometheus import PrometheusSettings
from reports.peaks.calendar import DayKinds
from settings import (
    Settings,
    SettingsError,
    alerts_path,
    calendar_path,
    catalog_path,
    load_calendar,
    load_catalog,
    load_metrics,
    load_policy,
    load_settings,
)
from slo.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CONFIG = ROOT / "config" / "control-center.yaml"
ESTATE_CONFIG = ROOT / "config" / "estate.yaml"
DEFAULT_DATA = Path("var")
STORE_FILE = "store.sqlite"
GENERATED_CONFIG = "control-center.yaml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything a command needs to know, validated."""

    path: Path
    settings: Settings
    catalog: Catalog
    mapping: MetricMap
    data: Path
    policy: Policy
    kinds: DayKinds

    @property
    def store(self) -> Path | str:
        """Where the counts are: a file or the address of a server as ``store:`` says, else in the data directory."""
        given = self.settings.store
        if given is None:
            return self.data / STORE_FILE
        return given if "://" in given else Path(given)

    @property
    def store_path(self) -> Path:
        """The same for what works on a SQLite file only. Raises CommandError when the store is a server."""
        if isinstance(self.store, str):
            raise CommandError(f"store {self.store}: this works on a SQLite file only; use PostgreSQL's own tools")
        return self.store


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """Adds --config and --data."""
    parser.add_argument("--data", type=Path, help="data directory (default: var, or what the configuration says)")
    parser.add_argument(
        "--config", type=Path, help="configuration (default: the data directory's own, else config/control-center.yaml)"
    )


def configuration(args: argparse.Namespace) -> Configuration:
    """The configuration that the options choose. Raises CommandError with the first defect."""
    path = chosen_config(args)
    with refusing(SettingsError):
        settings = load_settings(path)
        catalog = load_catalog(catalog_path(path, settings))
        mapping = load_metrics(catalog_path(path, settings), settings.limits.limits())
        policy = load_policy(alerts_path(path, settings))
        kinds = load_calendar(calendar_path(path, settings))
    _known_data_centers(path, settings, catalog)
    _known_probed(path, settings, catalog)
    products = frozenset(product.id for product in catalog.products)
    for line in (*settings.notify.unknown_products(products), *settings.reports.unknown_products(products)):
        raise CommandError(f"{path}: {line}")
    return Configuration(path, settings, catalog, mapping, args.data or settings.data, policy, kinds)


def _known_probed(path: Path, settings: Settings, catalog: Catalog) -> None:
    products = {product.id for product in catalog.products}
    data_centers = {data_center.id for data_center in catalog.data_centers}
    for probe in settings.probes:
        for what, name, known in (
            ("product", probe.product, products),
            ("data center", probe.data_center, data_centers),
        ):
            if name is not None and name not in known:
                choice = ", ".join(sorted(known))
                raise CommandError(f"{path}: probes: {probe.id}: no {what} {name!r} in the catalog; known: {choice}")


def chosen_config(args: argparse.Namespace) -> Path:
    """--config, else the file that the demo left in the data directory, else the one that ships."""
    if args.config is not None:
        return Path(args.config)
    generated: Path = (args.data or DEFAULT_DATA) / GENERATED_CONFIG
    return generated if generated.exists() else DEFAULT_CONFIG


def _known_data_centers(path: Path, settings: Settings, catalog: Catalog) -> None:
    known = {data_center.id for data_center in catalog.data_centers}
    for source in settings.sources:
        named = {source.data_center} if source.data_center else set()
        if isinstance(source, PrometheusSettings):
            named |= {*source.data_centers.values()}
        if strangers := sorted(named - known):
            choice = ", ".join(sorted(known))
            raise CommandError(
                f"{path}: sources: {source.id}: no data center {strangers[0]!r} in the catalog; known: {choice}"
            )
