"""Alert policies of OpenSLO v1 as tiers of ours: one window, one factor, no second window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from alerts.model import Severity
from alerts.openslo.findings import Finding, Weight
from alerts.openslo.model import AlertCondition, AlertPolicy, OpenSlo, Place, Reference, SloDocument
from alerts.policy import Tier
from slo.budgeting import Operator

Find: TypeAlias = Callable[[Reference], OpenSlo | None]

_EXCEEDS = (Operator.GT, Operator.GTE)
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


@dataclass(frozen=True, slots=True)
class Declared:
    """One condition of an alert policy. ``or_equal``: true at the threshold itself; ``breaching``: told when it burns,
    ``no_data``: when there are no data."""

    tier: Tier
    place: Place
    or_equal: bool
    breaching: bool
    no_data: bool


def declared(document: SloDocument, find: Find) -> tuple[list[Declared], list[Finding]]:
    """What the alert policies of an SLO say, inline or referenced, and what of it cannot be done live.

    A condition ``burnrate gt k over lookback`` is a tier whose long and short windows are both the look-back and whose
    budget share is k x look-back / period.
    """
    found: list[Declared] = []
    findings: list[Finding] = []
    for policy, condition in _conditions(document, find):
        if policy.when_breaching:
            findings.extend(_limits(condition))
        burns = policy.when_breaching and condition.operator in _EXCEEDS and condition.threshold > 0
        if not burns and not policy.when_no_data:
            continue
        tier = _tier(condition, document.window.duration.seconds)
        or_equal = condition.operator is Operator.GTE
        found.append(Declared(tier, condition.place, or_equal, burns, policy.when_no_data))
    return found, findings


def tiers_of(document: SloDocument, find: Find) -> tuple[list[Tier], list[Finding]]:
    """Those that fire on burn, as tiers, and what cannot be done live."""
    found, findings = declared(document, find)
    return [each.tier for each in found if each.breaching], findings


def _conditions(document: SloDocument, find: Find) -> Iterator[tuple[AlertPolicy, AlertCondition]]:
    for named in document.policies:
        policy = find(named) if isinstance(named, Reference) else named
        if not isinstance(policy, AlertPolicy) or not (policy.when_breaching or policy.when_no_data):
            continue
        for each in policy.conditions:
            condition = find(each) if isinstance(each, Reference) else each
            if isinstance(condition, AlertCondition):
                yield policy, condition


def _tier(condition: AlertCondition, period_seconds: int) -> Tier:
    return Tier(
        condition.metadata.name,
        condition.lookback_seconds,
        condition.lookback_seconds,
        condition.threshold * condition.lookback_seconds / period_seconds,
        _SEVERITIES.get(condition.severity.lower(), Severity.TICKET),
        source=f"{condition.place.file.name}:{condition.place.line}",
        after_seconds=condition.after_seconds,
    )


def _limits(condition: AlertCondition) -> Iterator[Finding]:
    place = condition.place
    if condition.operator not in _EXCEEDS:
        yield _warning(place, "op", f"{condition.operator} is not watched live: it would fire while all is well")
    if condition.severity.lower() not in _SEVERITIES:
        yield _warning(
            place, "severity", f"{condition.severity[:40]!r} is taken as ticket; known: {', '.join(_SEVERITIES)}"
        )


def _warning(place: Place, field: str, message: str) -> Finding:
    path = f"{place.field}.spec" if place.field else "spec"
    inner = f"{path}.condition.{field}" if field != "severity" else f"{path}.{field}"
    return Finding(place.file, place.line, inner, message, Weight.WARNING)
