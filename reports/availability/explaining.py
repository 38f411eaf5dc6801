"""Where a figure comes from: its formula, what went in, and the rows that it was counted from, added up again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.availability.errors import UnknownFigure
from reports.availability.formulas import FORMULAS, OF_PLACES, WITH_MAINTENANCE
from reports.availability.model import Availability, Beside, Report, Row

_BANK = "bank"
_WITH = "with_maintenance"
_TREND, _PERIOD = "trend", "period"


@dataclass(frozen=True, slots=True)
class Explanation:
    """``counted``: sums over ``rows``, made anew here; ``inputs``: other figures that the formula takes."""

    figure: str
    value: Any
    formula: str
    inputs: dict[str, Any]
    counted: dict[str, int]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def explain(report: Report, figure: str) -> Explanation:
    """One figure by the id that stands in tables and ``report explain --list``. Raises UnknownFigure."""
    kind, *rest = figure.split("/")
    if kind == _BANK and len(rest) == 1:
        return _unit(report, figure, kind, _BANK, rest[0])
    if kind in ("product", "data_center") and len(rest) > 1:
        return _unit(report, figure, kind, "/".join(rest[:-1]), rest[-1])
    if kind in ("month", "slice") and len(rest) > 2:  # noqa: PLR2004
        return _dated(report, figure, kind, (rest[0], "/".join(rest[1:-1]), rest[-1]))
    found = next(((value, inputs) for id_, value, inputs in _others(report) if id_ == figure), None)
    if found is None:
        raise _unknown(figure)
    return _made(report, figure, found[0], found[1])


def _unknown(figure: str) -> UnknownFigure:
    return UnknownFigure(figure, "python app.py report explain --list prints every id")


def figures(report: Report) -> list[str]:
    """Ids of every figure of a report."""
    units = [(_BANK, report.bank)]
    units += [(f"product/{each.id}", each) for each in report.products]
    units += [(f"data_center/{each.id}", each) for each in report.data_centers]
    found = [f"{place}/{name}" for place, unit in units for name in _names(unit)]
    dated = ("good", "bad", "total", "availability", "verdict", "completeness")
    more = ("missing_estimate", "low", "high")
    found += [f"month/{each.month}/{each.id}/{name}" for each in report.trend for name in (*dated, *more)]
    found += [f"slice/{each.slice}/{each.id}/{name}" for each in report.slices for name in dated]
    return found + [id_ for id_, _, _ in _others(report)]


def _names(unit: Availability) -> list[str]:
    names = [name for name in Availability.__slots__ if name in FORMULAS]
    if unit.with_maintenance is None:
        return names
    return names + [f"{_WITH}.{name}" for name in Beside.__slots__ if name in FORMULAS]


def _unit(report: Report, figure: str, kind: str, id_: str, name: str) -> Explanation:
    units = {_BANK: (report.bank,), "product": report.products, "data_center": report.data_centers}[kind]
    unit = next((each for each in units if kind == _BANK or each.id == id_), None)
    if unit is None or name not in _names(unit):
        raise _unknown(figure)
    base, _, field = name.partition(".")
    holder: Any = unit.with_maintenance if field else unit
    rows = _rows(report, _PERIOD, **({} if kind == _BANK else {kind: id_}))
    inputs = {key: getattr(holder, key) for key in ("good", "bad", "total", "missing_estimate", "completeness")}
    inputs |= {"target": unit.target, "downtime_seconds": unit.downtime_seconds}
    return _made(report, figure, getattr(holder, field or base), inputs, rows)


def _dated(report: Report, figure: str, kind: str, place: tuple[str, str, str]) -> Explanation:
    label, id_, name = place
    every: Iterable[Any] = report.trend if kind == "month" else report.slices
    found = next((each for each in every if getattr(each, kind) == label and each.id == id_), None)
    if found is None or name not in FORMULAS or not hasattr(found, name):
        raise _unknown(figure)
    record = _TREND if kind == "month" else _PERIOD
    unit = {} if id_ == report.bank.id else {"product": id_}
    rows = _rows(report, record, slice=label, **unit)
    keys = [key for key in ("good", "bad", "total", "missing_estimate", "completeness") if hasattr(found, key)]
    return _made(report, figure, getattr(found, name), {key: getattr(found, key) for key in keys}, rows)


def _others(report: Report) -> Iterable[tuple[str, Any, dict[str, Any]]]:
    """Figures that are not counted from rows: id, value, what goes in."""
    shares = {each.id: each.availability for each in report.products}
    composite = report.composite
    yield "composite/pooled", composite.pooled, {"good": report.bank.good, "total": report.bank.total}
    yield "composite/worst", None if composite.worst is None else composite.worst.availability, shares
    yield "composite/mean", composite.mean, shares
    yield "incidents/n", len(report.incidents), {}
    for name in ("mttd", "mtta", "mttr"):
        times = {each.id: getattr(each, f"{name}_ms") for each in report.incidents}
        for key in ("known", "unknown", "median_ms", "p90_ms", "max_ms"):
            yield f"incidents/{name}/{key}", getattr(getattr(report.incident_statistics, name), key), times
    for each in report.incidents:
        yield (
            f"incident/{each.id}/mttr_ms",
            each.mttr_ms,
            {"restored": each.restored, "impact_start": each.impact_start},
        )
        yield f"incident/{each.id}/failed", each.failed, {"complete": each.failed_complete}
    for worst in report.worst_windows:
        for key in ("availability", "bad", "total"):
            window = {"from": worst.from_, "to": worst.to, "good": worst.good, "bad": worst.bad}
            yield f"worst/{worst.seconds}/{key}", getattr(worst, key), window
    yield from _beside(report)
    for source in report.data_quality:
        for key in ("gaps", "lost_seconds", "unwatched_seconds", "longest_gap_seconds", "completeness"):
            yield f"source/{source.id}/{key}", getattr(source, key), {"first_page": source.first_page}


_OF_CONTRACTS = (
    *("good", "bad", "total", "availability", "low", "high", "verdict"),
    *("downtime_seconds_least", "downtime_seconds_most", "time_low", "time_high"),
    *("guideline_seconds_least", "guideline_seconds_most", "unseen_seconds", "coarsest_slice_seconds"),
    *("credit_percent_least", "credit_percent_most"),
)


def _beside(report: Report) -> Iterable[tuple[str, Any, dict[str, Any]]]:
    """Contracts, and outages that files tell of."""
    for each in report.sla:
        inputs = {key: getattr(each, key) for key in ("good", "bad", "target", "measure", "judged_seconds")}
        inputs |= {"unseen_seconds": each.unseen_seconds, "downtime_seconds_most": each.downtime_seconds_most}
        inputs |= {"credits": ", ".join(f"below {row.below} %: {row.credit_percent} %" for row in each.credits)}
        for key in _OF_CONTRACTS:
            yield f"sla/{each.id}/{key}", getattr(each, key), inputs
    for told in report.imported_times:
        inputs = {"partial_weight": told.partial_weight, "files": ", ".join(told.files)}
        inputs |= {"down_seconds": told.down_seconds, "watched_seconds": told.watched_seconds}
        for key in ("time_availability", "down_seconds", "watched_seconds"):
            yield f"imported/{told.month}/{told.service}/{key}", getattr(told, key), inputs


def _rows(report: Report, record: str, **wanted: str) -> tuple[Row, ...]:
    place = {name: number for number, name in enumerate(report.rows.columns)}
    chosen = [(place["record"], record), *((place[name], value) for name, value in wanted.items())]
    return tuple(row for row in report.rows.rows if all(row[number] == value for number, value in chosen))


def _made(report: Report, figure: str, value: Any, inputs: dict[str, Any], rows: tuple[Row, ...] = ()) -> Explanation:
    base, _, field = figure.rsplit("/", 1)[-1].rpartition(".")
    whole = base == _WITH
    formula = (WITH_MAINTENANCE if whole else OF_PLACES.get(figure.split("/", maxsplit=1)[0], {})).get(field)
    counted = _sums(report.rows.columns, rows, whole=whole) if rows else {}
    columns = report.rows.columns
    return Explanation(figure, value, formula or FORMULAS.get(field, "as listed"), inputs, counted, columns, rows)


def _sums(columns: tuple[str, ...], rows: tuple[Row, ...], *, whole: bool) -> dict[str, int]:
    """Events of rows and the time that nobody saw; ``whole``: with maintenance, else without."""
    place = {name: number for number, name in enumerate(columns)}

    def total(name: str) -> int:
        return sum(int(row[place[name]] or 0) for row in rows) if name in place else 0

    names = ("good", "bad", "transactions", "lost_ms", "unwatched_ms")
    found = {name: total(name) - (0 if whole else total(f"excluded_{name}")) for name in names}
    return {**found, "total": found["good"] + found["bad"]}
