"""One file of a report as somebody asks for it: read, composed and drawn, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.reporting.jobs import Output, Tell
from dashboard.reporting.making import Bank, drawn, file_name, frozen, report
from reports.availability.errors import AvailabilityReportError
from reports.availability.period import Period
from reports.costs.errors import CostReportError
from reports.issues.errors import IssueError
from reports.paper.errors import PaperError
from reports.words import report_words
from slo.errors import SloError
from store.errors import StoreError
from store.port import Store

STEPS = ("reading", "drawing")
EXPECTED = (AvailabilityReportError, CostReportError, IssueError, PaperError, SloError, StoreError)
"""What an order is refused for; the text is one line for people."""
CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "json": "application/json",
        "csv": "text/csv; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


@dataclass(frozen=True, slots=True)
class FileOrder:
    """Of a period as the store says now (``products`` empty for all), or of the frozen issue of an id."""

    format: str
    language: str
    kind: str = ""
    period: Period | None = None
    products: tuple[str, ...] = ()
    issue: str = ""


def made(store: Store, bank: Bank, order: FileOrder, now_ms: int, tell: Tell) -> Output:
    """The file. Raises one of EXPECTED."""
    tell("reading")
    with store.reading() as reader:
        if order.issue or order.period is None:
            found, restated = frozen(reader.journal(), order.issue)
        else:
            found, restated = (
                report(reader, bank, order.period, now_ms, kind=order.kind, products=order.products),
                (),
            )
    tell("drawing")
    content = drawn(found, order.format, order.language, restated)
    name = file_name(found, order.format, order.language, order.issue)
    title = report_words(order.language)(f"title.{found.kind}")
    shown = f"{title} {order.issue or found.period.key}.{order.format}"
    return Output(content, CONTENT_TYPES[order.format], name, shown)
