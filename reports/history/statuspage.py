"""Statuspage: ``incidents.json`` of a page, and the days of a component with seconds of partial and major outage.

The days are what a page shows under "uptime": ``{"date": "2024-05-01", "outages": {"p": 120, "m": 60}}``, as a list,
under ``days`` of a component, or of several by their code. A day before a component began was not watched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from reports.history import values
from reports.history.errors import BadValue, UnreadableHistory
from reports.history.incidents_csv import placed, still_open
from reports.history.json_text import field, needed, parts
from reports.history.model import Defect, History, Impact, Outage, PeriodOutage, Reading, Records, Severity
from reports.history.table import refused

KIND = "statuspage"
_IMPACT = {
    "none": Impact(Severity.NONE),
    "minor": Impact(Severity.PARTIAL),
    "major": Impact(Severity.MAJOR),
    "critical": Impact(Severity.MAJOR),
}


def fits(document: Any) -> bool:
    """Whether a document looks like one of a Statuspage."""
    return bool(_incidents(document)) or next(_components(document), None) is not None


def read(document: Any, name: str, reading: Reading) -> History:
    """Incidents or days. Raises UnreadableHistory when there are neither."""
    if isinstance(document, Mapping) and "incidents" in document:
        return _read_incidents(_incidents(document), name, reading)
    components = list(_components(document))
    if not components:
        raise UnreadableHistory(name, 'no "incidents" and no days with "outages" in it; is it a Statuspage export?')
    return _read_days(components, name, reading)


def _incidents(document: Any) -> list[Any]:
    return parts(document, "incidents")


def _read_incidents(items: list[Any], name: str, reading: Reading) -> History:
    outages: list[Outage] = []
    defects: list[Defect] = []
    for row, item in enumerate(items, start=1):
        kept, found = _incident(row, item, reading)
        outages.extend(kept)
        defects.extend(found)
    return History(name, KIND, "incidents", len(items), Records(outages=tuple(outages)), tuple(defects))


def _incident(row: int, item: Any, reading: Reading) -> tuple[list[Outage], list[Defect]]:
    column = "impact"
    try:
        impact = _impact(item)
        column = "started_at"
        from_s = values.instant(needed(item, "started_at", "created_at"), reading)
        column = "resolved_at"
        ended = field(item, "resolved_at")
        to_s, defects = (values.instant(ended, reading), []) if ended else still_open(row, column, from_s, reading)
    except BadValue as error:
        return [], [refused(row, column, error)]
    service = reading.product or _affected(item)
    return placed(Outage(row, service, from_s, to_s, impact, field(item, "name")), column, defects)


def _impact(item: Any) -> Impact:
    """Raises BadValue for planned work, and for words that no Statuspage uses."""
    word = needed(item, "impact_override", "impact").lower()
    if word == "maintenance" or field(item, "scheduled_for"):
        raise BadValue("maintenance", "is planned work, not an incident; not counted")
    if word not in _IMPACT:
        raise BadValue("bad_impact", f"{values.shown(word)} is none of {', '.join(_IMPACT)}")
    return _IMPACT[word]


def _affected(item: Any) -> str:
    return ", ".join(filter(None, (field(each, "name") for each in parts(item, "components"))))


def _components(document: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """Name, first day and days of every component in a document of any of the three shapes."""
    if isinstance(document, list):
        if _are_days(document):
            yield "", "", document
        else:
            for each in document:
                yield from _component(each)
    elif isinstance(document, Mapping):
        yield from _component(document)
        for each in document.values():
            yield from _component(each)


def _component(item: Any) -> Iterator[tuple[str, str, list[Any]]]:
    days = parts(item, "days")
    if _are_days(days):
        about = item.get("component", item)
        yield field(about, "name", "code"), field(about, "startDate", "start_date"), days


def _are_days(items: list[Any]) -> bool:
    return any(isinstance(each, Mapping) and "date" in each and "outages" in each for each in items)


def _read_days(components: list[tuple[str, str, list[Any]]], name: str, reading: Reading) -> History:
    periods: list[PeriodOutage] = []
    defects: list[Defect] = []
    row = 0
    for service, began, days in components:
        for day in days:
            row += 1
            try:
                periods.append(_day(row, reading.product or service, began, day, reading))
            except BadValue as error:
                column = {"negative_duration": "outages", "not_a_number": "outages"}.get(error.rule, "date")
                defects.append(refused(row, column, error))
    return History(name, KIND, "outage per period", row, Records(periods=tuple(periods)), tuple(defects))


def _day(row: int, service: str, began: str, item: Any, reading: Reading) -> PeriodOutage:
    """Raises BadValue."""
    window = values.period(needed(item, "date"), reading)
    if began and window.from_s < values.period(began, reading).from_s:
        raise BadValue("not_watched", f"{needed(item, 'date')} lies before the component began ({began})")
    outages = item.get("outages")
    if not isinstance(outages, Mapping):
        raise BadValue("not_a_number", "outages is no object of seconds")
    partial, major = (_seconds(outages, each) for each in ("p", "m"))
    return PeriodOutage(row, service, window.from_s, window.to_s, partial, major)


def _seconds(outages: Mapping[str, Any], key: str) -> Fraction:
    """Seconds under a key, 0 when it is not there: a page leaves out what did not happen. Raises BadValue."""
    found = outages.get(key)
    return Fraction(0) if found is None else values.seconds(str(found), 1, f"outage {key}")
