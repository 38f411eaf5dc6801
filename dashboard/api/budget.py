"""Error budgets: what each objective allows, what was spent, how fast it burns, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from alerts.desk.exclusions import Excluded, excluded_counts, less
from alerts.desk.maintenance import Maintenance, between
from alerts.incidents.view import utc
from alerts.model import AlertKey, Level, Subject
from alerts.policy import Slo, Tier
from dashboard.alerting import open_alerts
from dashboard.api.asking import Asked
from dashboard.api.burning import burn_down
from dashboard.api.errors import Missing
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from reports.availability.figuring import percent_text
from slo.budget import Budget, burn_rate
from slo.counts import Counts
from slo.formatting import ratio, truncated
from slo.windows import DAY_S, MINUTE_S, Window, rolling
from store.edges import answerable_from_s
from store.port import Reader
from store.records import Scope

DECIMALS = 2
FAR_S = 36_500 * 86_400
"""A budget that lasts for another century has no date on which it ends."""


@dataclass(frozen=True, slots=True)
class _Sums:
    """Counts of every product (the bank: empty name) by window, as objectives see them; one question per window."""

    reader: Reader
    zone: str
    windows: Sequence[Maintenance]
    asked: dict[Window, tuple[Mapping[str, Counts], Excluded]] = field(default_factory=dict)
    begins: dict[int, int] = field(default_factory=dict)

    def begin_s(self, at_s: int) -> int:
        """Where a long window that should begin at an instant begins: where the counts of its first hour do."""
        if at_s not in self.begins:
            self.begins[at_s] = answerable_from_s(self.reader, at_s, self.zone)
        return self.begins[at_s]

    def both(self, product: str, window: Window) -> tuple[Counts, Counts]:
        """With maintenance, and without."""
        if window not in self.asked:
            totals = self.reader.totals(Scope.PRODUCT, window.from_s, window.to_s)
            bank = self.reader.totals(Scope.BANK, window.from_s, window.to_s)
            by_product = {unit.product: each for unit, each in (totals | bank).items()}
            self.asked[window] = by_product, excluded_counts(self.reader, self.windows, window)
        counts, excluded = self.asked[window]
        found = counts.get(product, Counts())
        return found, less(found, excluded.of(product))


def budgets(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Every objective; or one, with its burn-down."""
    wanted = asked.query.get("slo")
    now_ms = setting.now_ms()
    firing = {alert.key for alert in open_alerts(reader.journal()) if alert.firing}
    rows = _of_events(setting, reader, now_ms, firing, wanted)
    rows += setting.sliced.rows(reader, now_ms, firing, wanted)
    if not rows:
        known = ", ".join([*(slo.id for slo in setting.slos), *(slo.id for slo in setting.sliced.slos)])
        raise Missing(f"slo: no objective {(wanted or '')[:80]!r}; known: {known}")
    return {"budgets": rows, "taken_at": utc(now_ms), "time_zone": setting.catalog.zone}


def _of_events(
    setting: ApiSetting, reader: Reader, now_ms: int, firing: set[AlertKey], wanted: str | None
) -> list[Json]:
    chosen = [slo for slo in setting.slos if wanted in (None, slo.id)]
    if not chosen:
        return []
    now_s = now_ms // 1000
    from_s = min(_window_of(slo, now_s).from_s for slo in chosen)
    windows = between(reader.journal(), Window(from_s - DAY_S, now_s))
    sums = _Sums(reader, setting.catalog.zone, windows)
    rows = [_budget(slo, sums, now_ms, firing) for slo in chosen]
    if wanted is None:
        return rows
    excluded = windows if chosen[0].excludes_maintenance else []
    begin_s = _window_of(chosen[0], now_s).from_s
    return [{**rows[0], "burn_down": burn_down(reader, chosen[0], excluded, begin_s, now_s)}]


def _window_of(slo: Slo, now_s: int) -> Window:
    """The window of a budget, of a calendar one also what is still to come."""
    return rolling(now_s, slo.period_seconds) if slo.calendar is None else slo.calendar.window(now_s)


def _budget(slo: Slo, sums: _Sums, now_ms: int, firing: set[AlertKey]) -> Json:
    now_s = now_ms // 1000
    window = _window_of(slo, now_s)
    begin_s = sums.begin_s(window.from_s)
    whole, without = sums.both(slo.product, Window(begin_s, now_s))
    counted = without if slo.excludes_maintenance else whole
    budget, as_it_was = (
        Budget(slo.objective, each, slo.period_seconds, _to_come(each, window, now_s)) for each in (counted, whole)
    )
    tiers = [_tier(slo, tier, sums, now_s, firing) for tier in slo.policy.tiers]
    return {
        "slo": slo.id,
        "name": dict(slo.names),
        "product": slo.product or None,
        "target": slo.objective.text,
        "period_seconds": slo.period_seconds,
        "from": utc(begin_s * 1000),
        "to": utc(now_ms),
        "begins_anew_at": None if slo.calendar is None else utc(window.to_s * 1000),
        **_spent(budget),
        "excludes_maintenance": whole != counted,
        "without_exclusions": None if whole == counted else _spent(as_it_was),
        "exhausted_at": _exhausted_at(slo, sums, budget, now_ms),
        "floor_events": slo.policy.floor_events,
        "tiers": tiers,
        "runbook": slo.runbook or None,
    }


def _to_come(counts: Counts, window: Window, now_s: int) -> Fraction:
    """Events of the rest of a window at the pace so far: the first failure of a month does not spend all of it."""
    return Fraction(counts.total * (window.to_s - now_s), max(1, now_s - window.from_s))


def _spent(budget: Budget) -> Json:
    counts, share, seconds = budget.counts, budget.remaining_share, budget.remaining_seconds
    seen = counts.share is not None
    return {
        "good": counts.good,
        "bad": counts.bad,
        "total": counts.total,
        "availability": percent_text(counts.share),
        "allowed_events": truncated(budget.allowed_events, DECIMALS) if seen else None,
        "spent_events": counts.bad if seen else None,
        "remaining_events": truncated(budget.remaining_events, DECIMALS) if seen else None,
        "allowed_seconds": truncated(budget.allowed_seconds, DECIMALS),
        "spent_seconds": None if seconds is None else truncated(budget.allowed_seconds - seconds, DECIMALS),
        "remaining_seconds": None if seconds is None else truncated(seconds, DECIMALS),
        "spent_percent": None if share is None else truncated((1 - share) * 100, DECIMALS),
        "remaining_percent": None if share is None else truncated(share * 100, DECIMALS),
    }


def _tier(slo: Slo, tier: Tier, sums: _Sums, now_s: int, firing: set[AlertKey]) -> Json:
    factor = tier.factor(slo.period_seconds)
    subject = Subject(Level.PRODUCT, slo.product) if slo.product else Subject(Level.BANK)
    long = _window(slo, tier.long_seconds, sums, now_s, factor)
    short = _window(slo, tier.short_seconds, sums, now_s, factor)
    return {
        "tier": tier.name,
        "severity": tier.severity.name.lower(),
        "factor": ratio(factor, 3),
        "budget_share": ratio(tier.budget_share, 4),
        "long": long,
        "short": short,
        "state": "firing" if AlertKey(tier.name, subject, slo.id) in firing else "inactive",
    }


def _window(slo: Slo, seconds: int, sums: _Sums, now_s: int, factor: Fraction) -> Json:
    _, counts = sums.both(slo.product, _until(now_s, seconds))
    burn = burn_rate(counts, slo.objective)
    return {
        "seconds": seconds,
        "bad": counts.bad,
        "total": counts.total,
        "burn_rate": None if burn is None else truncated(burn, DECIMALS),
        "above": None if burn is None else burn > factor,
    }


def _until(now_s: int, seconds: int) -> Window:
    """The window until now; beyond an hour it begins at a whole minute, which is cheaper to sum up."""
    begin_s = now_s - seconds
    return Window(begin_s - begin_s % MINUTE_S if seconds >= 60 * MINUTE_S else begin_s, now_s)


def _exhausted_at(slo: Slo, sums: _Sums, budget: Budget, now_ms: int) -> str | None:
    """At the rate of bad events of the shortest long window; null while errors come no faster than is allowed, or are
    fewer than the floor, or when the budget begins anew before."""
    seconds = min((tier.long_seconds for tier in slo.policy.tiers), default=MINUTE_S)
    _, recent = sums.both(slo.product, _until(now_ms // 1000, seconds))
    burn = burn_rate(recent, slo.objective)
    if burn is None or burn <= 1 or recent.bad < slo.policy.floor_events:
        return None
    left = budget.exhausted_in_seconds(Fraction(recent.bad, seconds))
    if left is None or left > FAR_S:
        return None
    anew = slo.calendar is not None and now_ms + left * 1000 >= _window_of(slo, now_ms // 1000).to_s * 1000
    return None if anew else utc(now_ms + int(left * 1000))


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/budget",
        "Error budgets of every objective; with slo= of one, and its burn-down by the hour",
        budgets,
        {"slo": "id of one objective"},
    ),
)
