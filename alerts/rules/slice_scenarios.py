"""Unit tests for promtool of objectives by slices: slices fail wholly and in part, an outage without series, recovery.

What is expected is what a backtest of the same slots says, at each change and one step before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from alerts.backtest.sliced import SlicedReplay
from alerts.backtest.slices import Cutter, cuts_of
from alerts.model import AlertState, Transition
from alerts.rules.recording import SHORTEST_MEMORY_SECONDS
from alerts.rules.scenarios import EVENTS, Flow, Suite
from alerts.rules.slice_alerting import BURN, NO_DATA
from alerts.sliced.history import History
from alerts.sliced.model import MOST_HOLD_SECONDS, SlicedSlo

MOST_STEPS = 1500
"""Evaluations of one scenario; objectives with longer slices than that allows have none."""
SLICES = 4
"""How many each stretch lasts."""
ALL_ALERTS = f'count by (tier, slo) (ALERTS{{alertname=~"{BURN}.*|{NO_DATA}", alertstate="firing"}})'
Slots = Sequence[tuple[int, int] | None]
"""Good and bad of each interval; None where nothing is seen."""


def slice_tests(suite: Suite, slos: Sequence[SlicedSlo]) -> Iterator[dict[str, object]]:
    """One scenario for each length of slices."""
    for slice_s in sorted({slo.slice_seconds for slo in slos}):
        slots = _slots(slice_s, suite.scrape_seconds)
        if len(slots) <= MOST_STEPS:
            yield _scenario(suite, slos, slice_s, slots)


def _slots(slice_s: int, scrape_s: int) -> Slots:
    """All is well, some fail, all fail, nobody sees anything from the middle of a slice on, and all is well again."""
    long = SLICES * slice_s // scrape_s
    gone = max(long, 2 * max(SHORTEST_MEMORY_SECONDS, 4 * scrape_s) // scrape_s) + slice_s // scrape_s // 2
    well = long + (2 * slice_s + MOST_HOLD_SECONDS) // scrape_s
    some, every = (EVENTS - EVENTS // 20, EVENTS // 20), (0, EVENTS)
    return [*[(EVENTS, 0)] * long, *[some] * long, *[every] * long, *[None] * gone, *[(EVENTS, 0)] * well]


def _scenario(suite: Suite, slos: Sequence[SlicedSlo], slice_s: int, slots: Slots) -> dict[str, object]:
    """All objectives see it; looked at is when those of that length change."""
    scrape_s = suite.scrape_seconds
    found = [change for slo in slos for change in _replayed(slo, slots, scrape_s, len(suite.products))]
    mine = {slo.id for slo in slos if slo.slice_seconds == slice_s}
    changed = {change.at_ms // 1000 for change in found if change.key.slo in mine}
    moments = {at_s for each in changed for at_s in (each - scrape_s, each)}
    columns = {
        "good": _values([slot and slot[0] for slot in slots]),
        "bad": _values([slot and slot[1] for slot in slots]),
    }
    return {
        "name": f"slices of {slice_s} s: they fail in part, wholly, vanish, and are well again",
        "interval": suite.interval,
        "input_series": [
            {"series": name, "values": columns[kind]}
            for product in suite.products
            for name, _, kind in suite.named(product, Flow(0, 0))
        ],
        "promql_expr_test": [
            {
                "expr": ALL_ALERTS,
                "eval_time": f"{at_s}s",
                "exp_samples": [
                    {"labels": f'{{slo="{slo}", tier="{tier}"}}', "value": alerts}
                    for (slo, tier), alerts in sorted(_firing(found, at_s).items())
                ],
            }
            for at_s in sorted({*moments, len(slots) * scrape_s})
        ],
    }


def _values(counted: Sequence[int | None]) -> str:
    """A counter: a sample at the begin of the first interval and at the end of each; after a gap one at its end."""
    sums = list(accumulate(each or 0 for each in counted))
    texts = ["0"]
    for number, (each, value) in enumerate(zip(counted, sums, strict=True)):
        before = counted[number - 1] if number else 0
        if each is None:
            texts.append("_" if before is None else "stale")
            continue
        if before is None:
            texts[-1] = str(value - each)  # seen again: the first sample tells where the counter stands
        texts.append(str(value))
    return " ".join(texts)


def _replayed(slo: SlicedSlo, slots: Slots, scrape_s: int, products: int) -> Iterator[Transition]:
    cutters = {}
    for part in slo.parts:
        cutters[part.product] = Cutter(slo.slice_seconds, scrape_s)
        times = 1 if part.product else products
        cutters[part.product].take(
            (number * scrape_s, {"": (times * slot[0], times * slot[1])})
            for number, slot in enumerate(slots)
            if slot is not None
        )
    return SlicedReplay(History.of(slo, cuts_of(cutters, slo.slice_seconds)), scrape_s).run()


def _firing(found: Sequence[Transition], until_s: int) -> Counter[tuple[str, str]]:
    states = {each.key: each.state for each in found if each.at_ms <= until_s * 1000}
    return Counter((key.slo, key.rule) for key, state in states.items() if state is AlertState.FIRING)
