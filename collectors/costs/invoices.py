"""Invoices as they come: a CSV, or the total of one account's one period (``store.invoices`` has the arithmetic)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from pathlib import Path

from collectors.costs.defects import Finding
from collectors.costs.errors import BadInvoice, NotCosts
from collectors.costs.focus.cells import amount, currency
from collectors.costs.sources import UTF_8
from collectors.costs.table import csv_table
from store.costs import EXACT, LedgerLine
from store.invoices import Invoice

COLUMNS = ("account", "period", "currency", "total")
NUMBER = "invoice"
"""A fifth column: an account with several invoices or credit notes in a period names each."""


def read_invoices(path: Path, encoding: str = UTF_8) -> list[Invoice]:
    """Invoices of a CSV `account,period,currency,total[,invoice]`, those of one account, period and currency added up;
    a bad one refuses the file. Raises CostFileError, OSError."""
    with csv_table(path, encoding) as table:
        header = tuple(cell.strip() for cell in table.header)
        if header not in {COLUMNS, (*COLUMNS, NUMBER)}:
            raise NotCosts(path, f"invoices have the columns {','.join(COLUMNS)} and, if they have numbers, {NUMBER}")
        return _added_up(path, table.rows, header)


def _added_up(path: Path, rows: Iterator[list[str]], header: tuple[str, ...]) -> list[Invoice]:
    found: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        if len(row) != len(header):
            raise NotCosts(path, f"{where}: {len(row)} cells; {','.join(header)}")
        one, name = _invoice(path, where, row[: len(COLUMNS)]), "".join(row[len(COLUMNS) :]).strip()
        totals = found.setdefault((one.account, one.period, one.currency), {})
        if name in totals:
            what = f"account {one.account!r}, {one.period}, {one.currency}" + (f", invoice {name!r}" if name else "")
            raise NotCosts(path, f"{where}: {what} comes twice; which total counts? (several have a column {NUMBER})")
        totals[name] = one.total
    return [Invoice(*key, reduce(EXACT.add, totals.values())) for key, totals in found.items()]


def _invoice(path: Path, where: str, row: list[str]) -> Invoice:
    account, month, code, said = (cell.strip() for cell in row)
    total = amount("total", said)
    letters, odd = currency(code)
    if isinstance(total, Finding) or odd:
        raise NotCosts(path, f"{where}: total is {said!r}, currency {code!r}; such as 1234.50 and CNY")
    try:
        period = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).strftime("%Y-%m")
    except ValueError as error:
        raise NotCosts(path, f"{where}: period is {month!r}; write 2026-01") from error
    return Invoice(account, period, letters, total)


def invoice_of(said: str, billed: dict[tuple[str, str, str], list[LedgerLine]]) -> Invoice:
    """The invoice of files that are one account's one period in one currency. Raises BadInvoice."""
    total = amount("total", said)
    if isinstance(total, Finding):
        raise BadInvoice(f"--invoice {said!r} is no amount; such as 1234.50")
    if len(billed) != 1:
        some = ", ".join(" ".join(key) for key in sorted(billed)[:3])
        raise BadInvoice(f"--invoice: {len(billed)} accounts, periods or currencies ({some}); give --invoices CSV")
    return Invoice(*next(iter(billed)), total)
