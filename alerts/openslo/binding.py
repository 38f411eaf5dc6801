"""From OpenSLO documents to the objectives that the live engine watches.

Bound are SLOs whose queries all have the type LendingControlCenter: their counts are in our store. Other types are
loaded and validated, and rules can be exported for them; what they count is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from alerts.openslo.conditions import declared, tiers_of
from alerts.openslo.findings import Finding, Weight, in_order
from alerts.openslo.loading import Documents
from alerts.openslo.metadata import ALERT_TIERS
from alerts.openslo.model import (
    DataSource,
    Goal,
    Kind,
    MetricSource,
    OpenSlo,
    Place,
    RatioMetric,
    Reference,
    Sli,
    SloDocument,
    TimeWindow,
)
from alerts.openslo.slicing import is_sliced, sliced
from alerts.openslo.slos import OWN_SOURCE
from alerts.policy import Policy, Slo, Tier
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method
from slo.periods import CalendarPeriod

BANK = "bank"
_ROLES = ("good", "bad", "total")


@dataclass(frozen=True, slots=True)
class Bound:
    """What is watched live, in the order of the files, and what stands against it. ``slos``: events of a product or of
    the bank, by the engine; ``sliced``: slices of time, and composites."""

    slos: tuple[Slo, ...]
    findings: tuple[Finding, ...]
    sliced: tuple[SlicedSlo, ...] = ()


@dataclass(frozen=True, slots=True)
class _Set:
    """Every usable object by kind and name."""

    objects: Mapping[tuple[Kind, str], OpenSlo]
    policy: Policy
    products: Collection[str] | None
    foreign: bool = False

    def found(self, reference: Reference) -> OpenSlo | None:
        return self.objects.get((reference.kind, reference.name))

    def type_of(self, source: MetricSource) -> str:
        """Type of a query, its data source's when it says none."""
        if source.type or source.source is None:
            return source.type
        found = self.found(source.source)
        return found.type if isinstance(found, DataSource) else ""


def slos_of(documents: Documents, policy: Policy) -> list[Slo]:
    """Objectives for the engine; what cannot be bound is left out (``bind`` says why)."""
    return list(bind(documents, policy).slos)


def bind(
    documents: Documents, policy: Policy, products: Collection[str] | None = None, *, foreign: bool = False
) -> Bound:
    """Objectives for the engine, one per objective of each bound SLO; the id is the SLO's name, with ``.2`` and so on
    for its further objectives. ``products``: those of the catalog, when they are to be checked. ``foreign``: also SLOs
    whose queries have other types; each is taken for one product that is named like it, in a composite like the
    indicators, for whoever brings counts under such names."""
    known = _Set({(d.kind, d.name): d.value for d in documents.declared if d.value}, policy, products, foreign)
    findings: list[Finding] = []
    slos: dict[str, Slo | SlicedSlo] = {}
    for document in documents.slos:
        if document.metadata.name in slos:
            findings.append(_finding(document.place, f"SLO {document.metadata.name!r} is given twice; rename one"))
            continue
        for made in _bound(document, known, findings):
            slos[made.id] = made
            findings.extend(_never(document, made))
    of_events = tuple(each for each in slos.values() if isinstance(each, Slo))
    sliced_ones = tuple(each for each in slos.values() if isinstance(each, SlicedSlo))
    return Bound(of_events, in_order(findings), sliced_ones)


def _bound(document: SloDocument, known: _Set, findings: list[Finding]) -> Iterator[Slo | SlicedSlo]:
    slis = [sli for sli in (_resolved(goal.indicator or document.indicator, known) for goal in document.goals) if sli]
    types = {known.type_of(source) for sli in slis for source in sli.sources}
    refused = _not_live(document, slis, types) if OWN_SOURCE in types else ""
    if refused:
        findings.append(_finding(document.place, refused, Weight.WARNING))
    if refused or (OWN_SOURCE not in types and not known.foreign):
        return
    if OWN_SOURCE in types:
        units = [_unit(sli, known, findings) for sli in slis[: _indicators(document)]]
    else:
        units = _stand_ins(document)
    products = [unit for unit in units if unit is not None]
    if len(products) < _indicators(document):
        return
    if is_sliced(document):
        own, said = declared(document, known.found)
        findings.extend(said)
        for made in sliced(document, products, _chosen(document, known, findings), own, findings):
            yield replace(made, floor_events=known.policy.floor_events)
        return
    (product,) = products
    policy = _policy(document, known, findings)
    for number, goal in enumerate(document.goals, start=1):
        yield _slo(document, goal, number, product, policy)


def _not_live(document: SloDocument, slis: list[Sli], types: set[str]) -> str:
    """Why an SLO over our own counts is not watched live; empty when it is."""
    if types != {OWN_SOURCE}:
        return f"mixes {', '.join(sorted(types))}: it is loaded, but not watched live"
    if any(not isinstance(sli.metric, RatioMetric) or sli.metric.raw for sli in slis):
        return "is loaded, but not watched live: it needs good/total or bad/total, for our store holds counts"
    return ""


def _indicators(document: SloDocument) -> int:
    """How many units it speaks of: one, in a composite one per goal."""
    return len(document.goals) if document.composite else 1


def _never(document: SloDocument, made: Slo | SlicedSlo) -> Iterator[Finding]:
    """Tiers that look like a promise: a loose target over a long window does not burn so fast even in a full outage."""
    weighed = isinstance(made, SlicedSlo) and made.composite and made.method is Method.OCCURRENCES
    if weighed:
        return
    tiers = made.policy.tiers if isinstance(made, Slo) else [rule.tier for rule in made.rules if rule.breaching]
    names = [tier.name for tier in tiers if tier.least_bad_share(made.objective, made.period_seconds) >= 1]
    if names:
        what = f"{', '.join(names)} can never fire: {made.objective.text} % of {document.window.duration} does not burn"
        more = "so fast even when everything fails; give a stricter target, a shorter window or other alert-tiers"
        yield _finding(document.place, f"{what} {more}", Weight.WARNING)


def _stand_ins(document: SloDocument) -> list[str | None]:
    """Names for what other types count."""
    named = [goal.indicator for goal in document.goals] if document.composite else [None]
    return [_name_of(each, document.metadata.name) for each in named]


def _name_of(indicator: Sli | Reference | None, otherwise: str) -> str:
    if isinstance(indicator, Sli):
        return indicator.metadata.name
    return otherwise if indicator is None else indicator.name


def _unit(sli: Sli, known: _Set, findings: list[Finding]) -> str | None:
    """The product that all queries of an indicator name, empty for the bank; None when they do not agree."""
    named = ((role, getattr(sli.metric, role)) for role in _ROLES)
    units = [_unit_of(source, role, known, findings) for role, source in named if source is not None]
    if None in units:
        return None
    if len(set(units)) > 1:
        findings.append(_finding(sli.place, f"queries {' and '.join(u or BANK for u in units)}; name one unit in all"))
        return None
    return units[0]


def _unit_of(source: MetricSource, role: str, known: _Set, findings: list[Finding]) -> str | None:
    spec = source.spec if isinstance(source.spec, dict) else {}
    place = replace(source.place, field=f"{source.place.field}.spec")
    product, bank = spec.get("product"), spec.get(BANK)
    problem = ""
    if set(spec) - {"product", BANK, "events"}:
        problem = f"has {', '.join(sorted(set(spec) - {'product', BANK, 'events'}))}; known: product, bank, events"
    elif (bank is True) == isinstance(product, str):
        problem = "needs either product: weilidai (an id of the catalog) or bank: true"
    elif spec.get("events", role) != role:
        problem = f"asks for {spec['events']} events where {role} stands; write events: {role}, or leave it out"
    elif isinstance(product, str) and known.products is not None and product not in known.products:
        problem = f"no product {product!r} in the catalog; known: {', '.join(sorted(known.products))}"
    if problem:
        findings.append(_finding(place, problem))
        return None
    return product if isinstance(product, str) else ""


def _policy(document: SloDocument, known: _Set, findings: list[Finding]) -> Policy:
    """The chosen tiers, and those of the SLO's own alert policies."""
    chosen = _chosen(document, known, findings)
    own, said = tiers_of(document, known.found)
    findings.extend(said)
    period_seconds = document.window.duration.seconds
    own = [tier for tier in own if tier.name not in {each.name for each in chosen}]
    tiers = sorted([*chosen, *own], key=lambda tier: tier.factor(period_seconds), reverse=True)
    return replace(known.policy, tiers=tuple(tiers))


def _chosen(document: SloDocument, known: _Set, findings: list[Finding]) -> list[Tier]:
    """The tiers that the annotation names, all of them without it."""
    wanted = document.terms.tiers
    names = [tier.name for tier in known.policy.tiers]
    for stranger in (name for name in wanted or () if name not in names):
        place = replace(document.place, field=f"metadata.annotations.{ALERT_TIERS}")
        findings.append(_finding(place, f"no tier {stranger!r} in the alert policy; known: {', '.join(names)}"))
    return [tier for tier in known.policy.tiers if wanted is None or tier.name in wanted]


def _slo(document: SloDocument, goal: Goal, number: int, product: str, policy: Policy) -> Slo:
    metadata, terms = document.metadata, document.terms
    shown = metadata.display_name or metadata.name
    part = f" - {goal.display_name}" if goal.display_name and len(document.goals) > 1 else ""
    return Slo(
        metadata.name if number == 1 else f"{metadata.name}.{number}",
        product,
        goal.objective,
        document.window.duration.seconds,
        policy,
        {"zh": f"{terms.name_zh or shown}{part}", "en": f"{shown}{part}"},
        terms.runbook,
        terms.excludes_maintenance,
        _calendar(document.window),
    )


def _calendar(window: TimeWindow) -> CalendarPeriod | None:
    if window.calendar is None:
        return None
    return CalendarPeriod(window.calendar.start, window.calendar.zone, window.duration.count, window.duration.unit)


def _resolved(indicator: Sli | Reference | None, known: _Set) -> Sli | None:
    if isinstance(indicator, Reference):
        found = known.found(indicator)
        return found if isinstance(found, Sli) else None
    return indicator


def _finding(place: Place, message: str, weight: Weight = Weight.ERROR) -> Finding:
    return Finding(place.file, place.line, place.field, message, weight)
