"""What-if: another number of accounts, one more data center, cheaper servers; from a report, by its own assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reports.costs.errors import NotSupposed
from reports.costs.figuring import cny
from reports.costs.material import MONTHS, Material
from slo.allocation import summed
from slo.money import rounded, whole
from slo.unit_cost import DAYS_A_YEAR, WhatIf, per_unit, what_if

MOST_TIMES = 1000
NOTHING_LEFT = -100
"""Per cent."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A category before and after, fen in a year."""

    category: str
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Supposed:
    """CNY per account and year before and after; ``base``: of what the costs are (year: twelve closed months, month:
    the month drawn out). None when the base is not known."""

    base: str
    before_cny: str | None
    after_cny: str | None
    before_fen: int | None
    after_fen: int | None
    accounts_before: int | None
    accounts_after: int | None
    categories: tuple[Moved, ...]


def change_of(
    accounts_percent: Fraction, more_data_centers: int, servers_percent: Fraction, data_centers: int
) -> WhatIf:
    """A change as people say it: accounts +10 %, data centers +1, servers -10 %. Raises NotSupposed."""
    if not NOTHING_LEFT < accounts_percent <= 100 * MOST_TIMES:
        raise NotSupposed(f"accounts {accounts_percent} %: must stay above -100 % and at most {100 * MOST_TIMES} %")
    if not 1 - data_centers <= more_data_centers <= MOST_TIMES:
        raise NotSupposed(f"data centers {more_data_centers:+d}: there are {data_centers}; at least one must stay")
    if not NOTHING_LEFT <= servers_percent <= 100 * MOST_TIMES:
        raise NotSupposed(f"servers {servers_percent} %: nothing becomes cheaper than -100 %")
    return WhatIf(1 + accounts_percent / 100, more_data_centers, -servers_percent / 100)


def suppose(material: Material, change: WhatIf) -> Supposed:
    """The twelve closed months after a change; the month itself, drawn out, when those are not known."""
    base, costs, accounts = _base(material)
    if costs is None or not accounts:
        return Supposed(base, None, None, None, None, None, None, ())
    behaviors = {name: material.policy.category(name).behavior for name in costs}
    exact = what_if(costs, behaviors, change, len(material.catalog.data_centers))
    after, more = whole(exact), accounts * change.accounts
    total_before, total_after = sum(costs.values()), sum(exact.values(), Fraction(0))
    return Supposed(
        base=base,
        before_cny=cny(per_unit(total_before, accounts)),
        after_cny=cny(per_unit(total_after, more)),
        before_fen=total_before,
        after_fen=sum(after.values()),
        accounts_before=int(accounts),
        accounts_after=int(more),
        categories=tuple(Moved(name, costs[name], after[name]) for name in sorted(costs)),
    )


def _base(material: Material) -> tuple[str, dict[str, int] | None, Fraction | None]:
    """Fen of a year by category, and the mean accounts that they are divided by."""
    year = material.year
    if len(year) == MONTHS and all(each.period is not None for each in year):
        days = sum(len(each.month.days) for each in year)
        costs: dict[str, int] = {}
        for each in year:
            for name, parts in summed(each.shares, lambda share: share.category).items():
                costs[name] = costs.get(name, 0) + parts.total
        return "year", costs, Fraction(sum(each.account_days or 0 for each in year), days)
    month = material.month
    if month.period is None:
        return "month", None, None
    days = len(month.month.days)
    exact = {
        name: Fraction(parts.total * DAYS_A_YEAR, days)
        for name, parts in summed(month.shares, lambda share: share.category).items()
    }
    return "month", {name: rounded(fen) for name, fen in exact.items()}, month.period.accounts
