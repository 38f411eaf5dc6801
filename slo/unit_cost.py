"""What one account costs (definitions.md section 8). Exact: fen in, Fractions of CNY out; pure.

Headline: effective cost of the last 12 closed months / mean of the daily accounts of the same days. The same formula
over billed cost is the cash view; over 30 days, times 365/30, the run-rate. None where the data do not say.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from slo.money import FEN_PER_CNY, Key, complete_sum

DAYS_A_YEAR = 365
RUN_RATE_DAYS = 30


class Accounts(enum.Enum):
    """Which accounts a figure counts; printed beside it. UNKNOWN: a peer who does not say."""

    REGISTERED = "registered"
    OPEN = "open"
    ACTIVE = "active"
    UNKNOWN = "unknown"


class Basis(enum.Enum):
    """Which cost a figure divides: EFFECTIVE is amortised, BILLED is the cash view."""

    EFFECTIVE = "effective"
    BILLED = "billed"


@dataclass(frozen=True, slots=True)
class Period:
    """Cost of some days and the mean of their daily accounts."""

    days: int
    fen: int
    accounts: Fraction

    @property
    def per_account_cny(self) -> Fraction | None:
        """CNY per account in the period; over 12 closed months the headline. None without accounts."""
        return per_unit(self.fen, self.accounts)

    @property
    def per_account_and_year_cny(self) -> Fraction | None:
        """CNY per account, drawn out to 365 days; over 30 days the run-rate. None without accounts."""
        return per_unit(self.annual_fen, self.accounts)

    @property
    def annual_fen(self) -> Fraction:
        """The cost that 365 such days have."""
        return Fraction(self.fen * DAYS_A_YEAR, self.days)


def period(
    costs: Mapping[Key, int | None],
    parts: Iterable[Key],
    daily_accounts: Mapping[int, int | None],
    days: Sequence[int],
) -> Period | None:
    """Cost in fen by day or month (``parts``: those of the period), and accounts by day.

    None when a part or a day is missing or not known: a partial period is not divided.
    """
    fen, accounts = complete_sum(costs, parts), complete_sum(daily_accounts, days)
    if fen is None or accounts is None or not days:
        return None
    return Period(len(days), fen, Fraction(accounts, len(days)))


def per_unit(fen: int | Fraction, count: int | Fraction, units: int = 1) -> Fraction | None:
    """CNY per so many units: of loans, of 1,000 transactions (``units=1000``). None when there were none."""
    return Fraction(fen) * units / (count * FEN_PER_CNY) if count else None


def marginal(before: Period, after: Period) -> Fraction | None:
    """CNY a year for each account that came (or saved by each that went); None when their number did not change.

    Both costs are drawn out to a year, so that the two may have different lengths.
    """
    return per_unit(after.annual_fen - before.annual_fen, after.accounts - before.accounts)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A change of the estate: ``accounts`` times as many, so many data centers more (or fewer), servers cheaper by
    a share."""

    accounts: Fraction = Fraction(1)
    more_data_centers: int = 0
    servers_cheaper: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Behavior:
    """How the cost of a category moves: the share that grows with accounts, whether each data center has it anew, and
    whether it is the price of servers. Assumptions, to be printed beside the answer."""

    with_accounts: Fraction = Fraction(0)
    per_data_center: bool = False
    servers: bool = False


def what_if(
    categories: Mapping[str, int], behaviors: Mapping[str, Behavior], change: WhatIf, data_centers: int
) -> dict[str, Fraction]:
    """Fen by category after a change: ``fen x (1 - share + share x accounts) x data centers x (1 - cheaper)``.

    A category without a behavior stays as it is. ``data_centers``: how many there are now, at least one.
    """
    return {
        name: fen * _factor(behaviors.get(name, Behavior()), change, data_centers) for name, fen in categories.items()
    }


def _factor(behavior: Behavior, change: WhatIf, data_centers: int) -> Fraction:
    factor = 1 + behavior.with_accounts * (change.accounts - 1)
    if behavior.per_data_center:
        factor *= 1 + Fraction(change.more_data_centers, data_centers)
    if behavior.servers:
        factor *= 1 - change.servers_cheaper
    return factor
