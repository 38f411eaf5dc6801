"""Reports of any kind as files: composed anew or from a frozen issue, in every format and language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from dashboard.reporting.kinds import MadeReport, OtherKind, kind_named
from reports.availability.model import canonical
from reports.issues.errors import UnknownIssue
from reports.issues.freezing import differences_of, freeze
from reports.issues.keeping import document_of, find
from reports.issues.model import Issue, Origin
from reports.paper.csv import csv
from reports.paper.html import html
from reports.paper.model import Paper
from reports.paper.pdf import pdf
from reports.paper.xlsx import xlsx
from store.journal import Change, JournalReader

LANGUAGES = ("zh", "en")
_DRAWN: Mapping[str, Callable[[Paper], bytes]] = MappingProxyType({"pdf": pdf, "xlsx": xlsx, "csv": csv, "html": html})
FORMATS = ("json", *_DRAWN)
WITH_DATA = ("xlsx", "csv")
NOT_RESTATED = ("rows", "slices", "snapshot_sha256", "period.until", "code_version")
MOST_RESTATED = 500
LONGEST_SCOPE = 60


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen issue's report, and what it states otherwise than the one before: figure, was, is."""

    report: MadeReport
    restated: tuple[tuple[str, str, str], ...]


def frozen(journal: JournalReader, issue_id: str, wanted: str = "") -> Frozen:
    """``wanted``: the kind that it has to be of, empty for any. Raises IssueError."""
    issue = find(journal, issue_id)
    if issue is None:
        raise UnknownIssue(issue_id)
    kind = kind_named(issue.origin.kind)
    if wanted and wanted != kind.name:
        raise OtherKind(issue_id, wanted, kind.name)
    return Frozen(kind.read(document_of(journal, issue_id)), restated(journal, issue_id))


def restated(journal: JournalReader, issue_id: str) -> tuple[tuple[str, str, str], ...]:
    """Figure, what the issue before said, what this one says."""
    found = [each for each in differences_of(journal, issue_id) if not each.figure.startswith(NOT_RESTATED)]
    return tuple((each.figure, _text(each.was), _text(each.now)) for each in found[:MOST_RESTATED])


def _text(value: Any) -> str:
    return "-" if value is None else str(value)


def origin_of(report: MadeReport, products: Sequence[str] = ()) -> Origin:
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
    report: MadeReport, products: Sequence[str], journal: JournalReader, now_ms: int, actor: str
) -> tuple[Change, Issue]:
    """What has to be written so that a report is frozen, and the issue. Raises IssueError."""
    kind = kind_named(report.kind)
    origin = origin_of(report, products)
    return freeze(kind.document(report), origin, journal, now_ms, actor, headline=kind.headline(report))


def drawn(report: MadeReport, format_: str, language: str, restatements: Sequence[tuple[str, str, str]] = ()) -> bytes:
    """A report as a file. Raises MissingPart when a library that draws it is not installed."""
    return laid(report, format_, language, restatements)()


def laid(
    report: MadeReport, format_: str, language: str, restatements: Sequence[tuple[str, str, str]] = ()
) -> Callable[[], bytes]:
    """What draws the file, without the report itself: who lets go of that first has its room while a PDF is drawn."""
    kind = kind_named(report.kind)
    if format_ == "json":
        content = canonical(kind.document(report)) + b"\n"
        return lambda: content
    return partial(_DRAWN[format_], kind.lay(report, language, restatements, with_data=format_ in WITH_DATA))


def file_name(report: MadeReport, format_: str, language: str, issue_id: str = "") -> str:
    """ "availability-2026-10-zh.pdf", of an issue "availability-2026-10-r1-zh.pdf"."""
    stem = issue_id or kind_named(report.kind).stem(report)
    return f"{stem}.{format_}" if format_ in ("json", "csv") else f"{stem}-{language}.{format_}"
