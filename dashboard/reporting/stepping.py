"""Maintenance and imported counts of a run of steps, as grids take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alerts.desk.booking import taken_by_day
from alerts.desk.exclusions import excluded_counts
from alerts.desk.maintenance import Maintenance, between
from reports.availability.material import Given
from reports.availability.steps import LENGTHS_S, Steps
from reports.availability.watching import newest_s
from reports.history.reporting import imported_counts
from slo.catalog import Catalog
from slo.counts import Counts
from slo.windows import Window
from store.port import Reader


def given_of_steps(reader: Reader, catalog: Catalog, steps: Steps, now_ms: int) -> Given:
    """Catalog, imported counts, maintenance, and what it took out by begin of the day (of hours and minutes: of the
    step)."""
    windows = between(reader.journal(), steps.window)
    until_s = newest_s(reader.sources(), now_ms)
    counted = [replace(each, to_s=min(each.to_s, until_s)) for each in windows if each.from_s < until_s]
    if steps.name in LENGTHS_S:
        taken = _taken_by_step(reader, counted, steps)
    else:
        taken = taken_by_day(reader, counted, catalog.zone)
    imported = imported_counts(reader.journal(), catalog, steps.window)
    return Given(catalog=catalog, code_version="", windows=windows, taken=taken, imported=imported)


def _taken_by_step(reader: Reader, windows: Sequence[Maintenance], steps: Steps) -> dict[tuple[int, str, str], Counts]:
    touched = [each for each in steps.windows() if any(_touches(window, each) for window in windows)]
    return {
        (step.from_s, product, center): counts
        for step in touched
        for (product, center), counts in excluded_counts(reader, windows, step).cells.items()
    }


def _touches(window: Maintenance, step: Window) -> bool:
    return window.from_s < step.to_s and window.to_s > step.from_s
