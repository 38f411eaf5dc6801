"""Where a figure comes from: its formula, what went in, and the rows that it was counted from, added up again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.availability.errors import UnknownFigure
from reports.availability.model import Availability, Report, Row

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
    "transactions": "sum of transactions over rows, without those of maintenance",
    "downtime_seconds": "60 s for every down minute (at least half of its events bad, and at least 5), "
    "without maintenance of the whole product",
    "time_availability": "1 - downtime_seconds / (length x completeness), truncated",
    "time_availability_low": "completeness - downtime_seconds / length, truncated",
    "allowed_events": "total x (1 - target), truncated after 2 decimals",
    "remaining_events": "allowed_events - bad, truncated",
    "budget_spent_percent": "bad / allowed_events x 100, truncated",
    "budget_seconds": "length of the period so far x (1 - target)",
    "pooled": "sum of good over products / sum of total over products",
    "worst": "the product with the lowest good / total",
    "mean": "sum of good / total of products with events / their number",
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
    if kind in ("product", "data_center") and len(rest) == 2:  # noqa: PLR2004
        return _unit(report, figure, kind, rest[0], rest[1])
    if kind == _BANK and len(rest) == 1:
        return _unit(report, figure, kind, _BANK, rest[0])
    if kind in ("month", "slice") and len(rest) == 3:  # noqa: PLR2004
        return _dated(report, figure, kind, rest)
    found = next(((value, inputs) for id_, value, inputs in _others(report) if id_ == figure), None)
    if found is None:
        raise UnknownFigure(figure, "python app.py report explain --list prints every id")
    return _made(report, figure, found[0], found[1])


def figures(report: Report) -> list[str]:
    """Ids of every figure of a report."""
    names = [name for name in Availability.__slots__ if name in FORMULAS]
    units = [("product", each) for each in report.products] + [("data_center", each) for each in report.data_centers]
    found = [f"{_BANK}/{name}" for name in names]
    found += [f"{kind}/{unit.id}/{name}" for kind, unit in units for name in names]
    dated = ("good", "bad", "total", "availability", "verdict", "completeness")
    found += [f"month/{each.month}/{each.id}/{name}" for each in report.trend for name in (*dated, "low", "high")]
    found += [f"slice/{each.slice}/{each.id}/{name}" for each in report.slices for name in dated]
    return found + [id_ for id_, _, _ in _others(report)]


def _unit(report: Report, figure: str, kind: str, id_: str, name: str) -> Explanation:
    units = {_BANK: (report.bank,), "product": report.products, "data_center": report.data_centers}[kind]
    unit = next((each for each in units if kind == _BANK or each.id == id_), None)
    base, _, field = name.partition(".")
    holder: Any = getattr(unit, base, None) if field else unit
    if unit is None or holder is None or (field or name) not in FORMULAS or not hasattr(holder, field or name):
        raise UnknownFigure(figure, "python app.py report explain --list prints every id")
    rows = _rows(report, _PERIOD, **({} if kind == _BANK else {kind: id_}))
    inputs = {key: getattr(holder, key) for key in ("good", "bad", "total", "missing_estimate", "completeness")}
    inputs |= {"target": unit.target, "downtime_seconds": unit.downtime_seconds}
    return _made(report, figure, getattr(holder, field or name), inputs, rows)


def _dated(report: Report, figure: str, kind: str, rest: list[str]) -> Explanation:
    label, id_, name = rest
    every: Iterable[Any] = report.trend if kind == "month" else report.slices
    place = "month" if kind == "month" else "slice"
    found = next((each for each in every if getattr(each, place) == label and each.id == id_), None)
    if found is None or name not in FORMULAS or not hasattr(found, name):
        raise UnknownFigure(figure, "python app.py report explain --list prints every id")
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
    name = figure.rsplit("/", 1)[-1].rsplit(".", 1)[-1]
    counted = _sums(report.rows.columns, rows) if rows else {}
    return Explanation(figure, value, FORMULAS.get(name, "as listed"), inputs, counted, report.rows.columns, rows)


def _sums(columns: tuple[str, ...], rows: tuple[Row, ...]) -> dict[str, int]:
    """Good and bad of rows without maintenance, and the time that nobody saw."""
    place = {name: number for number, name in enumerate(columns)}

    def total(name: str) -> int:
        return sum(int(row[place[name]] or 0) for row in rows)

    good, bad = total("good") - total("excluded_good"), total("bad") - total("excluded_bad")
    lost = total("lost_ms") - total("excluded_lost_ms")
    unwatched = total("unwatched_ms") - total("excluded_unwatched_ms")
    return {"good": good, "bad": bad, "total": good + bad, "lost_ms": lost, "unwatched_ms": unwatched}
