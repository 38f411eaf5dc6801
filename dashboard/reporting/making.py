"""Reports as files: composed anew or from a frozen issue, in every format and language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from dashboard.reporting.given import given_of
from reports.availability.composing import compose
from reports.availability.gathering import gather
from reports.availability.model import Report, canonical, document, report_of
from reports.availability.period import Period
from reports.availability.printing.laying import paper
from reports.issues.freezing import differences_of, freeze
from reports.issues.keeping import document_of
from reports.issues.model import Headline, Issue, Origin
from reports.paper.csv import csv
from reports.paper.html import html
from reports.paper.model import Paper
from reports.paper.pdf import pdf
from reports.paper.xlsx import xlsx
from reports.sla.model import Tenant
from slo.catalog import Catalog
from store.journal import Change, JournalReader
from store.port import Reader

KINDS = ("availability", "incidents")
LANGUAGES = ("zh", "en")
_DRAWN: Mapping[str, Callable[[Paper], bytes]] = MappingProxyType({"pdf": pdf, "xlsx": xlsx, "csv": csv, "html": html})
FORMATS = ("json", *_DRAWN)
WITH_DATA = ("xlsx", "csv")
NOT_RESTATED = ("rows", "slices", "snapshot_sha256", "period.until", "code_version")
MOST_RESTATED = 500
LONGEST_SCOPE = 60


@dataclass(frozen=True, slots=True)
class Bank:
    """What every report of this bank has in common."""

    catalog: Catalog
    code_version: str
    demo: bool = False
    tenants: tuple[Tenant, ...] = ()


def report(
    reader: Reader, bank: Bank, period: Period, now_ms: int, *, kind: str = KINDS[0], products: Sequence[str] = ()
) -> Report:
    """A report as the store says now. Raises AvailabilityReportError."""
    given = given_of(
        reader,
        bank.catalog,
        period,
        now_ms,
        code_version=bank.code_version,
        demo=bank.demo,
        products=products,
        tenants=bank.tenants,
    )
    return compose(gather(reader, period, given, now_ms), kind)


def frozen(journal: JournalReader, issue_id: str) -> tuple[Report, tuple[tuple[str, str, str], ...]]:
    """A frozen issue's report, and what it states otherwise than the one before. Raises IssueError."""
    return report_of(document_of(journal, issue_id)), restated(journal, issue_id)


def restated(journal: JournalReader, issue_id: str) -> tuple[tuple[str, str, str], ...]:
    """Figure, what the issue before said, what this one says."""
    found = [each for each in differences_of(journal, issue_id) if not each.figure.startswith(NOT_RESTATED)]
    return tuple((each.figure, _text(each.was), _text(each.now)) for each in found[:MOST_RESTATED])


def _text(value: Any) -> str:
    return "-" if value is None else str(value)


def origin_of(report: Report, products: Sequence[str] = ()) -> Origin:
    """What a frozen issue of a report is filed under."""
    return Origin(
        kind=report.kind,
        period=report.period.key,
        definition_version=report.definition_version,
        code_version=report.code_version,
        scope=_scope(products),
    )


def _scope(products: Sequence[str]) -> str:
    """The same for the same products in any order; many are named by their number and a hash."""
    named = "_".join(sorted(set(products)))
    if len(named) <= LONGEST_SCOPE:
        return named
    return f"{len(set(products))}-products-{sha256(named.encode()).hexdigest()[:12]}"


def frozen_now(
    report: Report, products: Sequence[str], journal: JournalReader, now_ms: int, actor: str
) -> tuple[Change, Issue]:
    """What has to be written so that a report is frozen, and the issue. Raises IssueError."""
    headline = Headline(report.bank.verdict, report.bank.availability, report.period.provisional)
    return freeze(document(report), origin_of(report, products), journal, now_ms, actor, headline=headline)


def drawn(report: Report, format_: str, language: str, restatements: Sequence[tuple[str, str, str]] = ()) -> bytes:
    """A report as a file. Raises MissingPart when a library that draws it is not installed."""
    if format_ == "json":
        return canonical(document(report)) + b"\n"
    return drawn_paper(paper(report, language, restatements, with_data=format_ in WITH_DATA), format_)


def drawn_paper(laid: Paper, format_: str) -> bytes:
    """Any paper as a file. Raises MissingPart."""
    return _DRAWN[format_](laid)


def file_name(report: Report, format_: str, language: str, issue_id: str = "") -> str:
    """ "availability-2026-10-zh.pdf", of an issue "availability-2026-10-r1-zh.pdf"."""
    stem = issue_id or f"{report.kind}-{report.period.key}"
    return f"{stem}.{format_}" if format_ in ("json", "csv") else f"{stem}-{language}.{format_}"


def without_rows(report: Report) -> Report:
    """For screens: without what only recomputing needs."""
    return replace(report, rows=replace(report.rows, rows=()))
