"""Alerts that fire under announced maintenance: no incident, unless they outlast it; then the rest counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.desk.maintenance import Maintenance
from alerts.incidents.facts import Fact
from alerts.model import AlertKey, AlertState, Subject, Transition


def outside(
    facts: Iterable[Fact], windows: Sequence[Maintenance], now_ms: int
) -> tuple[list[Fact], tuple[Transition, ...]]:
    """Facts that count by now, and firings that wait for the end of their window; pass those in first next time."""
    told: list[Fact] = []
    waiting: dict[AlertKey, tuple[Transition, int]] = {}
    for fact in facts:
        if not isinstance(fact, Transition):
            told.append(fact)
            continue
        end_ms = covered_until_ms(windows, fact.key.subject, fact.at_ms)
        if fact.state is AlertState.FIRING and end_ms is not None:
            waiting.setdefault(fact.key, (fact, end_ms))
            continue
        told += _before(fact, waiting)
        told.append(fact)
    over = [_moved(fact, end_ms) for fact, end_ms in waiting.values() if end_ms <= now_ms]
    return [*told, *over], tuple(fact for fact, end_ms in waiting.values() if end_ms > now_ms)


def covered_until_ms(windows: Sequence[Maintenance], subject: Subject, at_ms: int) -> int | None:
    """End of the maintenance that covers a subject at an instant, windows that follow each other taken as one."""
    end_ms, reached_ms = None, at_ms
    while True:
        ends = [w.to_s * 1000 for w in windows if w.covers(subject) and w.holds(reached_ms)]
        if not ends:
            return end_ms
        end_ms = reached_ms = max(ends)


def _before(fact: Transition, waiting: dict[AlertKey, tuple[Transition, int]]) -> list[Fact]:
    """The firing that a resolution ends, when bad events went on after the window."""
    if fact.state is not AlertState.RESOLVED or fact.key not in waiting:
        return []
    firing, end_ms = waiting.pop(fact.key)
    bad_to_ms = fact.at_ms if fact.evidence.bad_to_ms is None else fact.evidence.bad_to_ms
    return [_moved(firing, end_ms)] if bad_to_ms > end_ms else []


def _moved(fact: Transition, end_ms: int) -> Transition:
    """As if it had begun with the end of the window."""
    begin_ms = fact.evidence.bad_from_ms
    evidence = replace(fact.evidence, bad_from_ms=None if begin_ms is None else max(begin_ms, end_ms))
    return replace(fact, at_ms=max(fact.at_ms, end_ms), seen_ms=max(fact.seen_ms, end_ms), evidence=evidence)
