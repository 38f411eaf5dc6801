"""What currencies are worth in CNY: a CSV `date,currency,cny`, kept in the store.

A day without a rate takes the newest one before it, at most 31 days old (monthly rates do, and long holidays); where
there is none the worth is unknown, never 1. CNY needs no rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from collectors.costs.defects import Finding
from collectors.costs.errors import NotCosts
from collectors.costs.focus.cells import FIRST_YEAR, LAST_YEAR, amount, currency
from collectors.costs.sources import UTF_8
from collectors.costs.table import csv_table
from store.costs import Rate

HOME = "CNY"
COLUMNS = ("date", "currency", "cny")
OLDEST = timedelta(days=31)


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


class Rates:
    """Looks rates up by day."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._days: dict[str, list[date]] = {}
        self._worths: dict[str, list[Decimal]] = {}
        for rate in sorted(rates):
            self._days.setdefault(rate.currency, []).append(rate.day)
            self._worths.setdefault(rate.currency, []).append(rate.cny)

    def rate(self, code: str, day: date) -> Fraction | None:
        """CNY for one unit of a currency on a day; None when that is not known."""
        if code == HOME:
            return Fraction(1)
        days: Sequence[date] = self._days.get(code, ())
        place = bisect_right(days, day) - 1
        if place < 0 or day - days[place] > OLDEST:
            return None
        return Fraction(self._worths[code][place])
