"""Alerting rules of objectives by slices of time and composites: as those of events, but that false needs a slice of
the short window that was judged and was not all bad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alerts.rules.metrics import quoted
from alerts.rules.recording import Rule
from alerts.rules.shape import Names, duration, range_within
from alerts.rules.slices import SliceNames, whole_window
from alerts.sliced.model import MOST_HOLD_SECONDS, SlicedRule, SlicedSlo
from slo.budgeting import Method
from slo.formatting import ratio

BURN = "LendingSlicesBurn"
NO_DATA = "LendingSlicesNoData"


def slice_alerts(slos: Iterable[SlicedSlo], names: Names) -> Iterator[Rule]:
    """One rule per objective and tier, and one where missing data are told."""
    made = SliceNames(names)
    for slo in slos:
        for rule in slo.rules:
            if rule.breaching:
                yield _alert(slo, rule, slo.alert_name(rule.tier.name), _burning_or_held(slo, rule, made))
            if rule.no_data:
                yield _alert(slo, rule, slo.alert_name(rule.no_data_name), _blind(slo, rule, made))


def alert_name(slo: SlicedSlo, rule: SlicedRule, told: str) -> str:
    """LendingSlicesBurnFast; ``told``: the rule's name here, which becomes the label ``tier``."""
    if told == slo.alert_name(rule.no_data_name):
        return NO_DATA
    return BURN + "".join(part.capitalize() for part in rule.tier.name.replace("_", "-").replace(".", "-").split("-"))


def _alert(slo: SlicedSlo, rule: SlicedRule, told: str, expression: str) -> Rule:
    subject = slo.subject
    labels = (("severity", rule.tier.severity.name.lower()), ("tier", told), ("level", subject.level.value))
    return Rule(
        expression,
        alert=alert_name(slo, rule, told),
        for_seconds=rule.tier.after_seconds,
        keep_seconds=min(rule.tier.short_seconds, MOST_HOLD_SECONDS),
        labels=(*labels, ("slo", slo.id), *((("product", subject.product),) if subject.product else ())),
        annotations=_annotations(slo, rule, told),
    )


def _burning_or_held(slo: SlicedSlo, rule: SlicedRule, made: SliceNames) -> str:
    """What fires already goes on unless good slices deny it."""
    burning = " and ".join(
        _exceeding(slo, rule, made, seconds) for seconds in (rule.tier.long_seconds, rule.tier.short_seconds)
    )
    firing = f"max by (slo) ({_firing(slo, rule, slo.alert_name(rule.tier.name))})"
    window = whole_window(slo, rule.tier.long_seconds)
    enough = f"sum by (slo) ({made.of_part('bad', slo, over=window)}) >= {slo.floor_events}"
    return f"({burning} and {enough})\nor\n(\n  {firing}\n  unless\n  ({_good(slo, rule, made)} unless ({burning}))\n)"


def _exceeding(slo: SlicedSlo, rule: SlicedRule, made: SliceNames, seconds: int) -> str:
    window, above = whole_window(slo, seconds), ">=" if rule.or_equal else ">"
    factor = rule.tier.factor(slo.period_seconds)
    if slo.method is Method.OCCURRENCES:
        return f"{factor.denominator} * {made.whole('burn', slo, window)} {above} {factor.numerator}"
    share = factor * (1 - slo.objective.target)
    missed, judged = made.whole("missed", slo, window), made.whole("judged", slo, window)
    return f"{share.denominator} * {missed} {above} {share.numerator} * {judged}"


def _good(slo: SlicedSlo, rule: SlicedRule, made: SliceNames) -> str:
    window = whole_window(slo, rule.tier.short_seconds)
    if slo.method is not Method.OCCURRENCES:
        return f"{made.whole('missed', slo, window)} < {made.whole('judged', slo, window)}"
    bad, total = (f"sum by (slo) ({made.of_part(what, slo, over=window)})" for what in ("bad", "total"))
    return f"{bad} < {total}"


def _blind(slo: SlicedSlo, rule: SlicedRule, made: SliceNames) -> str:
    """Slices were seen before the look-back and none in it; what fires goes on until one is."""
    looks, long_s = made.of_part("looks", slo), rule.tier.long_seconds
    seen, before = (f"max(last_over_time({looks}[{range_within(each)}]))" for each in (long_s, 2 * long_s))
    firing = f"max({_firing(slo, rule, slo.alert_name(rule.no_data_name))})"
    return f"({before} or {firing})\nunless\n{seen}"


def _firing(slo: SlicedSlo, rule: SlicedRule, told: str) -> str:
    chosen = {"alertname": alert_name(slo, rule, told), "alertstate": "firing", "tier": told, "slo": slo.id}
    return f"ALERTS{{{', '.join(f'{label}={quoted(value)}' for label, value in chosen.items())}}}"


def _annotations(slo: SlicedSlo, rule: SlicedRule, told: str) -> tuple[tuple[str, str], ...]:
    who = slo.names.get("en", slo.id).replace("{{", "{ {")
    long, short = duration(rule.tier.long_seconds), duration(rule.tier.short_seconds)
    factor = ratio(rule.tier.factor(slo.period_seconds), 3)
    if told == slo.alert_name(rule.no_data_name):
        summary, more = (
            f"{who}: nobody saw anything for {long}",
            "Slices of time that nobody saw are neither good nor bad.",
        )
    else:
        summary = f"{who}: error budget burns at least {factor} times too fast ({told})"
        more = f"{slo.method} over {long} and {short}, in slices of {duration(slo.slice_seconds)}."
    return (("summary", summary), ("description", more), *((("runbook_url", slo.runbook),) if slo.runbook else ()))
