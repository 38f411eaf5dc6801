"""Recording rules: increases of one interval by level, then sums of them over the windows of the tiers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from alerts.model import Level
from alerts.policy import Slo
from alerts.rules.metrics import RequestMetric, increases, one_of
from alerts.rules.shape import LABELS, Names, duration, levels, range_within, tiers

SHORTEST_MEMORY_SECONDS = 300
"""How long after its last sample a series still goes on from it (as long as Prometheus itself looks back)."""


@dataclass(frozen=True, slots=True)
class Estate:
    """What is counted: metrics, and what their outcomes mean; an outcome in neither list is bad."""

    metrics: tuple[RequestMetric, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    ignored: tuple[str, ...]
    customer: str = "customer"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a group; without ``alert`` it records."""

    expr: str
    record: str = ""
    alert: str = ""
    for_seconds: int = 0
    keep_seconds: int = 0
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = field(default=())

    def as_yaml(self) -> dict[str, object]:
        """The rule as rule files write it."""
        content: dict[str, object] = {"alert": self.alert} if self.alert else {"record": self.record}
        content["expr"] = self.expr
        if self.for_seconds:
            content["for"] = duration(self.for_seconds)
        if self.keep_seconds:
            content["keep_firing_for"] = duration(self.keep_seconds)
        for name, pairs in (("labels", self.labels), ("annotations", self.annotations)):
            if pairs:
                content[name] = dict(pairs)
        return content


def recording_rules(
    estate: Estate, slos: Sequence[Slo], names: Names, scrape_seconds: int, also: Collection[Level] = ()
) -> list[Rule]:
    """Everything that the alerts read, in the order in which it must be evaluated. ``also``: levels that others read.
    Raises NotForPrometheus."""
    memory = duration(max(SHORTEST_MEMORY_SECONDS, 4 * scrape_seconds))
    rules = [Rule(increases(estate.metrics, names.interval, memory, estate.customer), record=names.finest)]
    watched = [level for level in LABELS if any(level in levels(slo) for slo in slos)]
    for level in (level for level in LABELS if level in watched or level in also):
        rules += _of_interval(estate, names, level)
    windows = {w for s in slos for t in tiers(s.policy, scrape_seconds) for w in (t.short_seconds, t.long_seconds)}
    return rules + [
        rule for level in watched for window_s in sorted(windows) for rule in _of_window(names, level, window_s)
    ]


def _of_interval(estate: Estate, names: Names, level: Level) -> list[Rule]:
    whole = "".join(f', {label}!=""' for label in LABELS[level] if label != "product")
    by = f"sum by ({', '.join(LABELS[level])})" if LABELS[level] else "sum"
    bad = f"{names.finest}{{outcome!~{one_of((*estate.good, *estate.ignored))}{whole}}}"
    total = f"{names.finest}{{outcome!~{one_of(estate.ignored or ('no outcome is ignored',))}{whole}}}"
    return [
        Rule(f"{by} ({total})", record=names.total(level, names.interval)),
        # No series of bad outcomes is none of them, wherever anything is counted at all.
        Rule(f"{by} ({bad})\nor\n0 * {names.total(level, names.interval)}", record=names.bad(level, names.interval)),
    ]


def _of_window(names: Names, level: Level, window_s: int) -> list[Rule]:
    window, inside = duration(window_s), range_within(window_s)
    return [
        Rule(f"sum_over_time({name(level, names.interval)}[{inside}])", record=name(level, window))
        for name in (names.bad, names.total)
    ]
