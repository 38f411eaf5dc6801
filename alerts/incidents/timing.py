"""How long it took (definitions.md section 6), of one incident and of many; and the timeline that builds itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.incidents.model import Happening, Incident, Moment
from slo.spread import Spread, spread


def to_detect_ms(incident: Incident) -> int | None:
    """detected - impact_start; None when telemetry does not say when impact began."""
    start_ms = incident.impact_start_ms
    return None if start_ms is None else incident.detected_ms - start_ms


def to_acknowledge_ms(incident: Incident) -> int | None:
    """acknowledged - detected; None while nobody has."""
    return None if incident.acknowledged_ms is None else incident.acknowledged_ms - incident.detected_ms


def to_restore_ms(incident: Incident) -> int | None:
    """restored - impact_start; None while it lasts, or when telemetry does not say when impact began."""
    start_ms, end_ms = incident.impact_start_ms, incident.restored_ms
    return None if start_ms is None or end_ms is None else end_ms - start_ms


@dataclass(frozen=True, slots=True)
class Statistics:
    """MTTD, MTTA and MTTR of many incidents, never as a mean alone."""

    incidents: int
    detect: Spread
    acknowledge: Spread
    restore: Spread


def statistics(incidents: Iterable[Incident]) -> Statistics:
    """Over all incidents but those that were merged into others."""
    counted = [each for each in incidents if not each.merged_into]
    return Statistics(
        len(counted),
        spread([to_detect_ms(each) for each in counted]),
        spread([to_acknowledge_ms(each) for each in counted]),
        spread([to_restore_ms(each) for each in counted]),
    )


def timeline(incident: Incident) -> tuple[Happening, ...]:
    """Every line in order of time: what follows from the alerts, what was done, and what people noted."""
    lines = list(incident.happenings)
    if incident.impact_start_ms is not None:
        lines.append(Happening(incident.impact_start_ms, Moment.FIRST_BAD))
    first = min(incident.paging, key=lambda member: (member.seen_ms, member.key.id))
    lines.append(Happening(first.seen_ms, Moment.DETECTED, about=first.key.id))
    others = (member for member in incident.members if member is not first)
    lines += (Happening(member.seen_ms, Moment.JOINED, about=member.key.id) for member in others)
    return tuple(sorted(lines, key=lambda line: (line.at_ms, _ORDER[line.moment])))


_ORDER = {moment: place for place, moment in enumerate(Moment)}
