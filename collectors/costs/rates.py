"""What currencies are worth in CNY: a CSV `date,currency,cny`, kept in the store (``store.rates``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from collectors.costs.defects import Finding
from collectors.costs.errors import NotCosts
from collectors.costs.focus.cells import FIRST_YEAR, LAST_YEAR, amount, currency
from collectors.costs.sources import UTF_8
from collectors.costs.table import csv_table
from store.costs import Rate
from store.rates import HOME

COLUMNS = ("date", "currency", "cny")


def read_rates(path: Path, encoding: str = UTF_8) -> list[Rate]:
    """Rates of a file; one that cannot be read refuses the file. Raises CostFileError, OSError."""
    with csv_table(path, encoding) as table:
        if tuple(cell.strip() for cell in table.header) != COLUMNS:
            raise NotCosts(path, f"rates have the columns {','.join(COLUMNS)}")
        return list(_rates(path, table.rows))


def _rates(path: Path, rows: Iterator[list[str]]) -> Iterator[Rate]:
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        if len(row) != len(COLUMNS):
            raise NotCosts(path, f"{where}: {len(row)} cells; {','.join(COLUMNS)}")
        try:
            day = date.fromisoformat(row[0].strip())
        except ValueError as error:
            raise NotCosts(path, f"{where}: date is {row[0]!r}; write 2026-01-31") from error
        code, odd = currency(row[1])
        worth = amount("cny", row[2])
        if odd or code == HOME:
            raise NotCosts(path, f"{where}: currency is {row[1]!r}; three capital letters, not {HOME}")
        if isinstance(worth, Finding) or worth <= 0 or not FIRST_YEAR <= day.year < LAST_YEAR:
            raise NotCosts(path, f"{where}: {','.join(row)[:80]!r}; a rate is above 0, of a day from {FIRST_YEAR} on")
        yield Rate(day, code, worth)
