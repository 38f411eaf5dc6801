"""Reports of peaks as files: composed anew or from a frozen issue, in every format and language."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.reporting.making import drawn_paper, restated
from reports.availability.model import canonical
from reports.issues.freezing import freeze
from reports.issues.keeping import document_of
from reports.issues.model import Headline, Issue, Origin
from reports.peaks.model import KIND, PeakReport, document, peak_report_of
from reports.peaks.printing.laying import paper
from store.journal import Change, JournalReader


def frozen_peaks(journal: JournalReader, issue_id: str) -> tuple[PeakReport, tuple[tuple[str, str, str], ...]]:
    """A frozen issue's report, and what it states otherwise than the one before. Raises IssueError."""
    return peak_report_of(document_of(journal, issue_id)), restated(journal, issue_id)


def frozen_peaks_now(made: PeakReport, journal: JournalReader, now_ms: int, actor: str) -> tuple[Change, Issue]:
    """What has to be written so that a report is frozen, and the issue. Raises IssueError."""
    origin = Origin(KIND, made.period.key, made.definition_version, made.code_version, made.product or "")
    headline = Headline(made.verdict, None, made.period.provisional)
    return freeze(document(made), origin, journal, now_ms, actor, headline=headline)


def drawn_peaks(
    made: PeakReport, format_: str, language: str, restatements: Sequence[tuple[str, str, str]] = ()
) -> bytes:
    """A report as a file. Raises MissingPart when a library that draws it is not installed."""
    if format_ == "json":
        return canonical(document(made)) + b"\n"
    return drawn_paper(paper(made, language, restatements), format_)


def peaks_file_name(made: PeakReport, format_: str, language: str, issue_id: str = "") -> str:
    """ "peaks-2026-10-zh.pdf", of an issue "peaks-2026-10-r1-zh.pdf"."""
    stem = issue_id or "-".join(filter(None, (made.kind, made.product, made.period.key)))
    return f"{stem}.{format_}" if format_ in ("json", "csv") else f"{stem}-{language}.{format_}"
