"""What the last 30 days would cost in a year: costs of days, not of months, over the accounts of the same days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.costs.ledger import DAYS_MISSING, NOTHING
from reports.costs.material import Figures
from reports.costs.policy import CostPolicy, Origin
from slo.money import FEN_PER_CNY, complete_sum, rounded
from slo.unit_cost import RUN_RATE_DAYS, Period
from slo.windows import DAY_S, Window, day_of, day_start
from store.port import Reader
from store.rates import Rates
from store.records import CostTotal

LONGEST_CHARGE_S = 800 * DAY_S


def last_days(until_s: int, zone: str) -> tuple[int, ...]:
    """Midnights of the last 30 days that ended at or before an instant, oldest first."""
    found, day_s = [], day_start(until_s, zone)
    for _ in range(RUN_RATE_DAYS):
        day_s = day_start(day_s - 1, zone)
        found.append(day_s)
    return tuple(reversed(found))


def run_rate(
    reader: Reader, policy: CostPolicy, months: Iterable[Figures], days: Sequence[int], zone: str
) -> Period | None:
    """Cost and mean accounts of some days; None when a day lacks either, or a charge an amount or a rate."""
    from_s, to_s = days[0], day_start(days[-1] + DAY_S * 3 // 2, zone)
    touched = [each for each in months if each.month.window.from_s < to_s and each.month.window.to_s > from_s]
    rules = {problem.rule for each in touched for problem in each.ledger.problems}
    if not touched or rules - {DAYS_MISSING, NOTHING}:
        return None
    without = {(each.month.key, left.category, left.counted) for each in touched for left in each.ledger.left_out}
    counting = _Counting(policy, without, zone)
    window = Window(from_s, to_s)
    costs = reader.costs(window.from_s, window.to_s)
    accrued = _accrued(costs, counting)
    before = reader.costs(day_start(from_s - 1, zone), from_s)
    if (accrued and not set(days) <= set(accrued)) or _paused(costs, before, days, counting):
        return None
    imported = _imported(reader, counting, window)
    if imported is None or (not accrued and not imported):
        return None
    by_day = {day_s: count for each in touched for day_s, count in each.counted.by_day.items()}
    accounts = complete_sum(by_day, days)
    if accounts is None:
        return None
    return Period(len(days), sum(accrued.values()) + rounded(imported), Fraction(accounts, len(days)))


@dataclass(frozen=True, slots=True)
class _Counting:
    """``without``: month, category and the origin that counts there; the other one does not."""

    policy: CostPolicy
    without: set[tuple[str, str, Origin]]
    zone: str

    def imported(self, day_s: int, metric: str) -> bool:
        """Whether imported charges count for a metric's category on a day."""
        key = f"{day_of(day_s, self.zone):%Y-%m}"
        return (key, self.policy.category_of_metric(metric), Origin.IMPORTED) in self.without


def _accrued(costs: Iterable[CostTotal], counting: _Counting) -> dict[int, int]:
    """Fen of metrics by day, without categories that count what was imported."""
    found: dict[int, int] = {}
    for each in costs:
        fen = 0 if counting.imported(each.day_s, each.category) else each.fen
        found[each.day_s] = found.get(each.day_s, 0) + fen
    return found


def _paused(costs: Iterable[CostTotal], before: Iterable[CostTotal], days: Sequence[int], counting: _Counting) -> bool:
    """Whether a cost that accrued the day before does not accrue on each of the days (see ``ledger``)."""
    accrued = {(each.day_s, each.category) for each in costs}
    named = {each.category for each in before} & {name for _, name in accrued}
    return any((day_s, name) not in accrued and not counting.imported(day_s, name) for name in named for day_s in days)


def _imported(reader: Reader, counting: _Counting, window: Window) -> Fraction | None:
    """Charges of the days; a charge of a longer period by the part of it that lies in them. None when one that reaches
    into them, however long ago it began, lacks its amount or a rate."""
    rates, fen = Rates(reader.rates()), Fraction(0)
    for line, total in reader.ledger(window.from_s - LONGEST_CHARGE_S, window.to_s):
        within = min(line.to_s, window.to_s) - max(line.from_s, window.from_s)
        day = day_of(line.from_s, counting.zone)
        rate = rates.rate(line.currency, day)
        place = (f"{day:%Y-%m}", counting.policy.category_of_line(line), Origin.METRICS)
        if within <= 0 or place in counting.without:
            continue
        if rate is None or total.effective_unknown:
            return None
        fen += Fraction(total.effective) * rate * FEN_PER_CNY * Fraction(within, line.to_s - line.from_s)
    return fen
