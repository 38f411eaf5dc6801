"""The kind of reports that says what the peaks are and what carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.reporting.bank import Bank
from reports.availability.errors import NothingYet
from reports.availability.explaining import Explanation
from reports.availability.period import Period
from reports.issues.model import Headline
from reports.paper.model import Paper
from reports.peaks.composing import Ground, compose
from reports.peaks.errors import ManyProducts
from reports.peaks.explaining import explain, figures
from reports.peaks.model import KIND, PeakReport, document, peak_report_of
from reports.peaks.printing.laying import paper
from slo.windows import day_of
from store.port import Reader


@dataclass(frozen=True, slots=True)
class PeaksKind:
    """Any period of the bank or of one product."""

    name: str = KIND
    periods: tuple[str, ...] = ("month", "quarter", "year", "range")
    most_products: int | None = 1
    shown: tuple[str, ...] = ("period", "product", "verdict", "total", "capacity", "snapshot_sha256")

    def make(self, reader: Reader, bank: Bank, period: Period, products: Sequence[str], now_ms: int) -> PeakReport:
        """As the store says now. Raises PeakReportError, and NothingYet for a period to come."""
        if len(products) > 1:
            raise ManyProducts(products)
        if now_ms < period.window.from_s * 1000:
            raise NothingYet(period.key, day_of(period.window.from_s, period.zone).isoformat())
        ground = Ground(bank.catalog, bank.days, bank.capacity, bank.code_version, demo=bank.demo)
        return compose(reader, ground, period, now_ms, "".join(products))

    def read(self, document: dict[str, Any]) -> PeakReport:
        """The report that a document holds."""
        return peak_report_of(document)

    def document(self, report: PeakReport) -> dict[str, Any]:
        """The report as the JSON object that scripts rely on."""
        return document(report)

    def lay(
        self,
        report: PeakReport,
        language: str,
        restated: Sequence[tuple[str, str, str]] = (),
        *,
        with_data: bool = True,
    ) -> Paper:
        """On paper, always with its rows: they are few."""
        del with_data
        return paper(report, language, restated)

    def headline(self, report: PeakReport) -> Headline:
        """What lists say of it."""
        return Headline(report.verdict, None, report.period.provisional)

    def stem(self, report: PeakReport) -> str:
        """ "peaks-2026-10", of a product "peaks-weilidai-2026-10"."""
        return "-".join(filter(None, (report.kind, report.product, report.period.key)))

    def figures(self, report: PeakReport) -> list[str]:
        """Ids of every figure."""
        return figures(report)

    def explain(self, report: PeakReport, figure: str) -> Explanation:
        """Where a figure comes from. Raises UnknownFigure."""
        return explain(report, figure)
