"""Names across files: none twice, none dangling, and what an SLO can only be judged by once its SLI is known.

A reference from an SLO, or from what an SLO uses, must lead somewhere. From an object that no SLO uses (a library of
policies) a missing name is a warning: whoever uses it may bring it. A metricSourceRef beside ``type`` only adds where
to connect; it is an error once DataSources are given at all and none has the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeAlias

from alerts.openslo.documents import Declared
from alerts.openslo.findings import Finding, Weight
from alerts.openslo.model import Kind, Reference, Sli, SloDocument, ThresholdMetric

Key: TypeAlias = tuple[Kind, str]


def findings_of(declared: Iterable[Declared]) -> Iterator[Finding]:
    """Duplicates, dangling references, and objectives that do not fit the SLI they refer to."""
    known = tuple(declared)
    first: dict[Key, Declared] = {}
    for each in known:
        before = first.setdefault((each.kind, each.name), each)
        if before is not each:
            yield _twice(each, before)
    used = _used(first)
    for each in known:
        for reference in each.references:
            if (reference.kind, reference.name) not in first:
                yield _dangling(reference, first, needed=(each.kind, each.name) in used)
    for each in known:
        if isinstance(each.value, SloDocument):
            yield from _misfits(each.value, first)
            yield from _unknown_service(each.value, first)


def _twice(again: Declared, before: Declared) -> Finding:
    """A folder is one set of names. The same name in another folder is only worth a word: collections of examples
    repeat names, and the engine refuses them when it is given both."""
    where = f"{before.place.file}:{before.place.line}"
    place, apart = again.place, again.place.file.parent != before.place.file.parent
    if apart:
        message = f"{again.kind} {again.name!r} is in another folder too ({where}); both cannot be used together"
        return Finding(place.file, place.line, "metadata.name", message, Weight.WARNING)
    message = f"{again.kind} {again.name!r} is there already ({where}); rename one"
    return Finding(place.file, place.line, "metadata.name", message)


def _used(first: Mapping[Key, Declared]) -> set[Key]:
    """Every SLO, and all that SLOs refer to, step by step."""
    waiting = [key for key in first if key[0] is Kind.SLO]
    used = set(waiting)
    while waiting:
        for reference in first[waiting.pop()].references:
            key = (reference.kind, reference.name)
            if key in first and key not in used:
                used.add(key)
                waiting.append(key)
    return used


def _dangling(reference: Reference, first: Mapping[Key, Declared], *, needed: bool) -> Finding:
    names = [name for kind, name in first if kind is reference.kind]
    weight = Weight.ERROR if needed and (names or not reference.optional) else Weight.WARNING
    close = get_close_matches(reference.name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"define it, or give the file that does{_known(names)}"
    message = f"no {reference.kind} is named {reference.name!r}; {hint}"
    if weight is Weight.WARNING and not needed:
        message += " (no SLO here needs it yet)"
    return Finding(reference.place.file, reference.place.line, reference.place.field, message, weight)


def _known(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:5])
    return f"; known: {shown}" if names else ""


def _misfits(slo: SloDocument, first: Mapping[Key, Declared]) -> Iterator[Finding]:
    """op and value of objectives whose SLI stands elsewhere."""
    for goal in slo.goals:
        reference = goal.indicator or slo.indicator
        found = first.get((Kind.SLI, reference.name)) if isinstance(reference, Reference) else None
        if found is None or not isinstance(found.value, Sli):
            continue
        place, threshold = goal.place, isinstance(found.value.metric, ThresholdMetric)
        if threshold:
            for name, given in (("op", goal.operator), ("value", goal.value)):
                if given is None:
                    message = f"is missing; SLI {found.name!r} is a thresholdMetric and needs it"
                    yield Finding(place.file, place.line, f"{place.field}.{name}", message)
        elif goal.value is not None:
            message = f"goes with a thresholdMetric only; SLI {found.name!r} is a ratio"
            yield Finding(place.file, place.line, f"{place.field}.value", message)
        elif goal.operator is not None:
            message = f"has no meaning for the ratio of SLI {found.name!r} and is ignored; take it away"
            yield Finding(place.file, place.line, f"{place.field}.op", message, Weight.WARNING)
        if threshold and len(slo.goals) > 1 and goal is slo.goals[-1] and goal.indicator is None:
            message = f"has {len(slo.goals)} items; SLI {found.name!r} is a thresholdMetric and allows exactly one"
            yield Finding(slo.place.file, slo.goals[0].place.line, "spec.objectives", message)


def _unknown_service(slo: SloDocument, first: Mapping[Key, Declared]) -> Iterator[Finding]:
    """``service`` may name a Service; where some are given, one that is missing is worth a word."""
    names = [name for kind, name in first if kind is Kind.SERVICE]
    service, place = slo.service.name, slo.service.place
    if names and service not in names:
        message = f"no Service is named {service[:40]!r}{_known(names)}"
        yield Finding(place.file, place.line, place.field, message, Weight.WARNING)
