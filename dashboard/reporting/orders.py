"""One file of a report as somebody asks for it: read, composed and drawn, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.reporting.bank import Bank
from dashboard.reporting.jobs import Output, Tell
from dashboard.reporting.kinds import REFUSED, kind_named
from dashboard.reporting.making import Frozen, file_name, frozen, laid
from reports.availability.period import Period
from reports.words import report_words
from store.errors import StoreError
from store.port import Reader, Store

STEPS = ("reading", "drawing")
EXPECTED = (*REFUSED, StoreError)
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
        asked = _asked(reader, bank, order, now_ms)
    tell("drawing")
    found = asked.report
    draw = laid(found, order.format, order.language, asked.restated)
    name = file_name(found, order.format, order.language, order.issue)
    title = report_words(order.language)(f"title.{found.kind}")
    shown = f"{title} {order.issue or found.period.key}.{order.format}"
    del asked, found  # up to 10 MB beside the 170 that a PDF takes
    return Output(draw(), CONTENT_TYPES[order.format], name, shown)


def _asked(reader: Reader, bank: Bank, order: FileOrder, now_ms: int) -> Frozen:
    if order.issue or order.period is None:
        return frozen(reader.journal(), order.issue)
    return Frozen(kind_named(order.kind).make(reader, bank, order.period, order.products, now_ms), ())
