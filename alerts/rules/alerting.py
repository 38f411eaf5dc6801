"""Alerting rules: a tier fires when both windows burn, and goes on firing until positive good data say otherwise.

A share above k x (1 - target) is compared in whole numbers (``bad x d > total x n``), so that Prometheus decides as
we do although it reckons in floats. Where nothing more is seen the alert holds itself: its own ALERTS series stands in
as long as the short window has no requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from alerts.engine import MOST_HOLD_SECONDS
from alerts.model import Level
from alerts.policy import Slo, Tier
from alerts.rules.metrics import quoted
from alerts.rules.recording import Rule
from alerts.rules.shape import LABELS, Names, duration, levels, tiers
from slo.formatting import ratio

BURN = "LendingBudgetBurn"
VANISHED = "LendingSeriesVanished"
NOTHING = "LendingNothingCollected"
SILENT_INTERVALS = 3
"""As definitions.md section 5: no accepted sample for three intervals is unknown."""


def alert_name(tier: Tier) -> str:
    """LendingBudgetBurnFast."""
    return BURN + "".join(part.capitalize() for part in tier.name.replace("_", "-").split("-"))


def burn_rules(slo: Slo, names: Names, scrape_seconds: int) -> Iterator[Rule]:
    """One rule per tier that the scrape interval allows and per level of the objective."""
    for tier in tiers(slo.policy, scrape_seconds):
        for level in levels(slo):
            yield _burn_rule(slo, tier, level, names)


def vanished_rules(names: Names, levels_watched: tuple[Level, ...], scrape_seconds: int) -> Iterator[Rule]:
    """What was there in the last hour and is not any more is neither good nor bad: somebody must look."""
    silent_s = SILENT_INTERVALS * scrape_seconds
    for level, severity in ((Level.BANK, "page"), (Level.PRODUCT, "page"), (Level.CELL, "ticket")):
        if level not in levels_watched:
            continue
        series = names.total(level, names.interval)
        where = " ".join(f"{{{{ $labels.{label} }}}}" for label in LABELS[level]) or "bank"
        yield Rule(
            f"last_over_time({series}[1h])\nunless\n{series}",
            alert=VANISHED if LABELS[level] else NOTHING,
            for_seconds=silent_s,
            labels=(("severity", severity), ("level", level.value), ("tier", "unknown")),
            annotations=(("summary", f"{where}: no sample for {silent_s} s; nobody knows whether it works"),),
        )


def _burn_rule(slo: Slo, tier: Tier, level: Level, names: Names) -> Rule:
    labels = (
        ("severity", tier.severity.name.lower()),
        ("tier", tier.name),
        ("level", level.value),
        ("slo", slo.id),
        *((("automation", "drain"),) if tier.automation else ()),
    )
    return Rule(
        _burning(slo, tier, level, names) + "\nor\n" + _held(slo, tier, level, names),
        alert=alert_name(tier),
        for_seconds=tier.after_seconds,
        keep_seconds=min(tier.short_seconds, MOST_HOLD_SECONDS),
        labels=labels,
        annotations=_annotations(slo, tier, level),
    )


def _burning(slo: Slo, tier: Tier, level: Level, names: Names) -> str:
    enough = f"{names.bad(level, duration(tier.long_seconds))}{_matchers(slo, level)} >= {slo.policy.floor_events}"
    return "(\n  " + "\n  and\n  ".join((*_exceeding(slo, tier, level, names), enough)) + "\n)"


def _exceeding(slo: Slo, tier: Tier, level: Level, names: Names) -> tuple[str, str]:
    """The burn of the long and of the short window above the tier's factor."""
    of = _matchers(slo, level)
    share = tier.least_bad_share(slo.objective, slo.period_seconds)
    long, short = (
        f"{share.denominator} * {names.bad(level, w)}{of} > {share.numerator} * {names.total(level, w)}{of}"
        for w in (duration(tier.long_seconds), duration(tier.short_seconds))
    )
    return long, short


def _held(slo: Slo, tier: Tier, level: Level, names: Names) -> str:
    """What fires already, unless good data deny it: seen now, good requests in the short window, and no burning."""
    chosen = {"alertname": alert_name(tier), "alertstate": "firing", "tier": tier.name, "level": level.value}
    matchers = ", ".join(f"{label}={quoted(value)}" for label, value in (*chosen.items(), ("slo", slo.id)))
    by = ", ".join(LABELS[level])
    of, short = _matchers(slo, level), duration(tier.short_seconds)
    good = f"{names.total(level, short)}{of} > {names.bad(level, short)}{of}"
    seen = f"{names.total(level, names.interval)}{of}"
    long_burns, short_burns = _exceeding(slo, tier, level, names)
    return (
        f"(\n  max by ({by}) (ALERTS{{{matchers}}})\n  unless on ({by})\n"
        f"  (\n    ({good} and {seen})\n    unless\n    ({long_burns} and {short_burns})\n  )\n)"
    )


def _matchers(slo: Slo, level: Level) -> str:
    return f"{{product={quoted(slo.product)}}}" if LABELS[level] else ""


def _annotations(slo: Slo, tier: Tier, level: Level) -> tuple[tuple[str, str], ...]:
    who = slo.names.get("en", slo.id).replace("{{", "{ {")
    where = "".join(f" {{{{ $labels.{label} }}}}" for label in LABELS[level] if label != "product")
    factor = ratio(tier.factor(slo.period_seconds), 3)
    windows = f"{duration(tier.long_seconds)} and {duration(tier.short_seconds)}"
    spent = f"{ratio(tier.budget_share * 100, 3)} % of the budget of {duration(slo.period_seconds)}"
    return (
        ("summary", f"{who}{where}: error budget burns at least {factor} times too fast ({tier.name})"),
        (
            "description",
            f"Bad requests over {windows} exceed {factor} x (100 - {slo.objective.text}) %: {spent} in a long window.",
        ),
        *((("runbook_url", slo.runbook),) if slo.runbook else ()),
    )
