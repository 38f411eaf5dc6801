"""An incident as the document that scripts, routes and reports rely on: times RFC 3339 UTC, durations integer
milliseconds, counts integers, ratios truncated text. What is not known is null."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from alerts.incidents.figures import budget_of, spent_seconds, spent_share
from alerts.incidents.model import Figures, Incident, Spent
from alerts.incidents.regulatory import Draft, Reading
from alerts.incidents.timing import Statistics, timeline, to_acknowledge_ms, to_detect_ms, to_restore_ms
from alerts.incidents.words import Names, titles
from slo.formatting import ratio, truncated
from slo.spread import Spread


def row(incident: Incident, names: Names) -> dict[str, Any]:
    """What a list shows."""
    figures = incident.figures
    return {
        "id": incident.id,
        "title": titles(incident, names),
        "state": incident.state.value,
        "severity": incident.severity.name.lower(),
        "owner": incident.owner or None,
        "impact_start": utc(incident.impact_start_ms),
        "detected": utc(incident.detected_ms),
        "notified": utc(incident.notified_ms),
        "acknowledged": utc(incident.acknowledged_ms),
        "mitigated": utc(incident.mitigated_ms),
        "restored": utc(incident.restored_ms),
        "closed": utc(incident.closed_ms),
        "mttd_ms": to_detect_ms(incident),
        "mtta_ms": to_acknowledge_ms(incident),
        "mttr_ms": to_restore_ms(incident),
        "failed": None if figures is None else figures.failed,
        "failed_complete": None if figures is None else figures.complete,
        "products": list(_products(incident)),
        "data_centers": list(_data_centers(incident)),
        "replayed": any(member.replayed for member in incident.members),
    }


def document(incident: Incident, names: Names, drafts: Iterable[Draft] = ()) -> dict[str, Any]:
    """Everything that is known of one."""
    return {
        **row(incident, names),
        "merged_into": incident.merged_into or None,
        "runbooks": list(incident.runbooks),
        "alerts": [
            {
                "id": member.key.id,
                "severity": member.severity.name.lower(),
                "state": member.state.value,
                "fired": utc(member.fired_ms),
                "resolved": utc(member.resolved_ms),
            }
            for member in incident.members
        ],
        "timeline": [
            {"time": utc(h.at_ms), "what": h.moment.value, "actor": h.actor, "about": h.about, "text": h.text}
            for h in timeline(incident)
        ],
        "figures": None if incident.figures is None else _figures(incident.figures),
        "regulatory": [_draft(each) for each in drafts],
    }


def statistics_document(statistics: Statistics) -> dict[str, Any]:
    """n, median, P90 (nearest rank) and maximum, and how many are not known."""
    return {
        "incidents": statistics.incidents,
        "p90": "nearest rank",
        "mttd": _spread(statistics.detect),
        "mtta": _spread(statistics.acknowledge),
        "mttr": _spread(statistics.restore),
    }


def utc(at_ms: int | None) -> str | None:
    """RFC 3339 with milliseconds, UTC."""
    if at_ms is None:
        return None
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def _products(incident: Incident) -> tuple[str, ...]:
    if incident.figures is not None:
        return incident.figures.products
    return tuple(sorted({subject.product for subject in incident.subjects if subject.product}))


def _data_centers(incident: Incident) -> tuple[str, ...]:
    if incident.figures is not None:
        return incident.figures.data_centers
    return tuple(sorted({subject.data_center for subject in incident.subjects if subject.data_center}))


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "from": utc(figures.from_s * 1000),
        "to": utc(figures.to_s * 1000),
        "failed": figures.failed,
        "total": figures.total,
        "complete": figures.complete,
        "whole_minutes": figures.whole_minutes,
        "products": list(figures.products),
        "data_centers": list(figures.data_centers),
        "dcns": list(figures.dcns),
        "customers": figures.customers,
        "provinces": None if figures.provinces is None else list(figures.provinces),
        "budget_spent": [_spent(each) for each in figures.spent],
    }


def _spent(spent: Spent) -> dict[str, Any]:
    return {
        "product": spent.product or None,
        "target": spent.target,
        "window_seconds": spent.window_seconds,
        "failed": spent.failed,
        "total": spent.total_events,
        "allowed": ratio(budget_of(spent).allowed_events),
        "seconds_of_full_outage": _text(spent_seconds(spent)),
        "share": _text(spent_share(spent)),
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else truncated(value, 6)


def _draft(draft: Draft) -> dict[str, Any]:
    decision = draft.decision
    return {
        "rule": draft.rule.id,
        "draft": True,
        "applies": draft.rule.applies,
        "classes": [{"id": each.id, "names": dict(each.names)} for each in draft.rule.classes],
        "low": _reading(draft.low),
        "high": _reading(draft.high),
        "missing": list(draft.missing),
        "passed_ms": draft.passed_ms,
        "source": draft.rule.source,
        "deadlines": [
            {
                "report": dict(each.report.names),
                "due": utc(each.due_ms),
                "confidence": each.report.confidence.value,
                "source": each.report.source,
            }
            for each in draft.deadlines
        ],
        "decision": None
        if decision is None
        else {
            "class": decision.class_id or None,
            "actor": decision.actor,
            "at": utc(decision.at_ms),
            "why": decision.why,
            "table_version": decision.table_version,
        },
    }


def _reading(reading: Reading) -> dict[str, Any]:
    coming = reading.next
    return {
        "provinces": reading.provinces,
        "class": reading.class_id,
        "confidence": reading.threshold and reading.threshold.confidence.value,
        "next": None
        if coming is None
        else {
            "class": coming.id,
            "at": utc(coming.at_ms),
            "minutes": coming.minutes,
            "confidence": coming.threshold.confidence.value,
        },
    }


def _spread(spread: Spread) -> dict[str, Any]:
    median = spread.median_ms
    return {
        "n": spread.known,
        "unknown": spread.unknown,
        "median_ms": None if median is None else int(median),
        "p90_ms": spread.p90_ms,
        "max_ms": spread.max_ms,
    }
