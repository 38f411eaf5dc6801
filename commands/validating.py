"""Whether a configuration holds, with everything that it names: every defect, not the first."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from alerts.openslo.findings import errors
from commands.errors import CommandError
from commands.objectives import objective_findings
from commands.options import configuration
from settings import (
    Problem,
    SettingsError,
    alerts_path,
    calendar_path,
    catalog_path,
    costs_path,
    load_calendar,
    load_catalog,
    load_costs,
    load_metered,
    load_policy,
    load_regulatory,
    load_settings,
    regulatory_path,
)


def configuration_problems(path: Path) -> tuple[Problem | str, ...]:
    """Every defect of the configuration, and of what it names: the catalog, the alert policy, the OpenSLO files, the
    table of regulatory classes, the kinds of days, what was decided about costs."""
    try:
        settings = load_settings(path)
    except SettingsError as error:
        return error.problems
    broken = [
        *_problems(load_catalog, catalog_path(path, settings)),
        *_problems(load_policy, alerts_path(path, settings)),
        *_problems(load_regulatory, regulatory_path(path, settings)),
        *_problems(load_calendar, calendar_path(path, settings)),
    ]
    if broken:
        return tuple(broken)
    catalog = load_catalog(catalog_path(path, settings))
    servers = [each.id for each in settings.sources if each.kind == "prometheus"]
    costs = _problems(lambda file: load_costs(file, catalog), costs_path(path, settings))
    costs = costs or _problems(lambda file: load_metered(file, servers), costs_path(path, settings))
    if costs:
        return costs
    try:
        chosen = configuration(argparse.Namespace(config=path, data=None))
    except CommandError as error:
        return (str(error),)
    return tuple(str(finding) for finding in errors(objective_findings(chosen)))


def _problems(load: Callable[[Path], object], path: Path) -> tuple[Problem, ...]:
    try:
        load(path)
    except SettingsError as error:
        return error.problems
    return ()
