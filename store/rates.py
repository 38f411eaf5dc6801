"""What currencies are worth in CNY on a day, from the rates that are kept.

A day without a rate takes the newest one before it, at most 31 days old (monthly rates do, and long holidays); where
there is none the worth is unknown, never 1. CNY needs no rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from store.costs import Rate

HOME = "CNY"
OLDEST = timedelta(days=31)


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
