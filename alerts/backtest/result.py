"""What a backtest found, for people (tables) and for scripts (JSON)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from alerts.model import AlertKey, AlertState, Level, Transition
from alerts.policy import Slo, Tier
from alerts.sliced.model import SlicedSlo

_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch during which an alert fired; ``to_s`` is None when it still does at the end."""

    key: AlertKey
    from_s: int
    to_s: int | None
    budget_spent: str


@dataclass(frozen=True, slots=True)
class Result:
    """Transitions of one objective between the begin of the first slot and the end of the last one."""

    slo: Slo | SlicedSlo
    slot_seconds: int
    from_s: int
    to_s: int
    transitions: tuple[Transition, ...]
    left_out: tuple[str, ...] = ()

    @property
    def burning(self) -> tuple[Tier, ...]:
        """Tiers that fire on burn, highest first, under the names of their alerts."""
        slo = self.slo
        if isinstance(slo, Slo):
            return slo.policy.tiers
        rules = (rule for rule in slo.rules if rule.breaching)
        return tuple(replace(rule.tier, name=slo.alert_name(rule.tier.name)) for rule in rules)

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of all that may fire."""
        slo = self.slo
        blind = (
            () if isinstance(slo, Slo) else (slo.alert_name(rule.no_data_name) for rule in slo.rules if rule.no_data)
        )
        return (*(tier.name for tier in self.burning), *blind)

    def spans(self) -> list[Span]:
        """When what fired, in order of its begin."""
        open_: dict[AlertKey, Transition] = {}
        found: list[Span] = []
        for change in self.transitions:
            if change.state is AlertState.FIRING:
                open_.setdefault(change.key, change)
            elif change.state is AlertState.RESOLVED and change.key in open_:
                found.append(_span(open_.pop(change.key), change.at_ms // 1000))
        found += (_span(change, None) for change in open_.values())
        return sorted(found, key=lambda span: span.from_s)


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """The document that scripts rely on: ``objective`` is that of the first result."""
    return {
        "objective": results[0].slo.objective.text,
        "window": {"from": instant(min(r.from_s for r in results)), "to": instant(max(r.to_s for r in results))},
        "slot_seconds": results[0].slot_seconds,
        "left_out": list(results[0].left_out),
        "transitions": [_transition(result, change) for result, change in _in_order(results)],
    }


def table(results: Sequence[Result]) -> str:
    """Per objective, level and tier: how often, how long, budget spent; then every transition."""
    rows: list[tuple[str, ...]] = [("slo", "level", "tier", "firings", "firing for", "budget at firing", "first")]
    for result in results:
        rows += _rows(result)
    lines = _aligned(rows) if len(rows) > 1 else ["nothing would have fired"]
    changes = list(_in_order(results))
    listed: list[tuple[str, ...]] = [("time", "slo", "tier", "level", "state", "budget spent", "where")]
    listed += [_listed(result, change) for result, change in changes[:_MOST_LISTED]]
    if changes:
        lines += ["", *_aligned(listed)]
    if len(changes) > _MOST_LISTED:
        lines.append(f"... and {len(changes) - _MOST_LISTED} more; --json has them all")
    return "\n".join(lines)


def instant(at_s: int) -> str:
    """RFC 3339, UTC."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def lasted(seconds: int) -> str:
    """45s, 3m15s, 2h05m, 3d04h."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d{hour:02d}h"
    if hours:
        return f"{hours}h{minute:02d}m"
    return f"{minutes}m{second:02d}s" if minutes else f"{second}s"


def _span(begin: Transition, to_s: int | None) -> Span:
    return Span(begin.key, begin.at_ms // 1000, to_s, begin.evidence.budget_spent)


def _in_order(results: Iterable[Result]) -> list[tuple[Result, Transition]]:
    found = [(result, change) for result in results for change in result.transitions]
    return sorted(found, key=lambda each: each[1].at_ms)


def _transition(result: Result, change: Transition) -> dict[str, Any]:
    subject = change.key.subject
    return {
        "time": instant(change.at_ms // 1000),
        "tier": change.key.rule,
        "level": subject.level.value,
        "state": change.state.value,
        "budget_spent": change.evidence.budget_spent,
        "severity": change.severity.name.lower(),
        "slo": result.slo.id,
        "product": subject.product,
        "data_center": subject.data_center,
    }


def _rows(result: Result) -> list[tuple[str, ...]]:
    spans = result.spans()
    rows = []
    levels = dict.fromkeys(span.key.subject.level for span in spans)
    for level in (each for each in Level if each in levels):
        for rule in result.rules:
            mine = [s for s in spans if s.key.rule == rule and s.key.subject.level is level]
            if mine:
                rows.append(_row(result, level, rule, mine))
    return rows


def _row(result: Result, level: Level, tier: str, spans: Sequence[Span]) -> tuple[str, ...]:
    seconds = sum((result.to_s if span.to_s is None else span.to_s) - span.from_s for span in spans)
    running = " (goes on)" if any(span.to_s is None for span in spans) else ""
    spent = f"{spans[0].budget_spent}"
    return (
        result.slo.id,
        level.value,
        tier,
        str(len(spans)),
        lasted(seconds) + running,
        spent,
        instant(spans[0].from_s),
    )


def _listed(result: Result, change: Transition) -> tuple[str, ...]:
    row = _transition(result, change)
    return (*(row[name] for name in ("time", "slo", "tier", "level", "state", "budget_spent")), row["data_center"])


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def left_out_note(result: Result) -> str:
    """One line about tiers that slots of this length cannot tell; empty when there is none."""
    if not result.left_out:
        return ""
    names = ", ".join(result.left_out)
    return f"left out, because their windows are no multiples of slots of {result.slot_seconds} s: {names}"
