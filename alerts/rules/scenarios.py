"""Unit tests for promtool: each tier at its threshold (silent) and one bad request above it (firing), the floor of bad
events, an outage during which all series vanish, and recovery.

What is expected is reckoned here from the counts in exact integers, not asked of the rules.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from alerts.backtest.replay import Replay
from alerts.engine import MOST_HOLD_SECONDS
from alerts.model import AlertState, Level
from alerts.policy import Slo, Tier
from alerts.rules.alerting import BURN
from alerts.rules.metrics import example
from alerts.rules.recording import Estate
from alerts.rules.shape import levels, tiers

STEPS = 4
"""Intervals that a steady scenario lasts."""
EVENTS = 1000
"""Requests of a product in each interval of an outage."""
ALL_ALERTS = f'count by (tier, level) (ALERTS{{alertname=~"{BURN}.*", alertstate="firing"}})'


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests of one product in each interval."""

    bad: int
    total: int


@dataclass(frozen=True, slots=True)
class Suite:
    """What is tested, and on which products."""

    estate: Estate
    slos: tuple[Slo, ...]
    products: tuple[str, ...]
    interval: str
    scrape_seconds: int

    @property
    def told(self) -> bool:
        """Whether an example of each product's series is known."""
        outcomes = (self.estate.good[0], self.estate.bad[0])
        return all(self._example(product, outcome) for product in self.products for outcome in outcomes)

    def tests(self) -> list[dict[str, object]]:
        """All scenarios as promtool reads them; none when no example of a product's series is known."""
        return [*self._thresholds(), *self._floor(), self._outage()] if self.slos else []

    def _thresholds(self) -> Iterator[dict[str, object]]:
        names = dict.fromkeys(tier.name for slo in self.slos for tier in tiers(slo.policy, self.scrape_seconds))
        for name in names:
            yield self._steady(f"{name}: exactly at its threshold it is silent", partial(_at, name, 0))
            yield self._steady(f"{name}: one bad request more, and it fires", partial(_at, name, 1))

    def _floor(self) -> Iterator[dict[str, object]]:
        yield self._steady(
            "floor: fewer bad requests than the floor fire nothing",
            lambda s: Flow(0, 0) if s is None else Flow(s.policy.floor_events - 1, s.policy.floor_events),
            steps=1,
        )
        yield self._steady(
            "floor: with as many as the floor everything fires",
            lambda s: Flow(0, 0) if s is None else Flow(s.policy.floor_events, s.policy.floor_events),
            steps=1,
        )

    def _steady(self, name: str, flow: Callable[[Slo | None], Flow], steps: int = STEPS) -> dict[str, object]:
        flows = {product: flow(self._slo(product)) for product in self.products}
        series = [s for product, each in flows.items() for s in self._series(product, each, f"x{steps}")]
        expected = self._expected(flows, steps)
        return self._test(name, series, [(steps * self.scrape_seconds, expected)])

    def _outage(self) -> dict[str, object]:
        """Everything fails, then nothing answers for longer than the shortest window, then all is well."""
        scrape_s = self.scrape_seconds
        shortest = min(t.short_seconds for s in self.slos for t in tiers(s.policy, scrape_s))
        silent = shortest // scrape_s + STEPS
        well = (shortest + MOST_HOLD_SECONDS) // scrape_s + STEPS
        values = {
            "bad": f"0+{EVENTS}x{STEPS} stale _x{silent - 1} {EVENTS * STEPS}+0x{well}",
            "good": f"0+0x{STEPS} stale _x{silent - 1} 0+{EVENTS}x{well}",
        }
        series = [
            (name, values[kind]) for product in self.products for name, _, kind in self.named(product, Flow(0, 0))
        ]
        again_s = (STEPS + silent + 1) * scrape_s
        slots = [(step * scrape_s, (0, EVENTS)) for step in range(STEPS)]
        slots += [(again_s + step * scrape_s, (EVENTS, 0)) for step in range(well)]
        moments = (STEPS * scrape_s, again_s - scrape_s, again_s + well * scrape_s)
        return self._test(
            "outage: alerts hold while all series are gone, and end on good data",
            series,
            [(at_s, self._replayed(slots, at_s)) for at_s in moments],
        )

    def _replayed(self, slots: Sequence[tuple[int, tuple[int, int]]], until_s: int) -> dict[tuple[str, str], int]:
        """(tier, level) -> number of alerts that a backtest leaves firing, when all products do the same."""
        counts: Counter[tuple[str, str]] = Counter()
        for slo in self.slos:
            policy = replace(slo.policy, tiers=tiers(slo.policy, self.scrape_seconds))
            changes = Replay(replace(slo, policy=policy), self.scrape_seconds).run(
                (at_s, {"": events}) for at_s, events in slots if at_s < until_s
            )
            states = {change.key.rule: change.state for change in changes}
            firing = [name for name, state in states.items() if state is AlertState.FIRING]
            counts.update((name, level.value) for name in firing for level in self._levels(slo))
        return dict(counts)

    def _test(
        self, name: str, series: Sequence[tuple[str, str]], expected: Sequence[tuple[int, dict[tuple[str, str], int]]]
    ) -> dict[str, object]:
        return {
            "name": name,
            "interval": self.interval,
            "input_series": [{"series": series_name, "values": values} for series_name, values in series],
            "promql_expr_test": [
                {
                    "expr": ALL_ALERTS,
                    "eval_time": f"{at_s}s",
                    "exp_samples": [
                        {"labels": f'{{level="{level}", tier="{tier}"}}', "value": alerts}
                        for (tier, level), alerts in sorted(counts.items())
                    ],
                }
                for at_s, counts in expected
            ],
        }

    def _slo(self, product: str) -> Slo | None:
        return next((slo for slo in self.slos if slo.product == product), None)

    def _series(self, product: str, flow: Flow, times: str) -> list[tuple[str, str]]:
        return [(name, f"0+{events}{times}") for name, events, _ in self.named(product, flow)]

    def named(self, product: str, flow: Flow) -> Iterator[tuple[str, int, str]]:
        """Series of a product, what each counts of a flow, and its kind: good or bad."""
        for kind, outcome, events in (
            ("good", self.estate.good[0], flow.total - flow.bad),
            ("bad", self.estate.bad[0], flow.bad),
        ):
            yield self._example(product, outcome) or "", events, kind

    def _example(self, product: str, outcome: str) -> str | None:
        shown = (example(metric, product, outcome, self.estate.customer) for metric in self.estate.metrics)
        return next((series for series in shown if series is not None), None)

    def _levels(self, slo: Slo) -> list[Level]:
        """Levels of an objective that the example series reach."""
        whole = any(metric.dcn.label or metric.dcn.default for metric in self.estate.metrics)
        return [level for level in levels(slo) if whole or level is not Level.DCN]

    def _expected(self, flows: dict[str, Flow], steps: int) -> dict[tuple[str, str], int]:
        """(tier, level) -> number of alerts that fire after so many intervals."""
        counts: dict[tuple[str, str], int] = {}
        whole = Flow(sum(f.bad for f in flows.values()), sum(f.total for f in flows.values()))
        for slo in self.slos:
            flow = flows.get(slo.product, Flow(0, 0)) if slo.product else whole
            for tier in tiers(slo.policy, self.scrape_seconds):
                true_for = steps - _intervals_until_true(slo, tier, flow)
                if true_for >= 0 and true_for * self.scrape_seconds >= tier.after_seconds:
                    for level in self._levels(slo):
                        key = (tier.name, level.value)
                        counts[key] = counts.get(key, 0) + 1
        return counts


def _intervals_until_true(slo: Slo, tier: Tier, flow: Flow) -> float:
    """Until there are as many bad requests as the floor; infinite when the flow does not burn so fast."""
    share = tier.least_bad_share(slo.objective, slo.period_seconds)
    if flow.bad * share.denominator <= flow.total * share.numerator:
        return math.inf
    return math.ceil(Fraction(slo.policy.floor_events, flow.bad))


def _at(name: str, more: int, slo: Slo | None) -> Flow:
    """Counts exactly at the threshold of a tier, and some bad requests more."""
    tier = next((each for each in slo.policy.tiers if each.name == name), None) if slo is not None else None
    if slo is None or tier is None:
        return Flow(0, 0)
    share = tier.least_bad_share(slo.objective, slo.period_seconds)
    if share >= 1:  # such a loose objective cannot burn so fast: all bad is the most there is
        return Flow(1000, 1000)
    times = math.ceil(slo.policy.floor_events / share.numerator)
    return Flow(share.numerator * times + more, share.denominator * times)
