"""The kinds of reports there are. Screens, API, commands and deliveries ask here; a new kind is one more entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from dashboard.reporting.availability import AVAILABILITY, INCIDENTS, AvailabilityKind
from dashboard.reporting.bank import Bank
from dashboard.reporting.costs import CostsKind
from dashboard.reporting.peaks import PeaksKind
from reports.availability.errors import AvailabilityReportError
from reports.availability.explaining import Explanation
from reports.availability.model import PeriodText
from reports.availability.period import Period
from reports.costs.errors import CostReportError
from reports.issues.errors import IssueError
from reports.issues.model import Headline
from reports.paper.errors import PaperError
from reports.paper.model import Paper
from reports.peaks.errors import PeakReportError
from slo.errors import SloError
from store.port import Reader


class MadeReport(Protocol):
    """What every report says of itself, whatever its kind."""

    @property
    def kind(self) -> str:
        """Name of its kind."""

    @property
    def period(self) -> PeriodText:
        """What it is about."""

    @property
    def definition_version(self) -> str:
        """Of the formulas."""

    @property
    def code_version(self) -> str:
        """Of what made it."""


R = TypeVar("R", bound=MadeReport)


class ReportKind(Protocol[R]):
    """One kind. ``periods``: month, quarter, year, range; ``most_products``: that it can be made of, None for any
    number, 0 for the whole bank alone; ``shown``: parts of its document that the page of an issue shows."""

    @property
    def name(self) -> str:
        """As commands, addresses and configuration say it."""

    @property
    def periods(self) -> tuple[str, ...]:
        """Kinds of periods that it can be about."""

    @property
    def most_products(self) -> int | None:
        """How many products it can be narrowed to."""

    @property
    def shown(self) -> tuple[str, ...]:
        """Parts of its document."""

    def make(self, reader: Reader, bank: Bank, period: Period, products: Sequence[str], now_ms: int) -> R:
        """As the store says now; no products: all of them. Raises one of REFUSED."""

    def read(self, document: dict[str, Any]) -> R:
        """The report that a document holds."""

    def document(self, report: R) -> dict[str, Any]:
        """The report as a JSON object."""

    def lay(
        self, report: R, language: str, restated: Sequence[tuple[str, str, str]] = (), *, with_data: bool = True
    ) -> Paper:
        """On paper. ``restated``: figure, what an earlier issue said, what this one says."""

    def headline(self, report: R) -> Headline:
        """What lists say of it."""

    def stem(self, report: R) -> str:
        """Begin of its files' names."""

    def figures(self, report: R) -> list[str]:
        """Ids of its figures."""

    def explain(self, report: R, figure: str) -> Explanation:
        """Where a figure comes from. Raises UnknownFigure."""


REFUSED = (AvailabilityReportError, CostReportError, PeakReportError, IssueError, PaperError, SloError)
"""Why a report is not made; each text is one line for people."""

KINDS: Mapping[str, ReportKind[Any]] = MappingProxyType(
    {
        AVAILABILITY: AvailabilityKind(AVAILABILITY),
        INCIDENTS: AvailabilityKind(INCIDENTS),
        "costs": CostsKind(),
        "peaks": PeaksKind(),
    }
)
NAMES = tuple(KINDS)


class UnknownKind(IssueError):
    """An issue whose kind this version does not know."""

    def __init__(self, name: str) -> None:
        super().__init__(f"kind {name[:80]!r}: this version makes no such report; it makes {', '.join(NAMES)}")


class OtherKind(IssueError):
    """An issue of another kind than asked for."""

    def __init__(self, issue_id: str, wanted: str, kind: str) -> None:
        super().__init__(f"issue {issue_id}: is no report of {wanted}; report {kind} --issue {issue_id} draws it")


def kind_named(name: str) -> ReportKind[Any]:
    """A kind. Raises UnknownKind."""
    if name not in KINDS:
        raise UnknownKind(name)
    return KINDS[name]


def unfit(name: str, period: str, products: Sequence[str] = ()) -> str:
    """Why a kind cannot be about so long a period (month, quarter, year, range) or so many products; empty when it
    can."""
    kind = KINDS.get(name)
    if kind is None:
        return f"kind {name!r} cannot be made; there is {', '.join(NAMES)}"
    if period not in kind.periods:
        return f"kind {name!r} is made of a {' or '.join(kind.periods)} alone; choose that period"
    if kind.most_products == 0 and products:
        return f"kind {name!r} is of the whole bank; leave products out"
    if kind.most_products is not None and len(products) > kind.most_products:
        return f"kind {name!r} takes one product or the whole bank; {len(products)} are named"
    return ""
