"""Figures of a cost report: headline, cash view, run-rate, per unit, marginal, the bridge, what is unusual."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.costs.material import Figures, Material, borne
from reports.costs.model import BridgeText, Effects, Figure, Goal, Unusual
from reports.costs.policy import CostPolicy
from slo.cost_anomaly import standing
from slo.cost_bridge import Bridge, ProductCost, bridge
from slo.cost_bridge import Effects as Moved
from slo.formatting import truncated
from slo.money import rounded, whole
from slo.unit_cost import DAYS_A_YEAR, RUN_RATE_DAYS, Basis, Period, marginal, per_unit, period
from slo.windows import DAY_S, day_of

PLACES = 6
MICRO = 10**PLACES
MONTHS = 12
THOUSAND = 1000
_LEAST_DAYS_JUDGED = 7


def cny(value: Fraction | None) -> str | None:
    """CNY per account, truncated."""
    return None if value is None else truncated(value, PLACES)


def year_figure(material: Material, basis: Basis) -> Figure:
    """Headline (effective) or cash view (billed): the last twelve closed months over their mean daily accounts."""
    months = material.year
    costs = {each.month.key: each.ledger.fen if basis is Basis.EFFECTIVE else each.ledger.billed_fen for each in months}
    days = [day_s for each in months for day_s in each.month.days]
    accounts = {day_s: count for each in months for day_s, count in each.counted.by_day.items()}
    reasons = reasons_of(months, basis)
    found = period(costs, list(costs), accounts, days) if len(months) == MONTHS and not reasons else None
    short = (f"closed_months:{len(months)}/{MONTHS}",) if len(months) < MONTHS else ()
    return _figure(material, _Over(found, days, basis, (*short, *reasons)), lambda known: known.per_account_cny)


def known_months(material: Material) -> int:
    """How many of the last twelve closed months are known."""
    return sum(each.period is not None for each in material.year)


def run_rate_figure(material: Material) -> Figure:
    """30 days, drawn out to a year."""
    reasons = () if material.run_rate is not None else ("days_missing",)
    over = _Over(material.run_rate, material.run_rate_days, Basis.EFFECTIVE, reasons)
    return _figure(material, over, lambda known: known.per_account_and_year_cny)


@dataclass(frozen=True, slots=True)
class _Over:
    """A period to divide; None with its reasons."""

    period: Period | None
    days: Sequence[int]
    basis: Basis
    reasons: tuple[str, ...]


def _figure(material: Material, over: _Over, per_account: Callable[[Period], Fraction | None]) -> Figure:
    first, after = span(over.days, material.catalog.zone)
    of, found = f"{material.policy.accounts.value}_accounts", over.period
    if found is None:
        reasons = over.reasons or ("not_known",)
        return Figure(None, None, None, len(over.days), first, after, over.basis.value, of, None, reasons)
    return Figure(
        cny=cny(per_account(found)),
        fen=found.fen,
        count=int(found.accounts),
        days=found.days,
        first=first,
        after=after,
        basis=over.basis.value,
        of=of,
        account_days=int(found.accounts * found.days),
        reasons=() if found.accounts else ("no_accounts",),
    )


def span(days: Sequence[int], zone: str) -> tuple[str, str]:
    """First day, and the day after the last; empty texts without days."""
    if not days:
        return "", ""
    return day_of(days[0], zone).isoformat(), day_of(days[-1] + DAY_S * 3 // 2, zone).isoformat()


def reasons_of(months: Sequence[Figures], basis: Basis = Basis.EFFECTIVE) -> tuple[str, ...]:
    """Why months have no figure: "2026-03: metrics on 12 of 31 days"."""
    found = []
    for each in months:
        ledger = each.ledger
        problems = ledger.problems if basis is Basis.EFFECTIVE else ledger.billed_problems
        found += [f"{each.month.key}: {problem.text}" + _times(problem.count) for problem in problems]
        if each.counted.accounts is None:
            found.append(f"{each.month.key}: accounts not on every day")
    return tuple(found)


def _times(count: int) -> str:
    return f" ({count})" if count else ""


def goal(policy: CostPolicy, headline: Figure) -> Goal:
    """The target and whether it was met: on the exact figure."""
    if policy.target_cny is None:
        return Goal(None, "not proven")
    text = truncated(policy.target_cny, 2)
    if headline.fen is None or not headline.account_days:
        return Goal(text, "not proven")
    exact = per_unit(headline.fen, Fraction(headline.account_days, headline.days))
    return Goal(text, "met" if exact is not None and exact <= policy.target_cny else "missed")


def unit_figure(material: Material, counts: Mapping[str, int] | None, of: str, units: int, reason: str) -> Figure:
    """The month's cost by a number of units."""
    month = material.month
    first, after = span(month.month.days, material.catalog.zone)
    fen, count = month.ledger.fen, None if counts is None else sum(counts.values())
    reasons = (*reasons_of([month]), *((reason,) if count is None else ()), *(("none",) if count == 0 else ()))
    value = None if fen is None or not count else per_unit(fen, count, units)
    days = len(month.month.days)
    return Figure(cny(value), fen, count, days, first, after, Basis.EFFECTIVE.value, of, None, reasons)


def marginal_figure(material: Material) -> Figure:
    """CNY a year for each account that came since the month before."""
    month, before = material.month, None if len(material.months) <= 1 else material.months[-2]
    first, after = span(month.month.days, material.catalog.zone)
    days, of = len(month.month.days), "accounts_more"
    if before is None or month.period is None or before.period is None:
        reasons = reasons_of(material.months[-2:]) or ("month_before_not_known",)
        return Figure(None, None, None, days, first, after, Basis.EFFECTIVE.value, of, None, reasons)
    more = month.period.accounts - before.period.accounts
    value = marginal(before.period, month.period)
    fen = rounded(month.period.annual_fen - before.period.annual_fen)
    reasons = () if more else ("accounts_did_not_change",)
    return Figure(cny(value), fen, int(more), days, first, after, Basis.EFFECTIVE.value, of, None, reasons)


def product_costs(figures: Figures) -> dict[str, ProductCost]:
    """Each product's cost, drawn out to a year, and its mean daily accounts; under NOBODY what no product bears."""
    days, accounts = len(figures.month.days), figures.counted.accounts or {}
    return {
        product: ProductCost(
            Fraction(borne(figures, product) * DAYS_A_YEAR, days), Fraction(accounts.get(product, 0), days)
        )
        for product in {*figures.fen_by_product, *accounts}
    }


def between(before: Figures, after: Figures, names: Mapping[str, Mapping[str, str]]) -> BridgeText | None:
    """Why the cost of an account moved; None when a month is not known or has no accounts."""
    if before.period is None or after.period is None:
        return None
    found = bridge(product_costs(before), product_costs(after))
    return None if found is None else _texts(found, before.month.key, after.month.key, names)


def _texts(found: Bridge, key_0: str, key_1: str, names: Mapping[str, Mapping[str, str]]) -> BridgeText:
    """In whole millionths of a CNY that add up in every row and column."""
    micro = {
        kind: whole({name: getattr(moved, kind) * MICRO for name, moved in found.products.items()})
        for kind in ("cost", "volume", "mix")
    }
    products = tuple(
        _effects(name, names.get(name, {}), [micro[kind][name] for kind in micro], moved)
        for name, moved in found.products.items()
    )
    bank = _effects("", {}, [sum(micro[kind].values()) for kind in micro], found.effects)
    before = rounded(found.before * MICRO)
    after = before + sum(sum(each.values()) for each in micro.values())
    return BridgeText(key_0, key_1, _micro(before), _micro(after), str(found.before), str(found.after), bank, products)


def _effects(name: str, names: Mapping[str, str], micro: Sequence[int], moved: Moved) -> Effects:
    exact = (str(moved.cost), str(moved.volume), str(moved.mix))
    cost, volume, mix = map(_micro, micro)
    return Effects(name, names, cost, volume, mix, _micro(sum(micro)), exact)


def _micro(value: int) -> str:
    return truncated(Fraction(value, MICRO), PLACES)


def compared_with(material: Material) -> Figures | None:
    """The month that a report's bridge begins at: a year before when it is known, else the month before."""
    candidates = [each for each in (material.months[:1] if len(material.months) > MONTHS else ()) if each.period]
    candidates += [each for each in material.months[-2:-1] if each.period]
    return candidates[0] if candidates else None


def unusual(material: Material) -> tuple[list[Unusual], int]:
    """Cost lines (category and product) that are not as in the months before, all drawn to 30 days; and how many could
    be judged. A month that is not over is judged from its eighth day on, and for what is dearer alone: bills
    come late."""
    if not material.month.month.closed and len(material.month.month.days) <= _LEAST_DAYS_JUDGED:
        return [], 0
    by_month = [_by_line(each) for each in material.months]
    found, judged = [], 0
    for key in sorted({key for lines in by_month if lines is not None for key in lines}):
        past = [None if lines is None else lines.get(key, 0) for lines in by_month[:-1]]
        now = by_month[-1]
        beginning = next((at for at, fen in enumerate(past) if fen), len(past))
        stood = None if now is None else standing(past[beginning:], now.get(key, 0))
        judged += stood is not None
        if stood is not None and stood.unusual and (material.month.month.closed or stood.score > 0):
            middle, score = rounded(stood.median_fen), truncated(stood.score, 1)
            found.append(Unusual(key[0], key[1], stood.fen, middle, score, stood.months))
    return sorted(found, key=lambda each: -abs(each.fen - each.median_fen)), judged


def _by_line(figures: Figures) -> dict[tuple[str, str], int] | None:
    """Fen of each line by 30 days; None when the month is not known."""
    if figures.ledger.fen is None:
        return None
    found: dict[tuple[str, str], int] = {}
    for each in figures.ledger.lines:
        key = (each.category, each.product)
        found[key] = found.get(key, 0) + each.fen
    passed_s = figures.month.until_s - figures.month.window.from_s
    return {key: rounded(Fraction(fen * RUN_RATE_DAYS * DAY_S, passed_s)) for key, fen in found.items()}


def names_of(material: Material) -> dict[str, Mapping[str, str]]:
    """Names of products and data centers."""
    catalog = material.catalog
    centers = {each.id: each.names for each in catalog.data_centers}
    return {**{each.id: each.names for each in catalog.products}, **centers}
