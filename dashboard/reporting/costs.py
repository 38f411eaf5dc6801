"""The kind of reports that says what an account costs in a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.reporting.bank import Bank
from reports.availability.explaining import Explanation
from reports.availability.period import Period, month
from reports.costs.composing import compose
from reports.costs.errors import OfTheWholeBank
from reports.costs.explaining import explain, figures
from reports.costs.gathering import Desk, gather
from reports.costs.model import KIND, CostReport, cost_report_of, document
from reports.costs.printing.laying import paper
from reports.issues.model import Headline
from reports.paper.model import Paper
from slo.windows import day_of
from store.port import Reader


def cost_report(reader: Reader, desk: Desk, period: Period, now_s: int) -> CostReport:
    """A month's report as the store says now. Raises CostReportError, BadAllocation."""
    return compose(gather(reader, desk, period, now_s))


@dataclass(frozen=True, slots=True)
class CostsKind:
    """A month of the whole bank; days count when they are those of a month."""

    name: str = KIND
    periods: tuple[str, ...] = ("month",)
    most_products: int | None = 0
    shown: tuple[str, ...] = ("period", "headline", "goal", "cash", "run_rate", "allocation", "snapshot_sha256")

    def make(self, reader: Reader, bank: Bank, period: Period, products: Sequence[str], now_ms: int) -> CostReport:
        """As the store says now. Raises CostReportError, BadAllocation."""
        if products:
            raise OfTheWholeBank(products[0])
        desk = Desk(bank.catalog, bank.costs, bank.code_version, bank.demo)
        return cost_report(reader, desk, _whole_month(period), now_ms // 1000)

    def read(self, document: dict[str, Any]) -> CostReport:
        """The report that a document holds."""
        return cost_report_of(document)

    def document(self, report: CostReport) -> dict[str, Any]:
        """The report as the JSON object that scripts rely on."""
        return document(report)

    def lay(
        self,
        report: CostReport,
        language: str,
        restated: Sequence[tuple[str, str, str]] = (),
        *,
        with_data: bool = True,
    ) -> Paper:
        """On paper, always with its rows: they are few."""
        del with_data
        return paper(report, language, restated)

    def headline(self, report: CostReport) -> Headline:
        """What lists say of it."""
        return Headline(report.goal.verdict, None, report.period.provisional)

    def stem(self, report: CostReport) -> str:
        """ "costs-2026-10"."""
        return f"{report.kind}-{report.period.key}"

    def figures(self, report: CostReport) -> list[str]:
        """Ids of every figure."""
        return figures(report)

    def explain(self, report: CostReport, figure: str) -> Explanation:
        """Where a figure comes from. Raises UnknownFigure."""
        return explain(report, figure)


def _whole_month(period: Period) -> Period:
    """The month whose days a range names; else the period as it is."""
    if period.kind != "range":
        return period
    whole = month(f"{day_of(period.window.from_s, period.zone):%Y-%m}", period.zone)
    return whole if whole.window == period.window else period
