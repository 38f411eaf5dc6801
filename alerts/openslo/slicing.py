"""From OpenSLO documents to objectives by slices of time, and to composites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from alerts.openslo.conditions import Declared
from alerts.openslo.findings import Finding, Weight
from alerts.openslo.model import Goal, Place, SloDocument
from alerts.policy import Tier
from alerts.sliced.model import SlicedPart, SlicedRule, SlicedSlo
from slo.budgeting import Method
from slo.windows import MINUTE_S

MOST_SLICES = 600_000
"""In one window: a year of minutes."""


def is_sliced(document: SloDocument) -> bool:
    """Whether slices of time judge it, or several indicators do."""
    return document.composite or document.method is not Method.OCCURRENCES


def sliced(
    document: SloDocument,
    products: Sequence[str],
    tiers: Sequence[Tier],
    own: Sequence[Declared],
    findings: list[Finding],
) -> Iterator[SlicedSlo]:
    """A composite as one objective, else one for each goal. ``products``: per goal in a composite, else one for all;
    ``tiers``: chosen ones of the alert policy; ``own``: the document's conditions."""
    whole = [document.goals] if document.composite else [(goal,) for goal in document.goals]
    for number, goals in enumerate(whole, start=1):
        slice_s = _slice_seconds(document, goals, findings)
        if slice_s is None:
            continue
        _warn_of_weights(document, goals, findings)
        rules = tuple(_rules(document, tiers, own, slice_s, findings if number == 1 else []))
        made = _objective(document, goals, products, slice_s, rules)
        part = f" - {goals[0].display_name}" if len(whole) > 1 and goals[0].display_name else ""
        names = {language: f"{name}{part}" for language, name in made.names.items()}
        yield replace(made, id=made.id if number == 1 else f"{made.id}.{number}", names=names)


def _objective(
    document: SloDocument,
    goals: Sequence[Goal],
    products: Sequence[str],
    slice_s: int,
    rules: tuple[SlicedRule, ...],
) -> SlicedSlo:
    metadata, terms = document.metadata, document.terms
    shown = metadata.display_name or metadata.name
    return SlicedSlo(
        metadata.name,
        tuple(_part(goal, product) for goal, product in zip(goals, products, strict=True)),
        document.method,
        slice_s,
        max((goal.objective for goal in goals), key=lambda objective: objective.target),
        document.window.duration.seconds,
        rules,
        {"zh": terms.name_zh or shown, "en": shown},
        terms.runbook,
        terms.excludes_maintenance,
    )


def _part(goal: Goal, product: str) -> SlicedPart:
    return SlicedPart(product, goal.objective, goal.slice_target or Fraction(1), goal.weight)


def _slice_seconds(document: SloDocument, goals: Sequence[Goal], findings: list[Finding]) -> int | None:
    """A minute for Occurrences, which need no slices; None, with the reason, for what cannot be watched."""
    if document.method is Method.OCCURRENCES:
        return MINUTE_S
    lengths = sorted({goal.slice_seconds or MINUTE_S for goal in goals})
    problem = ""
    if len(lengths) > 1:
        problem = f"slices of {' and '.join(map(str, lengths))} s in one composite do not fit; give all the same length"
    elif lengths[0] % MINUTE_S:
        problem = f"slices of {lengths[0]} s are not whole minutes, for so exact is the past kept; write 1m or more"
    elif lengths[0] > document.window.duration.seconds:
        problem = f"a slice of {lengths[0]} s is longer than the window of {document.window.duration}"
    elif document.window.duration.seconds // lengths[0] > MOST_SLICES:
        problem = f"{document.window.duration} has more than {MOST_SLICES} slices of {lengths[0]} s; make them longer"
    if problem:
        findings.append(_warning(goals[0].place, "timeSliceWindow", f"is not watched live: {problem}"))
        return None
    return lengths[0]


def _warn_of_weights(document: SloDocument, goals: Sequence[Goal], findings: list[Finding]) -> None:
    if document.method is Method.OCCURRENCES or all(goal.weight == 1 for goal in goals):
        return
    findings.append(
        _warning(
            next(goal.place for goal in goals if goal.weight != 1),
            "compositeWeight",
            f"has no effect with {document.method}: what any part misses, the whole misses; Occurrences weigh parts",
        )
    )


def _rules(
    document: SloDocument, tiers: Sequence[Tier], own: Sequence[Declared], slice_s: int, findings: list[Finding]
) -> Iterator[SlicedRule]:
    """Highest first. Windows shorter than a slice say nothing: tiers with one are left out."""
    period_s = document.window.duration.seconds
    short = [tier.name for tier in tiers if tier.short_seconds < slice_s]
    if short and document.terms.tiers is not None:
        place = replace(document.place, field="metadata.annotations")
        findings.append(_warning(place, "", f"{', '.join(short)} look at less than one slice of {slice_s} s; left out"))
    made = [SlicedRule(tier) for tier in tiers if tier.short_seconds >= slice_s]
    known = {rule.tier.name for rule in made}
    for each in own:
        if each.tier.long_seconds < slice_s:
            text = f"{each.tier.long_seconds} s are less than one slice of {slice_s} s; the condition is not watched"
            findings.append(_warning(each.place, "spec.condition.lookbackWindow", text))
        elif each.tier.name not in known:
            made.append(SlicedRule(each.tier, each.or_equal, each.breaching, each.no_data))
            known.add(each.tier.name)
    yield from sorted(made, key=lambda rule: rule.tier.factor(period_s), reverse=True)


def _warning(place: Place, field: str, message: str) -> Finding:
    path = ".".join(part for part in (place.field, field) if part)
    return Finding(place.file, place.line, path, message, Weight.WARNING)
