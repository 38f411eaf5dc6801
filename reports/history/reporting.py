"""Imported history in the words of reports: incidents, counts and outages, marked with the file that they came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from reports.availability.imported import IMPORTED
from reports.availability.material import ImportedCounts, ImportedOutage, ReportedIncident
from reports.history.arithmetic import TIME, Range, account
from reports.history.keeping import listed_files, listed_incidents, listed_months
from reports.history.model import PeriodOutage, Records, Severity, Watch, Weighing
from slo.catalog import Catalog
from slo.windows import Window
from store.journal import JournalReader

CLOSED = "closed"
LANGUAGES = ("zh", "en")
_MS = 1000
_LONGEST_S = 400 * 86_400
"""Rows are kept under the month of their begin; one that began so long before a stretch may reach into it."""
_ASKED = {Severity.MAJOR: "page", Severity.PARTIAL: "ticket", Severity.NONE: "notice"}
"""What the control center would have asked of people, for want of a word of the file."""


def imported_incidents(journal: JournalReader, from_ms: int, to_ms: int) -> list[ReportedIncident]:
    """Imported incidents that began in ``[from_ms, to_ms)``, oldest first. Nobody knows when they were detected or
    acknowledged, nor which events failed."""
    return [_reported(each) for each in listed_incidents(journal, from_ms, to_ms)]


def _reported(body: dict[str, Any]) -> ReportedIncident:
    begin_ms, end_ms = (int(Fraction(body[name]) * _MS) for name in ("from", "to"))
    title = body["title"] or body["service"] or body["id"]
    return ReportedIncident(
        id=body["id"],
        title=dict.fromkeys(LANGUAGES, title),
        severity=_ASKED[Severity(body["severity"])],
        state=CLOSED,
        products=(body["product"],) if body["product"] else (),
        data_centers=(),
        begin_ms=begin_ms,
        impact_start_ms=begin_ms,
        detected_ms=None,
        acknowledged_ms=None,
        restored_ms=end_ms,
        imported_from=body["file"],
    )


def imported_counts(journal: JournalReader, catalog: Catalog, within: Window) -> list[ImportedCounts]:
    """Counts of months that touch a stretch, those of the newest import first. A service is the product whose id or
    name it has, else a product of its own; counts that name no data center belong to ``imported``."""
    products = _products(catalog)
    rank = {each["import"]: number for number, each in enumerate(_newest_first(journal))}
    months = sorted(_months(journal, within), key=lambda each: rank.get(each["import"], len(rank)))
    return [
        ImportedCounts(
            product=products.get(month["service"].casefold(), month["service"] or IMPORTED),
            data_center=center or IMPORTED,
            from_s=from_s,
            to_s=to_s,
            good=good,
            bad=bad,
            file=month["file"],
        )
        for month in months
        for from_s, to_s, center, good, bad in month["counts"]
    ]


def imported_outages(journal: JournalReader, within: Window, zone: str, now_s: int) -> list[ImportedOutage]:
    """Months inside a stretch of which files list seconds of outage, by service; the newest file that lists a period
    counts."""
    files = {each["import"]: each for each in _newest_first(journal)}
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for month in _months(journal, within):
        if month["periods"]:
            of[month["service"]].append(month)
    weighing = Weighing()
    found = []
    for service, months in sorted(of.items()):
        records = _records(service, months, files)
        figures = account(records, weighing, Range(zone, now_s, within.from_s, within.to_s), service).months
        names = tuple(sorted({each["file"] for each in months}))
        found += [
            ImportedOutage(each.key, service, names, weighing.partial, each.down_seconds, each.watched_seconds)
            for each in figures
            if each.basis == TIME
        ]
    return found


def _records(service: str, months: Sequence[dict[str, Any]], files: Mapping[str, dict[str, Any]]) -> Records:
    """What is kept of one service's periods, each period once."""
    rank = {id_: number for number, id_ in enumerate(files)}
    periods: dict[tuple[int, int], PeriodOutage] = {}
    for month in sorted(months, key=lambda each: rank.get(each["import"], len(rank))):
        for from_s, to_s, partial, major in month["periods"]:
            row = PeriodOutage(0, service, from_s, to_s, Fraction(partial), Fraction(major))
            periods.setdefault((from_s, to_s), row)
    bodies = [files[each["import"]] for each in months if each["import"] in files]
    sparse = frozenset({service} if bodies and all(service in each.get("sparse", ()) for each in bodies) else ())
    unknown = (row for each in bodies for row in each.get("unknown", ()) if row[0] == service)
    lost = tuple(Watch(name, Fraction(from_s), Fraction(to_s)) for name, from_s, to_s in unknown)
    return Records(periods=tuple(periods.values()), sparse=sparse, unknown=lost)


def _products(catalog: Catalog) -> dict[str, str]:
    names = {name.casefold(): product.id for product in catalog.products for name in product.names.values()}
    return {**names, **{product.id.casefold(): product.id for product in catalog.products}}


def _newest_first(journal: JournalReader) -> Iterable[dict[str, Any]]:
    return sorted(listed_files(journal), key=lambda each: (each["imported_ms"], each["id"]), reverse=True)


def _months(journal: JournalReader, within: Window) -> list[dict[str, Any]]:
    return listed_months(journal, (within.from_s - _LONGEST_S) * _MS, within.to_s * _MS)
