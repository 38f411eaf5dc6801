"""IT cost per account and year: the last twelve closed months over their mean daily accounts (definitions.md, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from slo.unit_cost import Accounts, period
from slo.windows import DAY_S, Window, closed_months, day_of, day_start
from store.port import Reader
from store.records import AccountTotal, CostTotal, Span

MONTHS = 12
ACCOUNT_STATE = Accounts.ACTIVE.value


@dataclass(frozen=True, slots=True)
class CostPerAccount:
    """CNY per account and year over the days ``[from_day, to_day)``; ``simulated`` when any of it was."""

    cny: Fraction
    from_day: date
    to_day: date
    accounts: str
    simulated: bool


def read_cost_per_account(reader: Reader, now_s: int, zone: str, simulated: Sequence[Span]) -> CostPerAccount | None:
    """Asks for the oldest day first: while history is still being filled that is cheap, and the answer None."""
    window = closed_months(now_s, MONTHS, zone)
    oldest_end_s = _next_day(window.from_s, zone)
    if not reader.costs(window.from_s, oldest_end_s) or not reader.accounts(window.from_s, oldest_end_s):
        return None
    costs = reader.costs(window.from_s, window.to_s)
    accounts = reader.accounts(window.from_s, window.to_s)
    return cost_per_account(costs, accounts, window, zone, simulated)


def cost_per_account(
    costs: Iterable[CostTotal],
    accounts: Iterable[AccountTotal],
    window: Window,
    zone: str,
    simulated: Sequence[Span],
) -> CostPerAccount | None:
    """Cost over the mean of the daily active accounts; None when a day lacks either, or nobody has an account."""
    days = list(local_days(window, zone))
    fen_of = _by_day((cost.day_s, cost.fen) for cost in costs)
    accounts_of = _by_day((seen.day_s, seen.accounts) for seen in accounts if seen.state == ACCOUNT_STATE)
    year = period(fen_of, days, accounts_of, days)
    if year is None or year.per_account_cny is None:
        return None
    return CostPerAccount(
        cny=year.per_account_cny,
        from_day=day_of(window.from_s, zone),
        to_day=day_of(window.to_s, zone),
        accounts=ACCOUNT_STATE,
        simulated=any(s.from_s < window.to_s and s.to_s > window.from_s for s in simulated),
    )


def _by_day(rows: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Sums by day; a day without a row is not there."""
    sums: dict[int, int] = {}
    for day_s, amount in rows:
        sums[day_s] = sums.get(day_s, 0) + amount
    return sums


def local_days(window: Window, zone: str) -> Iterator[int]:
    """Midnights of the local days of a window that begins at one; days of 23 and 25 hours included."""
    day_s = window.from_s
    while day_s < window.to_s:
        yield day_s
        day_s = _next_day(day_s, zone)


def _next_day(day_s: int, zone: str) -> int:
    """The midnight after a midnight."""
    return day_start(day_s + DAY_S * 3 // 2, zone)
