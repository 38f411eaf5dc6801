"""Where a figure of a report of peaks comes from: its formula, what went in, and the days that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from reports.availability.errors import UnknownFigure
from reports.availability.explaining import Explanation
from reports.peaks.model import Json, PeakReport

COLUMNS = ("day", "transactions", "peak")
"""Of the closed days that forecasts are made from; ``peak``: transactions of the busiest minute."""
_PEAK = "transactions of the busiest {0} of the day, all products and data centers in the same {0}, load tests left out"
FORMULAS: Mapping[str, str] = MappingProxyType(
    {
        "total": "sum of transactions over the days of the period",
        "transactions": "customers' transactions of the local day, each counted once, load tests left out",
        "load_test_transactions": "transactions of load runs on the local day; in no other figure",
        "peak_minute": _PEAK.format("minute") + "; per second: / 60, truncated",
        "peak_second": _PEAK.format("second"),
        "records/day": "the closed day with the most transactions that there ever was until period.until",
        "records/minute": "the day with the busiest minute that there ever was until period.until",
        "records/second": "the day with the busiest second that there ever was until period.until",
        "low": "5th percentile of past errors of the same distance and kind of day, put to the point",
        "point": "the model's value for the day, made from the rows; the model won a rolling back-test against naive",
        "high": "95th percentile of past errors of the same distance and kind of day, put to the point",
        "naive": "mean of the last four same weekdays",
        "proven_per_second": "the highest rate that a load run held with its objectives met and that has not expired",
        "peak_today_per_second": "transactions of the busiest minute of the day up to period.until / 60, truncated",
        "forecast_p95_per_second": "highest busiest minute of the last 28 days / 60 x 95th percentile of past ratios "
        "(wider while the past is short, or by what calendar.yaml says in advance: docs/forecast.md), truncated",
        "headroom": "proven_per_second / forecast_p95_per_second - 1, on exact values, truncated; 0.25 is 25 %",
        "headroom_n_1": "as headroom, with proven_per_second x (data centers - 1) / data centers",
        "headroom_today": "proven_per_second / peak_today_per_second - 1, on exact values, truncated",
        "headroom_today_n_1": "as headroom_today, with proven_per_second x (data centers - 1) / data centers",
        "runs_out": "whether and when the P95 of the peak exceeds the proven capacity, within a year",
        "runs_out_on": "first day whose P95 exceeds the proven capacity; after 28 days it grows by growth_per_year",
        "runs_out_n_1": "as runs_out, with one data center lost",
        "runs_out_n_1_on": "as runs_out_on, with one data center lost",
        "growth_per_year": "transactions of the last 28 days / those of the same 28 days a year before - 1",
        "verdict": "met: headroom >= 0; missed: headroom < 0; else not proven",
    }
)
_OF_FORECASTS = ("forecast_p95_per_second", "headroom", "headroom_n_1", "growth_per_year", "runs_out", "runs_out_on",
                 "runs_out_n_1", "runs_out_n_1_on")  # fmt: skip


def figures(report: PeakReport) -> list[str]:
    """Ids of every figure of a report, as tables and papers name them."""
    return [id_ for id_, _, _ in _known(report)]


def explain(report: PeakReport, figure: str) -> Explanation:
    """One figure by its id. Raises UnknownFigure."""
    found = next(((value, inputs) for id_, value, inputs in _known(report) if id_ == figure), None)
    if found is None:
        raise UnknownFigure(figure, "report explain --list with the same period or issue prints every id")
    name = figure if figure in FORMULAS else figure.rsplit("/", 1)[-1]
    rows = _rows(report, figure, name)
    counted = {"days": len(rows), "transactions": sum(int(row[1] or 0) for row in rows)} if rows else {}
    return Explanation(figure, found[0], FORMULAS[name], found[1], counted, COLUMNS, rows)


def _rows(report: PeakReport, figure: str, name: str) -> tuple[tuple[int | str | None, ...], ...]:
    """Days of the period for its total; the past for what is forecast."""
    if name == "total":
        return tuple((day["day"], day["transactions"], _minute(day)) for day in report.days)
    if figure.startswith("forecast/") or name in _OF_FORECASTS:
        return tuple((past.day, past.transactions, past.peak) for past in report.past)
    return ()


def _minute(day: Json) -> int | None:
    return None if day["peak_minute"] is None else int(day["peak_minute"]["transactions"])


def _known(report: PeakReport) -> Iterator[tuple[str, Any, Json]]:
    """Id, value, what goes in."""
    yield "total", report.total, {"days": len(report.days)}
    yield "verdict", report.verdict, {"headroom": report.capacity["headroom"]}
    for day in report.days:
        yield from _day(day)
    for name, day in report.records.items():
        yield f"records/{name}", _record(name, day), day or {}
    daily = report.forecast["daily"]
    for day in daily["days"] if daily else ():
        inputs = {"model": daily["model"], "uses_calendar": daily["uses_calendar"], "kinds": day["kinds"]}
        for name in ("low", "point", "high", "naive"):
            yield f"forecast/{day['day']}/{name}", day[name], inputs
    inputs = {name: value for name, value in report.capacity.items() if name != "reasons"}
    for name in report.capacity:
        if name in FORMULAS:
            why = report.capacity["reasons"].get(name)
            yield f"capacity/{name}", report.capacity[name], inputs | ({"reason": why} if why else {})


def _day(day: Json) -> Iterator[tuple[str, Any, Json]]:
    doubts = {name: day[name] for name in ("provisional", "incomplete", "simulated")}
    for name in ("transactions", "load_test_transactions"):
        yield f"days/{day['day']}/{name}", day[name], doubts
    for name in ("peak_minute", "peak_second"):
        found = day[name]
        value = None if found is None else found["per_second"]
        yield f"days/{day['day']}/{name}", value, doubts | (found or {})


def _record(name: str, day: Json | None) -> int | None:
    if day is None:
        return None
    return int(day["transactions"] if name == "day" else day[f"peak_{name}"]["per_second"])
