"""Material of a period -> the report, sealed with its hash. No clock, no store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from reports.availability.contract import contracts
from reports.availability.evidence import changes, incidents, left_out, maintenance, not_observed, outages, statistics
from reports.availability.figuring import Figures, Parts, budget_of, figures, parts_of, percent_text, view_texts
from reports.availability.material import CellSlice, Material
from reports.availability.model import (
    DEFINITION_VERSION,
    SCHEMA,
    Availability,
    Beside,
    Composite,
    DownMinute,
    Month,
    Named,
    PeriodText,
    Report,
    Row,
    Rows,
    Slice,
    WorstWindow,
    sealed,
)
from reports.availability.planned import whole_windows
from reports.availability.quality import data_quality, gaps
from reports.patience import patient_collector
from slo.availability import composite
from slo.catalog import DataCenter, Product
from slo.counts import Counts
from slo.downtime import covered_seconds, downtime_seconds
from slo.objective import Objective
from slo.windows import Window

_OfUnits = Sequence[tuple[str, dict[str, Any]]]
BANK = "bank"
KIND = "availability"
PERIOD, TREND = "period", "trend"
"""What a row is for: the period's own figures, or those of the thirteen months."""
_ROW: Mapping[str, str] = MappingProxyType(
    {
        "slice": "label",
        "product": "product",
        "data_center": "data_center",
        "good": "counts.good",
        "bad": "counts.bad",
        "excluded_good": "taken.good",
        "excluded_bad": "taken.bad",
        "transactions": "counts.transactions",
        "excluded_transactions": "taken.transactions",
        "length_ms": "length_ms",
        "excluded_ms": "planned.excluded_ms",
        "lost_ms": "unseen.lost_ms",
        "unwatched_ms": "unseen.unwatched_ms",
        "excluded_lost_ms": "planned.lost_ms",
        "excluded_unwatched_ms": "planned.unwatched_ms",
    }
)
"""Columns of a row and where a cell has them."""
_row = attrgetter(*_ROW.values())
COLUMNS = ("record", *_ROW, "provisional")


@patient_collector()
def compose(material: Material, kind: str = KIND) -> Report:
    """Everything that is printed, and what it can be recomputed from. ``kind``: what of it is laid out on paper."""
    given = material.given
    parts = parts_of(material.cells)
    bank = _unit(material, BANK, list(parts.values()))
    products = tuple(_unit(material, product, [mine]) for product, mine in parts.items())
    centers = tuple(
        _unit(material, center, [each.only(center) for each in parts.values() if center in each.whole[1]])
        for center in dict.fromkeys(cell.data_center for cell in material.cells)
    )
    listed = incidents(material)
    months = {month: list(_units(material, cells)) for month, cells in material.months.items()}
    return sealed(
        Report(
            kind=kind,
            schema=SCHEMA,
            definition_version=DEFINITION_VERSION,
            catalog_version=given.catalog.version,
            code_version=given.code_version,
            made_at=utc(material.now_s),
            demo=given.demo,
            period=_period(material),
            target=given.catalog.objective.text,
            completeness=bank.completeness,
            bank=bank,
            products=products,
            data_centers=centers,
            composite=_composite(products),
            trend=tuple(_trend(material, months)),
            slices=tuple(_slices(material, months)),
            worst_windows=_worst(material),
            incidents=listed,
            incident_statistics=statistics(listed),
            maintenance=maintenance(material),
            changes=changes(material),
            down_minutes=_down(material),
            data_quality=data_quality(material),
            not_observed=not_observed(material),
            rows=_rows(material),
            gaps=gaps(material),
            not_counted=left_out(material),
            imported_times=outages(material),
            sla=contracts(given),
        )
    )


def utc(at_s: int) -> str:
    """RFC 3339, UTC, to the second."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%S}Z"


def objective_of(material: Material, unit: str) -> Objective:
    """A product's own, else the bank's."""
    catalog = material.given.catalog
    return next((product.objective for product in catalog.products if product.id == unit), catalog.objective)


def _period(material: Material) -> PeriodText:
    period = material.period
    return PeriodText(
        kind=period.kind,
        key=period.key,
        from_=utc(period.window.from_s),
        to=utc(period.window.to_s),
        until=utc(material.until_s),
        time_zone=period.zone,
        provisional=bool(material.provisional),
    )


def _by_label(cells: Iterable[CellSlice]) -> dict[str, list[CellSlice]]:
    found: dict[str, list[CellSlice]] = defaultdict(list)
    for cell in cells:
        found[cell.label].append(cell)
    return found


def _unit(material: Material, unit: str, parts: Sequence[Parts]) -> Availability:
    """The bank, a product or a data center over the whole period."""
    seconds = material.until_s - material.period.window.from_s
    found = figures(parts, seconds * 1000, objective_of(material, unit))
    planned = _whole_windows(material, unit)
    down_s = _down_s(material, unit, planned) if found.counted.seen else None
    time = _time_availability(material, planned, down_s, found.counted.completeness)
    budget = budget_of(found.counted, seconds)
    return Availability(
        id=unit,
        names=names(material, unit),
        target=found.counted.objective.text,
        transactions=found.counted.availability.counts.transactions,
        downtime_seconds=down_s,
        time_availability=percent_text(time[0]),
        time_availability_low=percent_text(time[1]),
        with_maintenance=_beside(found),
        allowed_events=budget.allowed_events,
        remaining_events=budget.remaining_events,
        budget_spent_percent=budget.spent_percent,
        budget_seconds=budget.seconds,
        **view_texts(found.counted),
    )


def names(material: Material, unit: str) -> dict[str, str]:
    """As the catalog has them; an id that it does not know is its own name."""
    catalog = material.given.catalog
    known: tuple[Product | DataCenter, ...] = (*catalog.products, *catalog.data_centers)
    return next((dict(each.names) for each in known if each.id == unit), {})


def _down_s(material: Material, unit: str, planned: Sequence[Window]) -> int | None:
    """Down seconds of the bank or a product, without maintenance of all of it; a data center has none."""
    if unit not in (BANK, *material.products):
        return None
    down = material.down.get("" if unit == BANK else unit, ())
    window = Window(material.period.window.from_s, material.until_s)
    return None if down is None else downtime_seconds(window, down, planned)


def _time_availability(
    material: Material, planned: Sequence[Window], down_s: int | None, watched: Fraction | None
) -> tuple[Fraction | None, Fraction | None]:
    """1 - down seconds / (period - maintenance of all of it): of what was watched, and its low bound."""
    if down_s is None or not watched:
        return None, None
    window = Window(material.period.window.from_s, material.until_s)
    judged_s = window.to_s - window.from_s - covered_seconds(planned, window)
    if judged_s <= 0:
        return None, None
    down = Fraction(down_s, judged_s)
    return max(1 - down / watched, Fraction(0)), max(watched - down, Fraction(0))


def _whole_windows(material: Material, unit: str) -> tuple[Window, ...]:
    """Maintenance that takes a product, or the bank, out wherever it runs."""
    centers = material.centers if unit == BANK else {unit: material.centers.get(unit, ())}
    return whole_windows(material.given.windows, centers)


def _beside(found: Figures) -> Beside | None:
    return None if found.with_maintenance is None else Beside(**view_texts(found.with_maintenance))


def _composite(products: Sequence[Availability]) -> Composite:
    known = composite({each.id: Counts(each.good, each.bad) for each in products})
    worst = known.worst
    return Composite(
        percent_text(known.pooled),
        None if worst is None else Named(worst[0], percent_text(worst[1]) or ""),
        percent_text(known.mean),
    )


def _trend(material: Material, months: Mapping[str, _OfUnits]) -> Iterable[Month]:
    """Bank and products of thirteen calendar months."""
    windows = dict(material.period.trend())
    for month, units in months.items():
        whole = windows[month].to_s <= material.until_s
        state = "no_data" if not material.months[month] else "whole" if whole else "provisional"
        for unit, texts in units:
            yield Month(month=month, id=unit, state=state, **texts)


def _units(material: Material, cells: Sequence[CellSlice]) -> Iterable[tuple[str, dict[str, Any]]]:
    """The bank, then each product, over the cells' own slice."""
    length_ms = max((each.length_ms for each in cells), default=0)
    parts, catalog = parts_of(cells), material.given.catalog
    objectives = {product.id: product.objective for product in catalog.products}
    yield BANK, view_texts(figures(parts.values(), length_ms, objective_of(material, BANK)).counted)
    for product, mine in parts.items():
        objective = objectives.get(product, catalog.objective)
        yield product, view_texts(figures([mine], length_ms, objective).counted)


def _slices(material: Material, months: Mapping[str, _OfUnits]) -> Iterable[Slice]:
    """Of a long period slices are months, mostly those of the trend: then their figures are made already."""
    for label, cells in _by_label(material.cells).items():
        same = material.months.get(label) == tuple(cells)
        for unit, texts in months[label] if same else _units(material, cells):
            kept = {key: texts[key] for key in ("good", "bad", "total", "availability", "verdict", "completeness")}
            yield Slice(slice=label, id=unit, provisional=label in material.provisional, **kept)


def _worst(material: Material) -> tuple[WorstWindow, ...]:
    return tuple(
        WorstWindow(
            id=BANK,
            seconds=each.length_s,
            step_seconds=each.step_s,
            from_=utc(each.window.window.from_s),
            to=utc(each.window.window.to_s),
            good=each.window.counts.good,
            bad=each.window.counts.bad,
            total=each.window.counts.total,
            availability=percent_text(each.window.availability) or "",
        )
        for each in material.worst
    )


def _down(material: Material) -> tuple[DownMinute, ...]:
    """Every down minute, the bank's first; those of maintenance too, which the sums leave out."""
    return tuple(
        DownMinute(product or BANK, utc(each.from_s), utc(each.to_s))
        for product in ("", *material.products)
        for each in material.down.get(product, ()) or ()
    )


def _rows(material: Material) -> Rows:
    """Of the period, then of the months of the trend; those of a long period are mostly the same cells."""
    provisional = material.provisional
    rows = [_recorded(PERIOD, cell, provisional) for cell in material.cells]
    made = dict(zip(map(id, material.cells), rows, strict=True))
    for cell in (cell for cells in material.months.values() for cell in cells):
        same = made.get(id(cell))
        rows.append(_recorded(TREND, cell, provisional) if same is None else (TREND, *same[1:]))
    return Rows(COLUMNS, tuple(rows))


def _recorded(record: str, cell: CellSlice, provisional: frozenset[str]) -> Row:
    return (record, *_row(cell), int(cell.label in provisional))
