"""Invoices as they come: a CSV, or the total of one account's one period (``store.invoices`` has the arithmetic)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from collectors.costs.defects import Finding
from collectors.costs.errors import BadInvoice, NotCosts
from collectors.costs.focus.cells import amount, currency
from collectors.costs.sources import UTF_8
from collectors.costs.table import csv_table
from store.costs import LedgerLine
from store.invoices import Invoice

COLUMNS = ("account", "period", "currency", "total")


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


def invoice_of(said: str, billed: dict[tuple[str, str, str], list[LedgerLine]]) -> Invoice:
    """The invoice of files that are one account's one period in one currency. Raises BadInvoice."""
    total = amount("total", said)
    if isinstance(total, Finding):
        raise BadInvoice(f"--invoice {said!r} is no amount; such as 1234.50")
    if len(billed) != 1:
        some = ", ".join(" ".join(key) for key in sorted(billed)[:3])
        raise BadInvoice(f"--invoice: {len(billed)} accounts, periods or currencies ({some}); give --invoices CSV")
    return Invoice(*next(iter(billed)), total)
