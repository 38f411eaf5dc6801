"""How long it took (definitions.md section 6), of one incident and of many; and the timeline that builds itself.

P90 is the nearest rank: the smallest time that at least 90 % of the known ones do not exceed. The median of an even
number is the mean of the two in the middle. What is not known is counted as such and is never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from alerts.incidents.model import Happening, Incident, Moment

P90 = Fraction(9, 10)


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
class Spread:
    """Times of many incidents. ``known`` is n; ``unknown``: incidents without this time (not acknowledged, not
    restored, impact_start not known); the figures are None when none is known."""

    known: int
    unknown: int
    median_ms: Fraction | None
    p90_ms: int | None
    max_ms: int | None


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


def spread(times: Sequence[int | None]) -> Spread:
    """Median, P90 and maximum of what is known."""
    known = sorted(each for each in times if each is not None)
    unknown = len(times) - len(known)
    if not known:
        return Spread(0, unknown, None, None, None)
    low, high = known[(len(known) - 1) // 2], known[len(known) // 2]
    rank = -(-len(known) * P90.numerator // P90.denominator)
    return Spread(len(known), unknown, Fraction(low + high, 2), known[rank - 1], known[-1])


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
