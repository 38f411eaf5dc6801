"""Everything that a cost report is made of: each month's ledger, who bears it, and what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from reports.availability.period import Period
from reports.costs.counted import Counted, counted
from reports.costs.ledger import Month, MonthLedger, month_ledger
from reports.costs.policy import CostPolicy
from slo.allocation import Share, allocate, summed
from slo.catalog import Catalog
from slo.unit_cost import Period as CostPeriod
from slo.windows import DAY_S, Window, day_start
from store.costs import LedgerLine
from store.invoices import Invoice, kept_invoices
from store.port import Reader
from store.rates import Rates

MONTHS = 12


@dataclass(frozen=True)
class Figures:
    """One month."""

    ledger: MonthLedger
    counted: Counted

    @property
    def month(self) -> Month:
        """Which."""
        return self.ledger.month

    @cached_property
    def shares(self) -> list[Share]:
        """The allocated ledger; adds up to it, to the fen."""
        return allocate(self.ledger.lines, self.counted.drivers)

    @cached_property
    def fen_by_product(self) -> Mapping[str, int]:
        """What each product bears; under NOBODY what none does."""
        return {name: parts.total for name, parts in summed(self.shares, lambda share: share.product).items()}

    @property
    def account_days(self) -> int | None:
        """Sum of the daily accounts of all products."""
        return None if self.counted.accounts is None else sum(self.counted.accounts.values())

    @cached_property
    def period(self) -> CostPeriod | None:
        """Cost and mean accounts of the month; None when either is not known."""
        if self.ledger.fen is None or self.account_days is None:
            return None
        return CostPeriod(len(self.month.days), self.ledger.fen, Fraction(self.account_days, len(self.month.days)))


@dataclass(frozen=True)
class Material:
    """``months``: those of the trend, oldest first; the last is the report's. ``lines``: charges of all time that
    invoices may speak of."""

    catalog: Catalog
    policy: CostPolicy
    period: Period
    months: tuple[Figures, ...]
    run_rate: CostPeriod | None
    run_rate_days: tuple[int, ...]
    invoices: tuple[Invoice, ...]
    lines: Sequence[LedgerLine]
    simulated: bool
    now_s: int
    code_version: str
    demo: bool

    @property
    def month(self) -> Figures:
        """The report's own."""
        return self.months[-1]

    @property
    def year(self) -> tuple[Figures, ...]:
        """The last twelve closed months."""
        return tuple(each for each in self.months if each.month.closed)[-MONTHS:]

    def of(self, key: str) -> Figures | None:
        """A month of the trend."""
        return next((each for each in self.months if each.month.key == key), None)


def months_of(windows: Sequence[tuple[str, Window]], now_s: int, zone: str) -> Iterator[Month]:
    """Those that have begun; of the one that is not over, the days that have."""
    for key, window in windows:
        until_s = min(window.to_s, now_s)
        if window.from_s < until_s:
            yield Month(key, window, until_s, tuple(midnights(Window(window.from_s, until_s), zone)))


def midnights(window: Window, zone: str) -> Iterator[int]:
    """Beginnings of the local days of a window that begins at one."""
    day_s = window.from_s
    while day_s < window.to_s:
        yield day_s
        day_s = day_start(day_s + DAY_S * 3 // 2, zone)


def figures_of(
    reader: Reader, policy: CostPolicy, windows: Sequence[tuple[str, Window]], now_s: int, zone: str
) -> list[Figures]:
    """Figures of months. Raises BadAllocation."""
    rates = Rates(reader.rates())
    return [
        Figures(month_ledger(reader, policy, month, rates, zone), counted(reader, policy, month))
        for month in months_of(windows, now_s, zone)
    ]


_LONG_AGO_S = 3 * 366 * DAY_S


def invoiced(reader: Reader, windows: Sequence[tuple[str, Window]]) -> tuple[list[Invoice], list[LedgerLine]]:
    """Invoices of the months, and the charges that they may be about."""
    keys = {key for key, _ in windows}
    invoices = [each for each in kept_invoices(reader.journal()) if each.period in keys]
    if not invoices:
        return [], []
    return invoices, reader.ledger(windows[0][1].from_s - _LONG_AGO_S, windows[-1][1].to_s + _LONG_AGO_S)


def borne(figures: Figures, product: str) -> int:
    """Fen that a product bears in a month."""
    return figures.fen_by_product.get(product, 0)
