"""From facts to the wall: pure and exact. The same facts, setting and memory always give the same snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from alerts.desk.escalation import Chain
from dashboard.attention import attention
from dashboard.facts import CenterFacts, Facts
from dashboard.headline import counted, without_planned
from dashboard.model import (
    BankView,
    CellView,
    CenterView,
    ProductView,
    RecordDay,
    SimulatedView,
    Since,
    Snapshot,
)
from dashboard.past import ROLLING_S
from dashboard.planned import holding
from reports.availability.headline import AvailabilityView, ByCenter, share
from reports.costs.policy import NO_POLICY, CostPolicy
from reports.load_runs.policy import SHIPPED, CapacityPolicy
from reports.peaks.calendar import NO_KINDS, DayKinds
from reports.peaks.projecting import project
from slo.availability import composite
from slo.budget import Budget, burn_rate
from slo.catalog import Catalog, Product
from slo.counts import Counts
from slo.objective import Objective
from slo.states import ServiceState, StatePolicy, combined, service_state
from slo.windows import DAY_S, Window, day_of
from store.coverage import Interval, Unseen, clipped, length_ms, of_spans
from store.records import Span

Remembered = Mapping[tuple[str, str], Since]
"""State per (product, data center) and since when, from the snapshot before."""

NOTHING = Counts()

FAR_SECONDS = 36_500 * DAY_S
"""A budget that lasts for another century has no date on which it ends."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the operator configured. ``history``: the stretch that simulated history is meant to fill, if any."""

    catalog: Catalog
    policy: StatePolicy
    demo: bool
    build: str
    history: Span | None = None
    capacity: CapacityPolicy = SHIPPED
    kinds: DayKinds = NO_KINDS
    costs: CostPolicy = NO_POLICY
    chain: Chain = field(default_factory=Chain)


def judge(
    facts: Facts, setting: Setting, sequence: int, remembered: Remembered, looking_since_ms: int | None = None
) -> Snapshot:
    """The wall at the instant of the facts; ``looking_since_ms``: of the first one (None: this is it)."""
    tables = _tables(facts, setting.catalog)
    products = tuple(_product(facts, setting, tables[p.id], p, remembered) for p in setting.catalog.products)
    return Snapshot(
        sequence=sequence,
        taken_at_ms=facts.periods.now_ms,
        sources=facts.sources,
        bank=_bank(facts, setting, tables, products),
        products=products,
        data_centers=tuple(
            CenterView(center, combined(p.cells[center.id].state for p in products))
            for center in setting.catalog.data_centers
        ),
        attention=attention(products),
        simulated=_simulated(facts.past.simulated, setting.history),
        probes=facts.probes,
        alerting=facts.alerting,
        normal_since_ms=_normal_since_ms(
            products, facts.periods.now_ms if looking_since_ms is None else looking_since_ms
        ),
        capacity=facts.past.capacity,
    )


def _normal_since_ms(products: Iterable[ProductView], looking_since_ms: int) -> int | None:
    """When the last cell became normal; what was before this server looked is not known."""
    cells = [cell for product in products for cell in product.cells.values()]
    if not cells or any(cell.state is not ServiceState.OK for cell in cells):
        return None
    return max([looking_since_ms, *(cell.since.since_ms for cell in cells if cell.since.since_ms is not None)])


@dataclass(frozen=True, slots=True)
class _Table:
    """Counts of one product per data center: today, and over thirty days, as they happened."""

    product: str
    today: ByCenter
    rolling: ByCenter


def _tables(facts: Facts, catalog: Catalog) -> dict[str, _Table]:
    """Every product that is configured, then any that only the counts name."""
    before, today = facts.past.counts, facts.today
    tables = {}
    for product in dict.fromkeys([p.id for p in catalog.products] + [p for p, _ in (*before, *today)]):
        now = {center: today.get((product, center), NOTHING) for center in facts.centers}
        rolling = {center: counts + before.get((product, center), NOTHING) for center, counts in now.items()}
        tables[product] = _Table(product, now, rolling)
    return tables


def _product(facts: Facts, setting: Setting, table: _Table, product: Product, remembered: Remembered) -> ProductView:
    requests = not any(counts.transactions for counts in table.rolling.values())
    rates = {center: _rate(now, product.id, requests=requests) for center, now in facts.centers.items()}
    cells = {}
    for center in setting.catalog.data_centers:
        now = facts.centers[center.id]
        cells[center.id] = CellView(
            since=_since(facts, center.id, product, setting.policy, remembered.get((product.id, center.id))),
            reason=_reason(facts, center.id, product.id),
            counts=_seen_counts(table.today[center.id], now.unseen_today, facts.periods.day_so_far),
            per_second=_whole(rates[center.id]),
        )
    return ProductView(
        product=product,
        state=combined(cell.state for cell in cells.values()),
        rolling=_rolling_view(facts, [table], product.objective),
        today=_today_view(facts, [table], product.objective),
        per_second=_whole(_sum(rates.values())),
        cells=cells,
    )


def _rolling_view(facts: Facts, tables: Iterable[_Table], objective: Objective) -> AvailabilityView:
    unseen = {center: now.unseen_rolling for center, now in facts.centers.items()}
    counts = [(table.product, table.rolling) for table in tables]
    return without_planned(counts, unseen, facts.planned_rolling, facts.periods.rolling, objective)


def _today_view(facts: Facts, tables: Iterable[_Table], objective: Objective) -> AvailabilityView:
    unseen = {center: now.unseen_today for center, now in facts.centers.items()}
    counts = [(table.product, table.today) for table in tables]
    return without_planned(counts, unseen, facts.planned_today, facts.periods.day_so_far, objective)


def _counted(facts: Facts, table: _Table) -> Counts:
    """Events of thirty days that the objective sees."""
    return sum(counted(table.product, table.rolling, facts.planned_rolling).values(), NOTHING)


def _seen_counts(counts: Counts, unseen: Unseen, window: Interval) -> Counts | None:
    """Counts of a cell today; None when nothing of today was watched, so that nothing is not taken for zero."""
    unwatched = unseen.unwatched_ms >= window.to_ms - window.from_ms
    return None if unwatched and counts == Counts() else counts


def _since(facts: Facts, center: str, product: Product, policy: StatePolicy, before: Since | None) -> Since:
    """State of one cell; a new one began at the newest page, an unknown one with the last page that was read, planned
    work when it was announced to begin.

    At first sight the beginning of any other state is not known.
    """
    now = facts.centers[center]
    planned = holding(facts.alerting.windows, product.id, center, facts.periods.now_ms)
    state = service_state(
        observed=now.recent is not None,
        excluded=bool(planned),
        short=now.short.get(product.id, NOTHING),
        long=now.long.get(product.id, NOTHING),
        objective=product.objective,
        policy=policy,
    )
    if before is not None and before.state is state:
        return before
    if planned:
        return Since(state, planned[0].from_s * 1000)
    known = before is not None or state is ServiceState.UNKNOWN
    return Since(state, now.closed_ms if known else None)


def _reason(facts: Facts, center: str, product: str) -> str:
    """What is planned, else why nothing can be said."""
    planned = holding(facts.alerting.windows, product, center, facts.periods.now_ms)
    return planned[0].title if planned else facts.centers[center].reason


def _rate(now: CenterFacts, product: str, *, requests: bool) -> Fraction | None:
    """Transactions (or requests) per second of one product in one data center; None when not observed."""
    if now.recent is None:
        return None
    counts = now.short.get(product, NOTHING)
    return Fraction(counts.total if requests else counts.transactions, now.recent.rate_seconds)


def _bank_rate(now: CenterFacts) -> Fraction | None:
    """Transactions per second of all products in one data center."""
    if now.recent is None:
        return None
    return Fraction(sum(counts.transactions for counts in now.short.values()), now.recent.rate_seconds)


def _sum(rates: Iterable[Fraction | None]) -> Fraction | None:
    """Sum of what is known; None when nothing is."""
    known = [rate for rate in rates if rate is not None]
    return sum(known, Fraction(0)) if known else None


def _whole(rate: Fraction | None) -> int | None:
    """A rate truncated to a whole number."""
    return None if rate is None else rate.numerator // rate.denominator


def _bank(facts: Facts, setting: Setting, tables: Mapping[str, _Table], products: tuple[ProductView, ...]) -> BankView:
    objective = setting.catalog.objective
    rolling_view = _rolling_view(facts, tables.values(), objective)
    today_view = _today_view(facts, tables.values(), objective)
    budget = Budget(objective, rolling_view.availability.counts, ROLLING_S)
    happened = today_view.as_it_happened
    transactions = happened.availability.counts.transactions if happened.seen else None
    return BankView(
        state=combined(p.state for p in products),
        rolling=rolling_view,
        today=today_view,
        composite=composite({product: _counted(facts, table) for product, table in tables.items()}),
        budget=budget,
        exhausted_at_ms=_exhausted_at_ms(facts, budget, setting.policy),
        transactions_today=transactions,
        per_second=_whole(_sum(_bank_rate(now) for now in facts.centers.values())),
        record=_record(facts, transactions, setting.catalog.zone),
        cost=facts.past.cost,
        projected=None if transactions is None else project(transactions, _second_of_day(facts), facts.past.shapes),
    )


def _second_of_day(facts: Facts) -> int:
    """Seconds of today that have gone by."""
    return facts.periods.now_ms // 1000 - facts.periods.today.from_s


def _exhausted_at_ms(facts: Facts, budget: Budget, policy: StatePolicy) -> int | None:
    """When the budget ends at the rate of bad events of the long window; None while it burns no faster than allowed.

    A handful of bad events is no rate: at night two in a minute would already foretell the end.
    """
    windows = [(now.recent.long, now.long) for now in facts.centers.values() if now.recent is not None]
    counts = sum((each for _, long in windows for each in long.values()), NOTHING)
    burn = burn_rate(counts, budget.objective)
    if burn is None or burn <= 1 or counts.bad < policy.degraded_events:
        return None
    per_second = sum(
        (Fraction(sum(c.bad for c in long.values()), window.to_s - window.from_s) for window, long in windows),
        Fraction(0),
    )
    seconds = budget.exhausted_in_seconds(per_second)
    if seconds is None or seconds > FAR_SECONDS:
        return None
    return facts.periods.now_ms + int(seconds * 1000)


def _record(facts: Facts, transactions_today: int | None, zone: str) -> RecordDay | None:
    """The best day so far, which is today as soon as today has more."""
    best, today = facts.past.record, facts.periods.today
    if transactions_today and (best is None or transactions_today > best.transactions):
        return RecordDay(transactions_today, day_of(today.from_s, zone), _touches(facts.past.simulated, today))
    if best is None:
        return None
    return RecordDay(best.transactions, day_of(best.day_s, zone), best.simulated)


def _touches(simulated: Iterable[Span], window: Window) -> bool:
    """Whether any of a window was simulated."""
    return any(span.from_s < window.to_s and span.to_s > window.from_s for span in simulated)


def _simulated(spans: tuple[Span, ...], planned: Span | None) -> SimulatedView | None:
    """What simulated history covers; None without any. Without a plan what is there is all."""
    if not spans:
        return None
    whole = Span(min(s.from_s for s in spans), max(s.to_s for s in spans))
    (plan,) = of_spans([planned or whole])
    filled_ms = length_ms(clipped(of_spans(spans), plan))
    progress = share(filled_ms, plan.to_ms - plan.from_ms) if planned else Fraction(1)
    return SimulatedView(whole, progress)
