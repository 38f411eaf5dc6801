"""The kinds of reports that are counted from events: availability, and incidents alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.reporting.bank import Bank
from dashboard.reporting.given import given_of
from reports.availability.composing import compose
from reports.availability.explaining import Explanation, explain, figures
from reports.availability.gathering import gather
from reports.availability.model import Report, document, report_of
from reports.availability.period import Period
from reports.availability.printing.laying import paper
from reports.issues.model import Headline
from reports.paper.model import Paper
from store.port import Reader

AVAILABILITY, INCIDENTS = "availability", "incidents"


def report(
    reader: Reader, bank: Bank, period: Period, now_ms: int, *, kind: str = AVAILABILITY, products: Sequence[str] = ()
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


@dataclass(frozen=True, slots=True)
class AvailabilityKind:
    """``name``: availability or incidents, which are two views of one document."""

    name: str
    periods: tuple[str, ...] = ("month", "quarter", "year", "range")
    most_products: int | None = None
    shown: tuple[str, ...] = ("period", "target", "completeness", "bank", "composite", "snapshot_sha256")

    def make(self, reader: Reader, bank: Bank, period: Period, products: Sequence[str], now_ms: int) -> Report:
        """As the store says now. Raises AvailabilityReportError."""
        return report(reader, bank, period, now_ms, kind=self.name, products=products)

    def read(self, document: dict[str, Any]) -> Report:
        """The report that a document holds."""
        return report_of(document)

    def document(self, report: Report) -> dict[str, Any]:
        """The report as the JSON object that scripts rely on."""
        return document(report)

    def lay(
        self, report: Report, language: str, restated: Sequence[tuple[str, str, str]] = (), *, with_data: bool = True
    ) -> Paper:
        """On paper. ``with_data``: with the rows that figures are recomputed from."""
        return paper(report, language, restated, with_data=with_data)

    def headline(self, report: Report) -> Headline:
        """What lists say of it."""
        return Headline(report.bank.verdict, report.bank.availability, report.period.provisional)

    def stem(self, report: Report) -> str:
        """ "availability-2026-10"."""
        return f"{report.kind}-{report.period.key}"

    def figures(self, report: Report) -> list[str]:
        """Ids of every figure."""
        return figures(report)

    def explain(self, report: Report, figure: str) -> Explanation:
        """Where a figure comes from. Raises UnknownFigure."""
        return explain(report, figure)
