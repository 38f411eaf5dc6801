"""AlertPolicy, AlertCondition and AlertNotificationTarget, as objects or inside others."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from alerts.openslo.fields import Section
from alerts.openslo.metadata import read_metadata
from alerts.openslo.model import AlertCondition, AlertNotificationTarget, AlertPolicy, Kind, Reference
from slo.budgeting import Operator

MOST_CONDITIONS = 1
BURN_RATE = "burnrate"
_EXCEEDS = (Operator.GT, Operator.GTE)

Made = TypeVar("Made")


def inline_or_reference(
    section: Section, ref: str, kind: Kind, read: Callable[[Section], Made | None]
) -> Made | Reference | None:
    """An item of a list that is either ``{ref: name}`` or the object itself; both at once are named."""
    inline = section.written("spec") or section.written("metadata") or section.written("kind")
    if section.written(ref) and inline:
        section.error(ref, f"stands beside an inline {kind}; keep either the reference or the object")
        return None
    if not inline:
        section.node("spec")
        found = section.reference(ref, kind, required=True)
        section.close()
        return found
    section.choice("apiVersion", ("openslo/v1",))
    section.choice("kind", (kind,))
    made = read(section)
    section.close()
    return made


def read_policy(section: Section) -> AlertPolicy | None:
    """An AlertPolicy; None when it cannot be used; why is named."""
    metadata = read_metadata(section)
    spec = section.section("spec", required=True)
    if spec is None:
        return None
    description = spec.description()
    no_data, resolved = spec.flag("alertWhenNoData"), spec.flag("alertWhenResolved")
    breaching = spec.flag("alertWhenBreaching")
    conditions = _conditions(spec)
    targets = [
        inline_or_reference(item, "targetRef", Kind.ALERT_NOTIFICATION_TARGET, read_target)
        for item in spec.sections("notificationTargets")
    ]
    spec.close()
    if metadata is None or None in conditions:
        return None
    return AlertPolicy(
        metadata,
        section.place(),
        description,
        no_data or False,
        resolved or False,
        breaching or False,
        tuple(each for each in conditions if each is not None),
        tuple(each for each in targets if each is not None),
    )


def read_condition(section: Section) -> AlertCondition | None:
    """An AlertCondition; None when it cannot be used; why is named."""
    metadata = read_metadata(section)
    spec = section.section("spec", required=True)
    if spec is None:
        return None
    description = spec.description()
    severity = spec.text("severity", required=True)
    inner = spec.section("condition", required=True)
    figures = _figures(inner) if inner else None
    spec.close()
    if metadata is None or severity is None or figures is None:
        return None
    operator, threshold, lookback_seconds, after_seconds = figures
    return AlertCondition(
        metadata, section.place(), description, severity, operator, threshold, lookback_seconds, after_seconds
    )


def read_target(section: Section) -> AlertNotificationTarget | None:
    """An AlertNotificationTarget; None when it cannot be used; why is named."""
    metadata = read_metadata(section)
    spec = section.section("spec", required=True)
    if spec is None:
        return None
    description = spec.description()
    target = spec.text("target", required=True)
    spec.close()
    return AlertNotificationTarget(metadata, section.place(), description, target) if metadata and target else None


def _conditions(spec: Section) -> list[AlertCondition | Reference | None]:
    sections = spec.sections("conditions", required=True)
    if len(sections) > MOST_CONDITIONS:
        spec.error(
            "conditions",
            f"has {len(sections)} items; OpenSLO v1 allows {MOST_CONDITIONS}"
            " (long and short windows: annotation alert-tiers, docs/slos.md)",
        )
    return [inline_or_reference(item, "conditionRef", Kind.ALERT_CONDITION, read_condition) for item in sections]


def _figures(section: Section) -> tuple[Operator, Fraction, int, int] | None:
    section.choice("kind", (BURN_RATE,))
    word = section.choice("op", tuple(Operator))
    threshold = section.number("threshold", required=True)
    lookback = section.duration("lookbackWindow", required=True)
    after = section.duration("alertAfter", zero=True)
    section.close()
    if threshold is not None and threshold < 0:
        section.error("threshold", "is negative; a burn rate never is")
    if word and Operator(word) not in _EXCEEDS:
        section.warning("op", f"{word} alerts while the burn rate is LOW; an alert on too much burn needs gt or gte")
    if not section.has("op"):
        section.warning("op", "is missing and read as gt (the burn rate exceeds the threshold); write it")
    if threshold is None or lookback is None:
        return None
    return Operator(word or Operator.GT), threshold, lookback.seconds, after.seconds if after else 0
