"""Upptime: ``history/summary.json`` (minutes down per day), ``history/*.yml`` (since when), and its incidents as the
GitHub issues that it opens and closes, from the API or from ``gh issue list --json``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import yaml

from reports.history import values
from reports.history.errors import BadValue, UnreadableHistory
from reports.history.incidents_csv import placed, still_open
from reports.history.json_text import field, needed, parts
from reports.history.model import (
    MAJOR,
    Defect,
    History,
    Impact,
    Outage,
    PeriodOutage,
    Reading,
    Records,
    Severity,
    Watch,
)
from reports.history.table import refused, text_of

KIND = "upptime"
LABEL = "status"
DAYS = "dailyMinutesDown"
LARGEST_YAML_BYTES = 1_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def fits(document: Any) -> bool:
    """Whether a document looks like a summary or like issues."""
    first = document[0] if isinstance(document, list) and document else None
    return isinstance(first, Mapping) and (DAYS in first or _is_issue(first))


def _is_issue(item: Mapping[str, Any]) -> bool:
    return "title" in item and bool({"created_at", "createdAt"} & set(item)) and "labels" in item


def read(document: Any, name: str, reading: Reading) -> History:
    """A summary or issues. Raises UnreadableHistory."""
    if not fits(document):
        raise UnreadableHistory(name, "neither a summary.json nor a list of issues of Upptime")
    return _summary(document, name, reading) if DAYS in document[0] else _issues(document, name, reading)


def _summary(sites: list[Any], name: str, reading: Reading) -> History:
    periods: list[PeriodOutage] = []
    defects: list[Defect] = []
    row = 0
    for site in sites:
        service = reading.product or field(site, "slug", "name")
        days = site.get(DAYS) if isinstance(site, Mapping) else None
        listed = days if isinstance(days, Mapping) else {}
        if not listed:
            text = f"{service or 'a site'} lists no day; its history/{service}.yml tells since when it was watched"
            defects.append(Defect(0, DAYS, "no_days", text, kept=True))
        for day, minutes in listed.items():
            row += 1
            try:
                periods.append(_day(row, service, day, minutes, reading))
            except BadValue as error:
                defects.append(refused(row, DAYS, error))
    records = Records(periods=tuple(periods), sparse=frozenset(each.service for each in periods))
    return History(name, KIND, "outage per period", row, records, tuple(defects))


def _day(row: int, service: str, day: str, minutes: Any, reading: Reading) -> PeriodOutage:
    """Raises BadValue."""
    window = values.period(day, reading)
    return PeriodOutage(
        row, service, window.from_s, window.to_s, Fraction(0), values.seconds(str(minutes), 60, "minutes down")
    )


def _issues(items: list[Any], name: str, reading: Reading) -> History:
    outages: list[Outage] = []
    defects: list[Defect] = []
    for row, item in enumerate(items, start=1):
        kept, found = _issue(row, item, reading)
        outages.extend(kept)
        defects.extend(found)
    return History(name, KIND, "incidents", len(items), Records(outages=tuple(outages)), tuple(defects))


def _issue(row: int, item: Any, reading: Reading) -> tuple[list[Outage], list[Defect]]:
    labels = [str(each) if isinstance(each, str) else field(each, "name") for each in parts(item, "labels")]
    column = "labels"
    try:
        _refuse_other(labels)
        column = "created_at"
        from_s = values.instant(needed(item, "created_at", "createdAt"), reading)
        column = "closed_at"
        ended = field(item, "closed_at", "closedAt")
        to_s, defects = (values.instant(ended, reading), []) if ended else still_open(row, column, from_s, reading)
    except BadValue as error:
        return [], [refused(row, column, error)]
    service = reading.product or ", ".join(each for each in labels if each != LABEL)
    title = field(item, "title")
    impact = Impact(Severity.PARTIAL) if "degraded" in title.lower() else MAJOR
    return placed(Outage(row, service, from_s, to_s, impact, title), column, defects)


def _refuse_other(labels: list[str]) -> None:
    """Raises BadValue for issues that are no incidents."""
    if "maintenance" in labels:
        raise BadValue("maintenance", "is planned work, not an incident; not counted")
    if LABEL not in labels:
        raise BadValue("not_an_incident", f"has no label {LABEL!r}: Upptime did not open it")


def read_site(content: bytes, name: str, reading: Reading) -> History:
    """``history/SLUG.yml``: from when to when a site was watched. Raises UnreadableHistory."""
    if len(content) > LARGEST_YAML_BYTES:
        raise UnreadableHistory(name, f"longer than {LARGEST_YAML_BYTES} bytes")
    try:
        document = _fields(text_of(content, name))
    except yaml.YAMLError as error:
        raise UnreadableHistory(name, f"not YAML: {' '.join(str(error).split())}") from error
    column = "startTime"
    try:
        begin = values.instant(needed(document, column), reading)
        column = "lastUpdated"
        end = values.instant(needed(document, column), reading)
    except BadValue as error:
        return History(name, KIND, "site", 1, Records(), (refused(1, column, error),))
    service = reading.product or PurePath(name).stem
    return History(name, KIND, "site", 1, Records(watches=(Watch(service, begin, end),)), ())


def _fields(text: str) -> dict[str, str]:
    """Fields of the outermost mapping that hold one value, as they are written.

    From the parser's events, of which nothing is built: aliases, tags and depth cost nothing then.
    """
    depth, texts, is_mapping = 0, list[str | None](), False
    for event in yaml.parse(text, Loader=_LOADER):
        if depth == 0 and isinstance(event, yaml.NodeEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
        elif depth == 1 and is_mapping and isinstance(event, yaml.NodeEvent):
            texts.append(event.value if isinstance(event, yaml.ScalarEvent) else None)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    pairs = zip(texts[::2], texts[1::2], strict=False)
    return {key: value for key, value in pairs if key is not None and value is not None}
