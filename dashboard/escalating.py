"""When the next people are told of an incident that nobody has taken: from the desk's groups and its chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.desk.escalation import Chain
from alerts.desk.records import Alert, Group
from alerts.incidents.model import Incident
from alerts.model import Severity


@dataclass(frozen=True, slots=True)
class NextStep:
    """``roles`` are told at ``at_ms`` unless somebody acknowledges before."""

    at_ms: int
    roles: tuple[str, ...]


def next_steps(
    incidents: Iterable[Incident], alerts: Iterable[Alert], groups: Mapping[str, Group], chain: Chain
) -> dict[str, NextStep]:
    """The soonest step of each incident, by its id; none of what was acknowledged, hidden, or is at the chain's end."""
    loud: dict[str, Severity] = {}
    for alert in alerts:
        if alert.audible and alert.group in groups:
            loud[alert.group] = max(alert.severity, loud.get(alert.group, alert.severity))
    by_group = {id: _of(groups[id], severity, chain) for id, severity in loud.items()}
    of_alert = {alert.key: alert.group for alert in alerts}
    found = {}
    for incident in incidents:
        steps = {by_group.get(of_alert.get(member.key, "")) for member in incident.members}
        known = [step for step in steps if step is not None]
        if known:
            found[incident.id] = min(known, key=lambda each: each.at_ms)
    return found


def _of(group: Group, severity: Severity, chain: Chain) -> NextStep | None:
    if group.paged_ms is None or (group.ack is not None and group.ack.severity >= severity):
        return None
    coming = chain.coming(group.step, group.paged_ms, group.stepped_ms, severity)
    if coming is None:
        return None
    step, at_ms = coming
    return NextStep(at_ms, chain.roles(min(group.step, step - 1), step))
