"""SLO: which indicator, over which window, by which method, with which targets."""

from __future__ import annotations

from fractions import Fraction

from alerts.openslo.alerting import inline_or_reference, read_policy
from alerts.openslo.fields import Gathered, Section
from alerts.openslo.indicators import inline_sli
from alerts.openslo.metadata import read_metadata, read_terms
from alerts.openslo.model import AlertPolicy, Goal, Kind, Reference, Sli, SloDocument, Terms, ThresholdMetric
from alerts.openslo.objectives import is_composite, read_goals
from alerts.openslo.time_windows import read_window
from slo.budgeting import Method
from slo.formatting import truncated

OWN_SOURCE = "LendingControlCenter"
OWN_INTERVAL_SECONDS = 1
USUAL_INTERVAL_SECONDS = 15


def read_slo(section: Section) -> SloDocument | None:
    """An SLO; None when it cannot be used; why is named."""
    metadata = read_metadata(section)
    terms = read_terms(section, metadata.annotations) if metadata else Terms()
    spec = section.section("spec", required=True)
    if spec is None:
        return None
    description, service = spec.description(), spec.text("service", required=True)
    place = spec.place("service")
    window = read_window(spec)
    word = spec.choice("budgetingMethod", tuple(Method), required=True)
    method = Method(word) if word else None
    indicator, goals = _measured(spec, method)
    policies = _policies(spec)
    spec.close()
    if metadata is None or service is None or window is None or method is None or not goals:
        return None
    made = SloDocument(
        metadata,
        section.place(),
        description,
        Reference(Kind.SERVICE, service, place, optional=True),
        indicator,
        window,
        method,
        goals,
        policies,
        terms,
    )
    _warn_of_small_budgets(section.gathered, made)
    return made


def _policies(spec: Section) -> tuple[AlertPolicy | Reference, ...]:
    read = [
        inline_or_reference(item, "alertPolicyRef", Kind.ALERT_POLICY, read_policy)
        for item in spec.sections("alertPolicies", named="alertPolicyRef")
    ]
    return tuple(policy for policy in read if policy is not None)


def _measured(spec: Section, method: Method | None) -> tuple[Sli | Reference | None, tuple[Goal, ...]]:
    """The shared indicator (None in a composite) and all objectives (none at all when one cannot be used)."""
    sections = spec.sections("objectives", required=True)
    shared = _shared(spec, sections)
    goals = read_goals(sections, method, shared)
    if isinstance(shared, Sli) and isinstance(shared.metric, ThresholdMetric) and len(sections) > 1:
        spec.error("objectives", f"has {len(sections)} items; a thresholdMetric allows exactly one")
    usable = tuple(goal for goal in goals if goal is not None)
    return shared, usable if len(usable) == len(goals) else ()


def _shared(spec: Section, sections: list[Section]) -> Sli | Reference | None:
    inner = spec.section("indicator")
    inline = inline_sli(inner) if inner else None
    shared = inline or spec.reference("indicatorRef", Kind.SLI)
    if is_composite(sections):
        for name in ("indicator", "indicatorRef"):
            if spec.has(name):
                spec.error(name, "stands beside objectives with their own indicator; a composite has it there alone")
        for section in sections:
            section.exactly_one("indicator", "indicatorRef", why="each objective of a composite has its own")
        return None
    spec.exactly_one("indicator", "indicatorRef", why="or move one into each objective, which makes a composite")
    return shared


def interval_seconds(slo: SloDocument) -> int:
    """Seconds between two collections: as annotated, else 1 for our own store and 15 for everything else."""
    if slo.terms.collect_seconds is not None:
        return slo.terms.collect_seconds
    own = isinstance(slo.indicator, Sli) and all(source.type == OWN_SOURCE for source in slo.indicator.sources)
    return OWN_INTERVAL_SECONDS if own else USUAL_INTERVAL_SECONDS


def _warn_of_small_budgets(gathered: Gathered, slo: SloDocument) -> None:
    """A budget below one collection interval, or one time slice, is spent by the least that can be seen."""
    for goal in slo.goals:
        budget_seconds = slo.window.duration.seconds * (1 - goal.objective.target)
        smallest, what = interval_seconds(slo), "one collection interval"
        if slo.method is Method.TIMESLICES and goal.slice_seconds and goal.slice_seconds > smallest:
            smallest, what = goal.slice_seconds, "one time slice"
        if budget_seconds < smallest:
            gathered.warning(
                goal.place.line,
                goal.place.field,
                f"{goal.objective.text} % of {slo.window.duration} leaves a budget of {_seconds(budget_seconds)} s,"
                f" less than {what} ({smallest} s): the smallest failure that can be seen spends all of it",
            )


def _seconds(value: Fraction) -> str:
    return truncated(value, 3).rstrip("0").rstrip(".")
