"""Why a series counts as what it counts, in words: which rule decided, where each dimension came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from collectors.errors import GarbagePage
from collectors.mapping import COUNTERS, DIMENSIONS, MetricMap, Role, Rule
from collectors.openmetrics import PageParser
from collectors.page import parsed_series
from slo.outcomes import OutcomeTable

MOST_NEAR = 5
_SPECIAL = {
    Role.PROCESS_START: "tells the birth of the process (metrics.process_start)",
    Role.MARK: "is the target's own sequence number (metrics.mark)",
    Role.CLOCK: "is the target's clock, compared with ours (metrics.clock)",
    Role.GAUGE: "is kept as a gauge (metrics.gauges); gauges are shown, never counted",
    Role.CREATED: "tells the births of its counter",
}


class _Everything(MetricMap):
    """Keeps every series of a page."""

    def role(self, name: str) -> Role:
        """Nothing is ignored."""
        return Role.GAUGE


def series_on(text: str, *, openmetrics: bool) -> dict[str, list[str]]:
    """Every series of a page by the name of its metric. Raises GarbagePage."""
    found: dict[str, list[str]] = {}
    for series in PageParser(_Everything()).parse(text, 0, openmetrics=openmetrics).changed:
        found.setdefault(series.partition("{")[0], []).append(series)
    return found


def near_names(metric: str, names: Iterable[str]) -> list[str]:
    """Names that may have been meant, the nearest first."""
    known = sorted(set(names))
    near = get_close_matches(metric, known, MOST_NEAR, 0.6)
    return near or [name for name in known if metric in name or name in metric][:MOST_NEAR]


def explained(
    series: str, mapping: MetricMap, outcomes: OutcomeTable, data_center: str, *, job: Collection[str] = ()
) -> Sequence[str]:
    """Lines that say what a series is mapped to and why. ``job``: labels that the server added, never part of it."""
    name, labels = parsed_series(series)
    own = {label: value for label, value in labels.items() if label not in job}
    role = mapping.role(name)
    if role in _SPECIAL:
        return [f"{name} {_SPECIAL[role]}"]
    if place := mapping.histogram(name, own):
        said = zip(("product", "step", "traffic"), place, strict=True)
        return ["counted as a bucket of latency", *(f"  {label} = {value or '(empty)'}" for label, value in said)]
    if name not in mapping.by_metric:
        return ["ignored: no rule names this metric; add one to metrics in the catalog"]
    rule = mapping.rule(name, own)
    if rule is None:
        return [f"ignored: {one.origin}: {one.misfit(own)}" for one in mapping.by_metric[name]]
    return _decided(series, own, rule, outcomes, data_center)


def _decided(series: str, labels: dict[str, str], rule: Rule, outcomes: OutcomeTable, data_center: str) -> list[str]:
    try:
        leaf = rule.leaf(series, labels, data_center)
    except GarbagePage as fault:
        return [f"refused by {rule.origin}: {fault}", "  the whole page is refused: its events would belong nowhere"]
    verb = "counted as" if rule.role in COUNTERS else "kept as"
    lines = [f"{verb} {rule.role.value} by {rule.origin}{' (new series from zero)' if rule.from_zero else ''}"]
    for dimension, value in zip(DIMENSIONS[rule.role], leaf, strict=True):
        if value or dimension in rule.picks:
            lines.append(f"  {dimension} = {value or '(empty)'}  {_why(dimension, value, labels, rule, outcomes)}")
    return lines


def _why(dimension: str, value: str, labels: dict[str, str], rule: Rule, outcomes: OutcomeTable) -> str:
    why = rule.pick(dimension).why(labels)
    if not rule.pick(dimension).value(labels):
        why += {"data_center": "; the source's own", "traffic": "; the default"}.get(dimension, "")
    if dimension != "outcome":
        return f"({why})"
    known = value in outcomes.kinds
    kind = outcomes.kind(value).name.lower()
    return f"({why}) -> {kind}" + ("" if known else ": not in the outcome table, so bad until it is")
