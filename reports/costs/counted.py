"""What the store counted in a month beside costs: accounts, transactions, loans, and the use of each driver.

A count of a month with a missing day is not known; nor is one of steps when there were requests that no step tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reports.costs.ledger import Month
from reports.costs.policy import CostPolicy, DriverRule, Measure
from slo.allocation import Driver
from slo.counts import Counts
from slo.windows import DAY_S
from store.port import Reader
from store.records import Level, Scope
from store.slices import outward_minutes

ByProduct = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """``accounts``: sum of the daily accounts by product; ``by_day``: of all products by midnight. None: not known."""

    accounts: ByProduct | None
    by_day: Mapping[int, int]
    transactions: ByProduct | None
    loans: ByProduct | None
    drivers: tuple[Driver, ...]


def counted(reader: Reader, policy: CostPolicy, month: Month) -> Counted:
    """Everything of one month."""
    accounts, by_day = accounts_of(reader, policy, month)
    whole = _every_day(reader, month)
    totals = reader.totals(Scope.PRODUCT, month.window.from_s, month.until_s) if whole else {}
    transactions = {unit.product: counts.transactions for unit, counts in totals.items()} if whole else None
    calls = {unit.product: counts.total for unit, counts in totals.items()} if whole else None
    loans = _steps(reader, month, policy.loan_steps) if whole and policy.loan_steps else None
    read: dict[Measure, Callable[[DriverRule], ByProduct | None]] = {
        Measure.TRANSACTIONS: lambda rule: transactions,
        Measure.CALLS: lambda rule: calls,
        Measure.ACCOUNTS: lambda rule: accounts,
        Measure.PEAK: lambda rule: _peaks(reader, month),
        Measure.STEPS: lambda rule: _steps(reader, month, rule.steps) if whole else None,
    }
    drivers = [each for rule in policy.drivers for each in _drivers(rule, month, read)]
    return Counted(accounts, by_day, transactions, loans, tuple(drivers))


def accounts_of(reader: Reader, policy: CostPolicy, month: Month) -> tuple[ByProduct | None, Mapping[int, int]]:
    """Sum of the daily accounts by product (None when a day of any product is missing after its first one), and
    accounts of all products by day."""
    by_product: dict[str, int] = {}
    by_day: dict[int, int] = {}
    seen: dict[str, set[int]] = {}
    first_s = month.window.from_s
    for each in reader.accounts(first_s - DAY_S * 3 // 2, month.until_s):  # the day before is among them
        if each.state != policy.accounts.value:
            continue
        seen.setdefault(each.product, set()).add(each.day_s)
        if each.day_s >= first_s:
            by_product[each.product] = by_product.get(each.product, 0) + each.accounts
            by_day[each.day_s] = by_day.get(each.day_s, 0) + each.accounts
    if not month.days or not set(month.days) <= set(by_day):
        return None, by_day
    needed = month.days if month.closed else month.days[:-1]  # of a day that goes on not every product is read yet
    paused = any(day_s > min(seen[name]) and day_s not in seen[name] for name in by_product for day_s in needed)
    return (None if paused else by_product), by_day


def _every_day(reader: Reader, month: Month) -> bool:
    """Whether the bank's counts are there for each day."""
    found = reader.timeline(Level.DAY, Scope.BANK, month.window.from_s, month.until_s)
    return set(month.days) <= {day_s for day_s, _, _ in found}


def _steps(reader: Reader, month: Month, steps: tuple[str, ...]) -> ByProduct | None:
    """Good events of some steps; None when the steps of a product do not add up to its requests."""
    from_s, to_s = outward_minutes(month.window.from_s, month.until_s)
    requests = {unit.product: _events(each) for unit, each in reader.totals(Scope.PRODUCT, from_s, to_s).items()}
    told: dict[str, int] = {}
    found: dict[str, int] = {}
    for unit, counts in reader.totals(Scope.STEP, from_s, to_s).items():
        told[unit.product] = told.get(unit.product, 0) + _events(counts)
        if unit.step in steps:
            found[unit.product] = found.get(unit.product, 0) + counts.good
    return found if told == {product: events for product, events in requests.items() if events} else None


def _events(counts: Counts) -> int:
    return counts.total + counts.ignored


def _peaks(reader: Reader, month: Month) -> ByProduct | None:
    """Transactions of each product's highest minute."""
    found: dict[str, int] = {}
    for peak in reader.daily_peaks(Scope.PRODUCT, month.window.from_s, month.until_s):
        found[peak.unit.product] = max(found.get(peak.unit.product, 0), peak.transactions)
    return found or None


def _drivers(
    rule: DriverRule, month: Month, read: Mapping[Measure, Callable[[DriverRule], ByProduct | None]]
) -> list[Driver]:
    """One driver, or one for each data center that a table names; a month that a table lacks was not measured."""
    if rule.measure is not Measure.TABLE:
        return [Driver(rule.id, rule.unit, read[rule.measure](rule))]
    rows = {center: given for (key, center), given in (rule.table or {}).items() if key == month.key}
    found = [
        Driver(rule.id, rule.unit, given.used, given.capacity, center, rule.shares_idle)
        for center, given in sorted(rows.items())
    ]
    return found if "" in rows else [Driver(rule.id, rule.unit, None), *found]
