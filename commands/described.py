"""What a process is configured with, for the page of settings: every file, every value, no secret."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from commands.errors import refusing
from commands.logs import configured_secrets
from commands.options import GENERATED_CONFIG, Configuration
from commands.terminal import environment_secrets
from configuration.alerts import AlertSettings
from configuration.calendar import CalendarSettings
from configuration.catalog import CatalogSettings
from configuration.costs import CostSettings
from configuration.origins import Shower, described
from configuration.reading import load
from configuration.regulatory import RegulatorySettings
from configuration.sla import SlaSettings
from dashboard.configured import Configured, ConfiguredFile, Origin
from outgoing.redaction import Redactor, shown_address
from settings import (
    SHIPPED,
    SLA_FILE,
    SettingsError,
    alerts_path,
    calendar_path,
    catalog_path,
    costs_path,
    regulatory_path,
    slos_path,
)
from store.sql.revision import HEAD


def configured(chosen: Configuration) -> Configured:
    """As it was read at the start. Raises CommandError when a file went away since."""
    secrets = [*environment_secrets(os.environ), *configured_secrets(chosen.settings.model_dump(), os.environ)]
    shower = Shower(Redactor(secrets), os.environ)
    with refusing(SettingsError):
        files = [_file(name, path, model, shower) for name, path, model in _models(chosen)]
    files += list(_objectives(chosen))
    store = chosen.store
    return Configured(
        tuple(files),
        shown_address(store) if isinstance(store, str) else str(store),
        HEAD,  # a store of any other schema is not opened
        str(chosen.data),
        chosen.settings.demo,
        time.time_ns() // 1_000_000,
        chosen.settings.access.policy(),
    )


def _models(chosen: Configuration) -> Iterator[tuple[str, Path, BaseModel]]:
    path, settings = chosen.path, chosen.settings
    yield "control-center", path, settings
    for name, where, model in (
        ("catalog", catalog_path(path, settings), CatalogSettings),
        ("alerts", alerts_path(path, settings), AlertSettings),
        ("calendar", calendar_path(path, settings), CalendarSettings),
        ("regulatory", regulatory_path(path, settings), RegulatorySettings),
        ("costs", costs_path(path, settings), CostSettings),
        ("sla", _beside(path, SLA_FILE), SlaSettings),
    ):
        read: BaseModel = load(where, model)
        yield name, where, read


def _beside(path: Path, name: str) -> Path:
    own = path.parent / name
    return own if own.exists() else SHIPPED / name


def _file(name: str, path: Path, model: BaseModel, shower: Shower) -> ConfiguredFile:
    return described(name, path, model, origin_of(path), shower)


def origin_of(path: Path) -> Origin:
    """What came with the program is shipped; the file that the demo writes for itself is the installation's."""
    inside = path.resolve().is_relative_to(SHIPPED) and path.name != GENERATED_CONFIG
    shipped_main = path.resolve() == SHIPPED / GENERATED_CONFIG
    return Origin.SHIPPED if inside or shipped_main else Origin.OWN


def _objectives(chosen: Configuration) -> Iterator[ConfiguredFile]:
    """OpenSLO files by name: what is in them is on the page of objectives."""
    folder = slos_path(chosen.path, chosen.settings)
    if folder is None:
        return
    for path in sorted(folder.rglob("*.y*ml") if folder.is_dir() else [folder]):
        yield ConfiguredFile("slos", str(path), origin_of(path), ())
