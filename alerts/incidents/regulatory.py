"""Draft of the regulatory class, from a versioned table of rules: a human decides, the draft only counts minutes.

Thresholds speak of provinces and hours. The provinces of customers are mostly not known: then there are two drafts,
for one province and for the most that any rule asks for, and what is missing is said.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from alerts.incidents.hours import Hours
from alerts.incidents.model import Decision, Incident

MINUTE_MS = 60_000


class Confidence(enum.Enum):
    """How sure a row is; what is not confirmed is printed as such, wherever it counts."""

    CONFIRMED = "confirmed"
    QUOTED = "quoted"  # read in quotations of the rule, not in its text
    SECONDARY = "secondary"  # read in somebody's account of it
    NOT_CONFIRMED = "not confirmed"


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many provinces for so many minutes of the rule's hours."""

    provinces: int
    minutes: int
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class RegulatoryClass:
    """One class of a rule; any one of its thresholds makes it."""

    id: str
    names: Mapping[str, str]
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is due so many minutes after detection."""

    names: Mapping[str, str]
    within_minutes: int
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One regulation. ``classes``: gravest first; empty: the rule grades by what no telemetry has, and a human does
    it alone. ``applies``: the rule binds this bank; else it stands for comparison."""

    id: str
    names: Mapping[str, str]
    source: str
    in_force: str
    applies: bool
    hours: Hours
    classes: tuple[RegulatoryClass, ...] = ()
    reports: tuple[Report, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class RegulatoryTable:
    """All rules as of one version; clocks in one zone."""

    version: str
    zone: str
    rules: tuple[Rule, ...]

    @property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        """Class ids by rule, as ``acts.decide_class`` asks for them."""
        return {rule.id: tuple(each.id for each in rule.classes) for rule in self.rules}


@dataclass(frozen=True, slots=True)
class Next:
    """The class that comes next if nothing changes, when, and by which threshold."""

    id: str
    at_ms: int
    minutes: int
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Reading:
    """The class for a number of provinces: None while below every threshold. ``next``: None when nothing graver
    comes, or when the incident is over."""

    provinces: int
    class_id: str | None
    threshold: Threshold | None
    next: Next | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A report and the instant by which it is due."""

    report: Report
    due_ms: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What one rule says so far. ``low`` and ``high`` are the same where the provinces are known; ``missing``: words
    of what is not known (``provinces``); ``passed_ms``: of the rule's hours since impact began; ``decision``: the
    human's, when there is one."""

    rule: Rule
    low: Reading
    high: Reading
    missing: tuple[str, ...]
    passed_ms: int
    deadlines: tuple[Deadline, ...]
    decision: Decision | None


def assess(
    table: RegulatoryTable, incident: Incident, now_ms: int, provinces: Sequence[str] | None = None
) -> tuple[Draft, ...]:
    """A draft by every rule. ``provinces``: those in which business stopped; None when the source does not say."""
    known = provinces
    if known is None and incident.figures is not None:
        known = incident.figures.provinces
    return tuple(_draft(rule, incident, now_ms, None if known is None else len(set(known))) for rule in table.rules)


def _draft(rule: Rule, incident: Incident, now_ms: int, provinces: int | None) -> Draft:
    end_ms = incident.restored_ms
    passed_ms = rule.hours.within_ms(incident.begin_ms, now_ms if end_ms is None else end_ms)
    low = 1 if provinces is None else provinces
    high = max(low, _most_provinces(rule)) if provinces is None else provinces
    missing = ("provinces",) if provinces is None and rule.classes else ()
    decided = [each for each in incident.decisions if each.rule == rule.id]
    return Draft(
        rule=rule,
        low=_reading(rule, low, passed_ms, incident, now_ms),
        high=_reading(rule, high, passed_ms, incident, now_ms),
        missing=(*missing, *(("impact_start",) if incident.impact_start_ms is None else ())),
        passed_ms=passed_ms,
        deadlines=tuple(
            Deadline(each, incident.detected_ms + each.within_minutes * MINUTE_MS) for each in rule.reports
        ),
        decision=decided[-1] if decided else None,
    )


def _most_provinces(rule: Rule) -> int:
    return max((limit.provinces for each in rule.classes for limit in each.thresholds), default=1)


def _reading(rule: Rule, provinces: int, passed_ms: int, incident: Incident, now_ms: int) -> Reading:
    for place, each in enumerate(rule.classes):  # gravest first: the higher class wins
        reached = [t for t in each.thresholds if _counts(t, provinces) and t.minutes * MINUTE_MS <= passed_ms]
        if reached:
            coming = _next(rule.classes[:place], rule.hours, provinces, incident, now_ms)
            return Reading(provinces, each.id, reached[0], coming)
    return Reading(provinces, None, None, _next(rule.classes, rule.hours, provinces, incident, now_ms))


def _counts(threshold: Threshold, provinces: int) -> bool:
    return provinces >= threshold.provinces


def _next(
    graver: Sequence[RegulatoryClass], hours: Hours, provinces: int, incident: Incident, now_ms: int
) -> Next | None:
    """The soonest of the graver classes; of those that come at once the gravest."""
    if incident.restored_ms is not None:
        return None
    coming = []
    for each in graver:
        for threshold in each.thresholds:
            at_ms = hours.reached_ms(incident.begin_ms, threshold.minutes * MINUTE_MS)
            if _counts(threshold, provinces) and at_ms is not None:
                coming.append(Next(each.id, at_ms, -(-(at_ms - now_ms) // MINUTE_MS), threshold))
    return min(coming, key=lambda each: each.at_ms, default=None)
