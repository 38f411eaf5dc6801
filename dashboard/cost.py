"""IT cost per account and year: the last twelve closed months over their mean daily accounts (definitions.md, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from reports.costs.counted import accounts_of
from reports.costs.ledger import month_ledger
from reports.costs.material import months_of
from reports.costs.policy import NO_POLICY, CostPolicy
from slo.unit_cost import Period, period
from slo.windows import DAY_S, Window, closed_months, day_of, day_start, month_window
from store.port import Reader
from store.rates import Rates
from store.records import Span

MONTHS = 12


@dataclass(frozen=True, slots=True)
class CostPerAccount:
    """CNY per account and year over the days ``[from_day, to_day)``; ``simulated`` when any of it was."""

    cny: Fraction
    from_day: date
    to_day: date
    accounts: str
    simulated: bool


def read_cost_per_account(
    reader: Reader, now_s: int, zone: str, simulated: Sequence[Span], policy: CostPolicy = NO_POLICY
) -> CostPerAccount | None:
    """As reports of costs have it: each month's ledger decides which origin of a category counts, and one that is not
    known leaves no figure. Asks for the oldest day first: while history is still being filled that is cheap, and the
    answer None."""
    window = closed_months(now_s, MONTHS, zone)
    oldest_end_s = _next_day(window.from_s, zone)
    if not reader.accounts(window.from_s, oldest_end_s):
        return None
    if not reader.costs(window.from_s, oldest_end_s) and not reader.ledger(window.from_s, window.to_s):
        return None
    rates, state = Rates(reader.rates()), policy.accounts.value
    months = list(months_of(list(month_windows(window, zone)), window.to_s, zone))
    counted = [accounts_of(reader, policy, each) for each in months]
    fen = {each.key: month_ledger(reader, policy, each, rates, zone).fen for each in months}
    by_day: dict[int, int] = {}
    for of_products, days in counted:
        by_day |= {} if of_products is None else days
    year = period(fen, list(fen), by_day, list(local_days(window, zone)))
    return _figure(year, window, zone, simulated, state)


def month_windows(window: Window, zone: str) -> Iterator[tuple[str, Window]]:
    """Calendar months of a window that begins and ends with one."""
    from_s = window.from_s
    while from_s < window.to_s:
        first = day_of(from_s, zone)
        found = month_window(first.year, first.month, zone)
        yield f"{first:%Y-%m}", found
        from_s = found.to_s


def _figure(
    year: Period | None, window: Window, zone: str, simulated: Sequence[Span], accounts_state: str
) -> CostPerAccount | None:
    if year is None or year.per_account_cny is None:
        return None
    return CostPerAccount(
        cny=year.per_account_cny,
        from_day=day_of(window.from_s, zone),
        to_day=day_of(window.to_s, zone),
        accounts=accounts_state,
        simulated=any(s.from_s < window.to_s and s.to_s > window.from_s for s in simulated),
    )


def local_days(window: Window, zone: str) -> Iterator[int]:
    """Midnights of the local days of a window that begins at one; days of 23 and 25 hours included."""
    day_s = window.from_s
    while day_s < window.to_s:
        yield day_s
        day_s = _next_day(day_s, zone)


def _next_day(day_s: int, zone: str) -> int:
    """The midnight after a midnight."""
    return day_start(day_s + DAY_S * 3 // 2, zone)
