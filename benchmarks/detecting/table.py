"""How soon a failing share is noticed: by arithmetic, by the live demo, by the engine on simulated seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from alerts.desk.desk import ALERT
from alerts.engine import Engine
from alerts.facts import Facts, Growth, Piece, Told
from alerts.model import AlertKey, AlertState, Level, Subject
from alerts.policy import Slo, Tier
from benchmarks.detecting.demo import Demo

BEGIN_S = 1_780_000_000 - 1_780_000_000 % 3600
PER_SECOND = 60_000
PATIENCE_S = 80.0
PLAIN = "weilidai"
"""Of whose objective cases are reckoned that do not happen live."""
ONE_CENTER = "dc3"
"""The data center whose share of the customers is nearest to a sixth."""


@dataclass(frozen=True, slots=True)
class Case:
    """``failing``: share of a product's requests. ``product``: that fails live in that way for so many seconds (all of
    them together are too little for the bank's cliff); empty: it would take too long."""

    name: str
    failing: Fraction
    product: str = ""
    seconds: float = 0.0
    everywhere: bool = True
    share: float = 1.0
    in_one_dcn: bool = False


CASES = (
    Case("all of a product", Fraction(1), "supply_chain", 5.0),
    Case("one data center of six", Fraction(1, 6), "weyedai", 10.0, everywhere=False),
    Case("one DCN of sixty", Fraction(1, 60), "identity", 60.0, everywhere=False, in_one_dcn=True),
    Case("1 %", Fraction(1, 100), "bank_app", PATIENCE_S, share=0.01),
    Case("0.1 %", Fraction(1, 1000)),
    Case("0.01 %", Fraction(1, 10_000)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: seconds until the first tier fires, by the arithmetic, by simulated slots and live: by the data, and on
    the wall clock from the fault to the row in the journal; None where not measured."""

    case: Case
    tier: str
    reckoned_s: Fraction
    simulated_s: int | None
    data_s: float | None = None
    wall_s: float | None = None


def first_tier(slo: Slo, failing: Fraction) -> tuple[Tier, Fraction]:
    """The tier that notices such a share first, and after how many seconds."""
    crossings = [(tier.seconds_to_cross(slo.objective, slo.period_seconds, failing), tier) for tier in slo.policy.tiers]
    seconds, tier = min(((s, t) for s, t in crossings if s <= t.long_seconds), key=lambda each: each[0])
    return tier, Fraction(seconds)


def simulated(slo: Slo, failing: Fraction, most_s: int) -> int | None:
    """Seconds from the first failure to the end of the second that fires, after three perfect days."""
    subject = Subject(Level.PRODUCT, slo.product)
    engine = Engine([slo])
    starts = [*range(-259_200, -21_600, 3600), *range(-21_600, -60, 60), *range(-60, 1)]
    engine.tick(
        Facts(
            BEGIN_S,
            BEGIN_S * 1000,
            base=[
                Piece(BEGIN_S + a, BEGIN_S + b, [Growth(subject, PER_SECOND * (b - a), 0)]) for a, b in pairwise(starts)
            ],
        )
    )
    bad = int(PER_SECOND * failing)
    for at_s in range(BEGIN_S, BEGIN_S + most_s):
        told = [Told(at_s, subject, PER_SECOND, bad)]
        for change in engine.tick(Facts(at_s + 1, (at_s + 1) * 1000, told)):
            if change.state is AlertState.FIRING:
                return change.at_ms // 1000 - BEGIN_S
    return None


def lines(slos: Sequence[Slo], demo: Demo | None) -> Iterator[Line]:
    """The whole table; what has a product is measured live when there is a demo, all at once."""
    of_product = {slo.product: slo for slo in slos}
    live = {} if demo is None else _live(demo)
    for case in CASES:
        slo = of_product[case.product or PLAIN]
        tier, reckoned_s = first_tier(slo, case.failing)
        data_s, wall_s = live.get(case.product, (None, None))
        yield Line(case, tier.name, reckoned_s, simulated(slo, case.failing, tier.long_seconds), data_s, wall_s)


def _live(demo: Demo) -> dict[str, tuple[float, float]]:
    """Product -> seconds by the data and on the wall clock."""
    with demo.store.reading() as reader:
        newest = reader.journal().last_number()
    began = {case.product: _break(demo, case) for case in CASES if case.product}
    found: dict[str, tuple[float, float]] = {}
    until = time.monotonic() + PATIENCE_S
    while found.keys() < began.keys() and time.monotonic() < until:
        time.sleep(0.05)
        with demo.store.reading() as reader:
            rows = reader.journal().entries(kind=ALERT, after=newest)
        seen_s = time.time()
        for row in rows:
            newest = max(newest, row.number)
            body = json.loads(row.entry.body)
            key = AlertKey.parse(body["key"])
            product = key.subject.product
            ours = key.subject.level is Level.PRODUCT and key.rule == "cliff" and product in began
            if ours and body["state"] == "firing" and product not in found:
                data_s = (body["at_ms"] - body["evidence"]["bad_from_ms"]) / 1000
                found[product] = (data_s, seen_s - began[product])
    demo.heal()
    return found


def _break(demo: Demo, case: Case) -> float:
    """Injects the fault; returns when that began."""
    began_s = time.time()
    for center in demo.centers if case.everywhere else [ONE_CENTER]:
        where = {"dcn": f"{center}-n01"} if case.in_one_dcn else {}
        demo.fail(center, case.seconds, product=case.product, share=case.share, **where)
    return began_s
