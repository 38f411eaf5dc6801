"""Where a figure comes from: its formula, what went in, and the rows that it was counted from, added up again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.availability.errors import UnknownFigure
from reports.availability.model import Availability, Beside, Report, Row

FORMULAS: Mapping[str, str] = {
    "good": "sum of (good - excluded_good) over rows",
    "bad": "sum of (bad - excluded_bad) over rows",
    "total": "good + bad",
    "missing_estimate": "per product and data center: ceil(events x lost_ms / (length_ms - excluded_ms - lost_ms)), "
    "lost_ms without that of maintenance; a data center that was never seen: at the mean rate of the others; summed",
    "availability": "good / total, in per cent, truncated after 5 decimals",
    "low": "good / (total + missing_estimate), in per cent, truncated",
    "high": "(good + missing_estimate) / (total + missing_estimate), in per cent, truncated",
    "verdict": "met: low >= target; missed: high < target; else not proven; decided in integers",
    "completeness": "1 - sum(unwatched_ms - excluded_unwatched_ms) / sum(length_ms - excluded_ms)",
    "transactions": "sum of (transactions - excluded_transactions) over rows",
    "downtime_seconds": "60 s for every down minute (at least half of its events bad, and at least 5), "
    "without the time in which all of it was under maintenance",
    "time_availability": "1 - downtime_seconds / (length x completeness), truncated; length without the time in which "
    "all of it was under maintenance",
    "time_availability_low": "completeness - downtime_seconds / length, truncated; length as above",
    "allowed_events": "total x (1 - target), truncated after 2 decimals",
    "remaining_events": "allowed_events - bad, truncated",
    "budget_spent_percent": "bad / allowed_events x 100, truncated",
    "budget_seconds": "length of the period so far x (1 - target)",
    "pooled": "sum of good over products / sum of total over products",
    "worst": "the lowest good / total of a product with events",
    "mean": "sum of good / total of products with events / their number",
    "gaps": "number of its gaps that touch the period so far",
    "lost_seconds": "time of the period in which nobody looked and no later sample told what happened",
    "unwatched_seconds": "time of the period in which nobody looked",
    "longest_gap_seconds": "the longest of its gaps, as far as it lies in the period",
    "mtta_ms": "acknowledged - detected",
    "mttd_ms": "detected - impact_start",
    "n": "number of incidents that touch the period",
    "known": "incidents with this time",
    "unknown": "incidents without this time",
    "median_ms": "the one in the middle, of an even number the mean of the two in the middle",
    "p90_ms": "nearest rank: the smallest time that at least 90 % do not exceed",
    "max_ms": "the longest",
    "mttr_ms": "restored - impact_start",
    "failed": "bad events of the affected cells over the incident",
}
_BANK = "bank"
_WITH = "with_maintenance"
_WITH_FORMULAS: Mapping[str, str] = {
    "good": "sum of good over rows, with maintenance",
    "bad": "sum of bad over rows, with maintenance",
    "missing_estimate": "per product and data center: ceil(events x lost_ms / (length_ms - lost_ms)); a data center "
    "that was never seen: at the mean rate of the others; summed",
    "completeness": "1 - sum(unwatched_ms) / sum(length_ms)",
}
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
    for source in report.data_quality:
        for key in ("gaps", "lost_seconds", "unwatched_seconds", "longest_gap_seconds", "completeness"):
            yield f"source/{source.id}/{key}", getattr(source, key), {"first_page": source.first_page}


def _rows(report: Report, record: str, **wanted: str) -> tuple[Row, ...]:
    place = {name: number for number, name in enumerate(report.rows.columns)}
    chosen = [(place["record"], record), *((place[name], value) for name, value in wanted.items())]
    return tuple(row for row in report.rows.rows if all(row[number] == value for number, value in chosen))


def _made(report: Report, figure: str, value: Any, inputs: dict[str, Any], rows: tuple[Row, ...] = ()) -> Explanation:
    base, _, field = figure.rsplit("/", 1)[-1].rpartition(".")
    whole = base == _WITH
    formula = _WITH_FORMULAS.get(field) if whole else None
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
