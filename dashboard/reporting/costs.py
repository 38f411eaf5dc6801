"""Cost reports as files: composed anew or from a frozen issue, in every format and language."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.reporting.making import drawn_paper, restated
from reports.availability.model import canonical
from reports.availability.period import Period
from reports.costs.composing import compose
from reports.costs.gathering import Desk, gather
from reports.costs.model import KIND, CostReport, cost_report_of, document
from reports.costs.printing.laying import paper
from reports.issues.freezing import freeze
from reports.issues.keeping import document_of
from reports.issues.model import Headline, Issue, Origin
from store.journal import Change, JournalReader
from store.port import Reader


def cost_report(reader: Reader, desk: Desk, period: Period, now_s: int) -> CostReport:
    """A month's report as the store says now. Raises CostReportError, BadAllocation."""
    return compose(gather(reader, desk, period, now_s))


def frozen_costs(journal: JournalReader, issue_id: str) -> tuple[CostReport, tuple[tuple[str, str, str], ...]]:
    """A frozen issue's report, and what it states otherwise than the one before. Raises IssueError."""
    return cost_report_of(document_of(journal, issue_id)), restated(journal, issue_id)


def frozen_costs_now(made: CostReport, journal: JournalReader, now_ms: int, actor: str) -> tuple[Change, Issue]:
    """What has to be written so that a report is frozen, and the issue. Raises IssueError."""
    origin = Origin(KIND, made.period.key, made.definition_version, made.code_version)
    headline = Headline(made.goal.verdict, None, made.period.provisional)
    return freeze(document(made), origin, journal, now_ms, actor, headline=headline)


def drawn_costs(
    made: CostReport, format_: str, language: str, restatements: Sequence[tuple[str, str, str]] = ()
) -> bytes:
    """A report as a file. Raises MissingPart when a library that draws it is not installed."""
    if format_ == "json":
        return canonical(document(made)) + b"\n"
    return drawn_paper(paper(made, language, restatements), format_)


def costs_file_name(made: CostReport, format_: str, language: str, issue_id: str = "") -> str:
    """ "costs-2026-10-zh.pdf", of an issue "costs-2026-10-r1-zh.pdf"."""
    stem = issue_id or f"{made.kind}-{made.period.key}"
    return f"{stem}.{format_}" if format_ in ("json", "csv") else f"{stem}-{language}.{format_}"
