"""Invoices against the ledger: what was billed, to the hundredth, by billing account, billing period and currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from collectors.costs.defects import Finding
from collectors.costs.errors import BadInvoice, NotCosts
from collectors.costs.focus.cells import amount, currency
from collectors.costs.sources import UTF_8
from collectors.costs.table import csv_table
from slo.windows import DAY_S
from store.costs import EXACT, LedgerLine, total_of

COLUMNS = ("account", "period", "currency", "total")
ROUNDING = Decimal("0.005")
"""Half of a hundredth: an invoice is rounded, its rows are not."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """The payable amount of one billing account and period (``2026-01``, UTC)."""

    account: str
    period: str
    currency: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Reconciled:
    """An invoice beside what the ledger has billed; ``charges`` 0 means that nothing of it was imported."""

    invoice: Invoice
    billed: Decimal
    charges: int

    @property
    def difference(self) -> Decimal:
        """Billed less invoiced."""
        return EXACT.subtract(self.billed, self.invoice.total)

    @property
    def agrees(self) -> bool:
        """Whether rounding explains the difference."""
        return self.charges > 0 and abs(self.difference) <= ROUNDING


def read_invoices(path: Path, encoding: str = UTF_8) -> list[Invoice]:
    """Invoices of a CSV `account,period,currency,total`; a bad one refuses the file. Raises CostFileError, OSError."""
    with csv_table(path, encoding) as table:
        if tuple(cell.strip() for cell in table.header) != COLUMNS:
            raise NotCosts(path, f"invoices have the columns {','.join(COLUMNS)}")
        return list(_invoices(path, table.rows))


def _invoices(path: Path, rows: Iterator[list[str]]) -> Iterator[Invoice]:
    seen: set[tuple[str, str, str]] = set()
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        if len(row) != len(COLUMNS):
            raise NotCosts(path, f"{where}: {len(row)} cells; {','.join(COLUMNS)}")
        account, month, code, said = (cell.strip() for cell in row)
        total = amount("total", said)
        letters, odd = currency(code)
        if isinstance(total, Finding) or odd:
            raise NotCosts(path, f"{where}: total is {said!r}, currency {code!r}; such as 1234.50 and CNY")
        try:
            period = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).strftime("%Y-%m")
        except ValueError as error:
            raise NotCosts(path, f"{where}: period is {month!r}; write 2026-01") from error
        if (account, period, letters) in seen:
            raise NotCosts(path, f"{where}: account {account!r}, {period}, {letters} comes twice; which total counts?")
        seen.add((account, period, letters))
        yield Invoice(account, period, letters, total)


def bills(lines: Iterable[LedgerLine]) -> dict[tuple[str, str, str], list[LedgerLine]]:
    """Lines by billing account, period and currency."""
    found: dict[tuple[str, str, str], list[LedgerLine]] = {}
    for each in lines:
        # Half a day later it is the month's first day in every zone, whichever midnight a provider begins it at.
        at_s = each.line.billing_from_s + DAY_S // 2
        period = "" if each.line.billing_from_s < 0 else datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m")
        found.setdefault((each.line.account, period, each.line.currency), []).append(each)
    return found


def reconcile(invoices: Iterable[Invoice], lines: Iterable[LedgerLine]) -> list[Reconciled]:
    """Each invoice beside what is billed."""
    billed = bills(lines)
    found = []
    for invoice in invoices:
        total = total_of(billed.get((invoice.account, invoice.period, invoice.currency), ()))
        found.append(Reconciled(invoice, total.billed, total.charges))
    return found


def invoice_of(said: str, billed: dict[tuple[str, str, str], list[LedgerLine]]) -> Invoice:
    """The invoice of files that are one account's one period in one currency. Raises BadInvoice."""
    total = amount("total", said)
    if isinstance(total, Finding):
        raise BadInvoice(f"--invoice {said!r} is no amount; such as 1234.50")
    if len(billed) != 1:
        some = ", ".join(" ".join(key) for key in sorted(billed)[:3])
        raise BadInvoice(f"--invoice: {len(billed)} accounts, periods or currencies ({some}); give --invoices CSV")
    return Invoice(*next(iter(billed)), total)
