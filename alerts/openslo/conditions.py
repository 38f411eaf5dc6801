"""Alert policies of OpenSLO v1 as tiers of ours: one window, one factor, no second window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from alerts.model import Severity
from alerts.openslo.findings import Finding, Weight
from alerts.openslo.model import AlertCondition, AlertPolicy, OpenSlo, Place, Reference, SloDocument
from alerts.policy import Tier
from slo.budgeting import Operator

Find: TypeAlias = Callable[[Reference], OpenSlo | None]

_SEVERITIES = {
    "call": Severity.CALL,
    "critical": Severity.PAGE,
    "page": Severity.PAGE,
    "sev1": Severity.PAGE,
    "p1": Severity.PAGE,
    "ticket": Severity.TICKET,
    "warning": Severity.TICKET,
    "sev2": Severity.TICKET,
    "p2": Severity.TICKET,
    "notice": Severity.NOTICE,
    "info": Severity.NOTICE,
}


def tiers_of(document: SloDocument, find: Find) -> tuple[list[Tier], list[Finding]]:
    """What the alert policies of an SLO say, inline or referenced, as tiers; and what of it cannot be done live.

    A condition ``burnrate gt k over lookback`` is a tier whose long and short windows are both the look-back and whose
    budget share is k x look-back / period.
    """
    tiers: list[Tier] = []
    findings: list[Finding] = []
    for condition in _conditions(document, find):
        findings.extend(_limits(condition))
        if condition.operator in (Operator.GT, Operator.GTE) and condition.threshold > 0:
            tiers.append(_tier(condition, document.window.duration.seconds))
    return tiers, findings


def _conditions(document: SloDocument, find: Find) -> Iterator[AlertCondition]:
    for named in document.policies:
        policy = find(named) if isinstance(named, Reference) else named
        if not isinstance(policy, AlertPolicy) or not policy.when_breaching:
            continue
        for each in policy.conditions:
            condition = find(each) if isinstance(each, Reference) else each
            if isinstance(condition, AlertCondition):
                yield condition


def _tier(condition: AlertCondition, period_seconds: int) -> Tier:
    return Tier(
        condition.metadata.name,
        condition.lookback_seconds,
        condition.lookback_seconds,
        condition.threshold * condition.lookback_seconds / period_seconds,
        _SEVERITIES.get(condition.severity.lower(), Severity.TICKET),
        source=f"{condition.place.file.name}:{condition.place.line}",
    )


def _limits(condition: AlertCondition) -> Iterator[Finding]:
    place = condition.place
    if condition.operator not in (Operator.GT, Operator.GTE):
        yield _warning(place, "op", f"{condition.operator} is not watched live: it would fire while all is well")
    if condition.after_seconds:
        yield _warning(place, "alertAfter", "is not waited for live: a tier fires as soon as its window burns")
    if condition.severity.lower() not in _SEVERITIES:
        yield _warning(
            place, "severity", f"{condition.severity[:40]!r} is taken as ticket; known: {', '.join(_SEVERITIES)}"
        )


def _warning(place: Place, field: str, message: str) -> Finding:
    path = f"{place.field}.spec" if place.field else "spec"
    inner = f"{path}.condition.{field}" if field != "severity" else f"{path}.{field}"
    return Finding(place.file, place.line, inner, message, Weight.WARNING)
