"""Objectives: budget, burn-down and burn rates, read from the store over the windows of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from alerts.evaluating.memory import read as read_engine
from alerts.incidents.view import utc
from alerts.model import AlertState, Level
from alerts.policy import Slo, Tier
from dashboard.alerting import open_alerts
from dashboard.api.asking import Asked
from dashboard.api.errors import Missing
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from slo.budget import Budget, burn_rate
from slo.counts import Counts
from slo.formatting import percent, truncated
from store.port import Reader
from store.records import Level as RollupLevel
from store.records import Scope, Unit

HOUR_S = 3600
EXACT_S = HOUR_S
"""Windows up to here end and begin on the second; longer ones begin on a whole minute, for seconds are not kept."""
ENGINE_RECENT_MS = 60_000
WHOLE = (Level.BANK, Level.PRODUCT)
"""Levels on which an objective itself is judged; the others are its parts."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts of every product (the empty one: the bank) by length of the window that ends at ``end_s``."""

    end_s: int
    by_length: Mapping[int, Mapping[str, Counts]]

    def of(self, product: str, seconds: int) -> Counts:
        """Nothing when nothing happened."""
        return self.by_length[seconds].get(product, Counts())


@dataclass(frozen=True, slots=True)
class Firing:
    """Open alerts of one tier: ``whole`` that of the objective itself, ``parts`` how many of its parts."""

    whole: str = AlertState.INACTIVE.value
    parts: int = 0


def objectives(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Every objective with its budget and tiers, in the order of the configuration."""
    del asked
    sums = _sums(setting, reader, setting.slos)
    firing = _firing(reader)
    return {"slos": [objective_json(slo, sums, firing) for slo in setting.slos], "at": utc(sums.end_s * 1000)}


def objective(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """One objective, with the burn-down of its budget by hours."""
    slo = next((each for each in setting.slos if each.id == asked.id), None)
    if slo is None:
        known = ", ".join(each.id for each in setting.slos[:5])
        raise Missing(f"no objective {asked.id[:200]!r}; GET /api/v1/slos lists them ({known}, ...)")
    sums = _sums(setting, reader, (slo,))
    found = objective_json(slo, sums, _firing(reader))
    return {**found, "burn_down": burn_down(slo, reader, sums), "at": utc(sums.end_s * 1000)}


def objective_json(slo: Slo, sums: Sums, firing: Mapping[tuple[str, str], Firing]) -> Json:
    """One objective as documents show it; what cannot be known without traffic is null."""
    counts = sums.of(slo.product, slo.period_seconds)
    budget = Budget(slo.objective, counts, slo.period_seconds)
    return {
        "id": slo.id,
        "product": slo.product or None,
        "name": dict(slo.names),
        "target": slo.objective.text,
        "runbook": slo.runbook or None,
        "from": utc((sums.end_s - slo.period_seconds) * 1000),
        "to": utc(sums.end_s * 1000),
        "period_seconds": slo.period_seconds,
        "good": counts.good,
        "bad": counts.bad,
        "total": counts.total,
        "availability": percent(Fraction(counts.good, counts.total), 7) if counts.total else None,
        "budget": _budget_json(budget),
        **_exhaustion(budget, sums, slo),
        "tiers": [_tier_json(tier, slo, sums, firing.get((slo.id, tier.name), Firing())) for tier in slo.policy.tiers],
    }


def burn_down(slo: Slo, reader: Reader, sums: Sums) -> Json:
    """Share of the period's budget that was left at the end of each hour; begins with all of it."""
    begin_s = (sums.end_s - slo.period_seconds) // HOUR_S * HOUR_S
    scope = Scope.PRODUCT if slo.product else Scope.BANK
    rows = reader.timeline(RollupLevel.HOUR, scope, begin_s, sums.end_s, product=slo.product)
    by_hour = {at_s: counts for at_s, _, counts in rows}
    allowed = Budget(slo.objective, sums.of(slo.product, slo.period_seconds), slo.period_seconds).allowed_events
    hours = range(begin_s, sums.end_s, HOUR_S)
    bad = [by_hour[at_s].bad if at_s in by_hour else None for at_s in hours]
    return {
        "from": utc(begin_s * 1000),
        "step_seconds": HOUR_S,
        "bad": bad,
        "remaining_percent": _remaining(bad, allowed),
    }


def _remaining(bad: Iterable[int | None], allowed: Fraction) -> list[str | None]:
    """After each hour; None without traffic in the whole period, and for hours that nobody saw."""
    left: list[str | None] = []
    spent = 0
    for events in bad:
        spent += events or 0
        known = allowed > 0 and events is not None
        left.append(truncated((allowed - spent) * 100 / allowed, 3) if known else None)
    return left


def _budget_json(budget: Budget) -> Json:
    share, seconds = budget.remaining_share, budget.remaining_seconds
    return {
        "allowed_events": truncated(budget.allowed_events, 2),
        "spent_events": budget.counts.bad,
        "remaining_events": truncated(budget.remaining_events, 2),
        "allowed_seconds": truncated(budget.allowed_seconds, 2),
        "spent_seconds": None if seconds is None else truncated(budget.allowed_seconds - seconds, 2),
        "remaining_seconds": None if seconds is None else truncated(seconds, 2),
        "remaining_percent": None if share is None else truncated(share * 100, 2),
    }


def _exhaustion(budget: Budget, sums: Sums, slo: Slo) -> Json:
    """When nothing is left at the rate of the last hour; null at no bad events or without traffic."""
    recent = sums.of(slo.product, HOUR_S)
    left_s = budget.exhausted_in_seconds(Fraction(recent.bad, HOUR_S))
    spent = left_s == 0
    at = None if left_s is None or spent else utc((sums.end_s + int(left_s)) * 1000)
    return {"exhausted": spent, "exhausted_at": at, "bad_last_hour": recent.bad}


def _tier_json(tier: Tier, slo: Slo, sums: Sums, firing: Firing) -> Json:
    factor = tier.factor(slo.period_seconds)
    return {
        "name": tier.name,
        "severity": tier.severity.name.lower(),
        "threshold": truncated(factor, 3),
        "floor_events": slo.policy.floor_events,
        "budget_percent": truncated(tier.budget_share * 100, 2),
        "long": _window_json(slo, sums, tier.long_seconds, factor),
        "short": _window_json(slo, sums, tier.short_seconds, factor),
        "state": firing.whole,
        "parts": firing.parts,
    }


def _window_json(slo: Slo, sums: Sums, seconds: int, factor: Fraction) -> Json:
    counts = sums.of(slo.product, seconds)
    burn = burn_rate(counts, slo.objective)
    return {
        "seconds": seconds,
        "bad": counts.bad,
        "total": counts.total,
        "burn": None if burn is None else truncated(burn, 3),
        "above": None if burn is None else burn > factor,
    }


def _sums(setting: ApiSetting, reader: Reader, slos: Iterable[Slo]) -> Sums:
    end_s = _end_s(setting, reader)
    lengths = {HOUR_S}
    for slo in slos:
        lengths |= {slo.period_seconds}
        lengths |= {seconds for tier in slo.policy.tiers for seconds in (tier.long_seconds, tier.short_seconds)}
    return Sums(end_s, {seconds: _totals(reader, end_s, seconds) for seconds in lengths})


def _end_s(setting: ApiSetting, reader: Reader) -> int:
    """Where the engine stands, so that the screen says what it says; now when it does not evaluate."""
    now_ms = setting.now_ms()
    evaluated_ms = read_engine(reader.journal()).evaluated_ms
    recent = evaluated_ms is not None and 0 <= now_ms - evaluated_ms < ENGINE_RECENT_MS
    return (evaluated_ms if recent and evaluated_ms is not None else now_ms) // 1000


def _totals(reader: Reader, end_s: int, seconds: int) -> dict[str, Counts]:
    from_s = end_s - seconds
    if seconds > EXACT_S:
        from_s -= from_s % 60
    found = reader.totals(Scope.PRODUCT, from_s, end_s)
    bank = reader.totals(Scope.BANK, from_s, end_s).get(Unit(Scope.BANK), Counts())
    return {"": bank, **{unit.product: counts for unit, counts in found.items()}}


def _firing(reader: Reader) -> dict[tuple[str, str], Firing]:
    """By objective and tier."""
    found: dict[tuple[str, str], Firing] = {}
    for alert in open_alerts(reader.journal()):
        place = (alert.key.slo, alert.key.rule)
        before = found.get(place, Firing())
        whole = alert.key.subject.level in WHOLE
        found[place] = Firing(alert.state.value, before.parts) if whole else Firing(before.whole, before.parts + 1)
    return found


ROUTES: tuple[Read | Write, ...] = (
    Read("/api/v1/slos", "Every objective: budget, burn rates per window with their thresholds, tiers", objectives),
    Read("/api/v1/slos/{id}", "One objective, with the burn-down of its budget by hours", objective),
)
