"""Time of one tick of the alert engine: 5,000 units x 5 tiers, everything busy, and again with 10 % failing.

    .venv/bin/python -m benchmarks.alert_tick --units 5000 --ticks 200

Facts are made beforehand: this is the engine alone, on one core (``time.process_time``). Bar: 100 ms (issue 4). The
last 40 % of the ticks have the previous second told again, as sources that commit at different instants do.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.engine import Engine
from alerts.facts import Facts, Growth, Piece, Sight, Told
from alerts.model import Level, Subject
from alerts.policy import Slo
from settings import load_policy
from slo.objective import Objective

ROOT = Path(__file__).resolve().parent.parent
BEGIN_S = 1_780_000_000 - 1_780_000_000 % 3600
PRODUCTS = 14
DATA_CENTERS = 6


def subjects(units: int) -> list[Subject]:
    """The bank, its products, their cells, and as many DCNs as are left."""
    products = [f"p{number}" for number in range(PRODUCTS)]
    cells = [(product, f"dc{number}") for product in products for number in range(DATA_CENTERS)]
    upper = [Subject(Level.BANK), *(Subject(Level.PRODUCT, p) for p in products)]
    upper += [Subject(Level.CELL, *cell) for cell in cells]
    return upper + [
        Subject(Level.DCN, *cells[number % len(cells)], f"d{number:05}") for number in range(units - len(upper))
    ]


def base(units: list[Subject]) -> list[Piece]:
    """Three busy days before, as a warm start reads them."""
    starts = [*range(-259_200, -21_600, 3600), *range(-21_600, -3600, 300), *range(-3600, -60, 60), *range(-60, 0)]
    ends = [*starts[1:], 0]
    return [
        Piece(BEGIN_S + from_s, BEGIN_S + to_s, [Growth(unit, 1000 * (to_s - from_s), 0) for unit in units])
        for from_s, to_s in zip(starts, ends, strict=True)
    ]


def second(units: list[Subject], failing: frozenset[Subject], at_s: int, draw: random.Random) -> list[Told]:
    """Everybody has traffic and now and then a failure; those that fail lose a fifth."""
    return [Told(at_s, unit, 1000, 200 if unit in failing else int(draw.random() < 0.01)) for unit in units]


def measured(units: list[Subject], failing: frozenset[Subject], ticks: int) -> list[float]:
    """Milliseconds of CPU of each tick."""
    policy = load_policy(ROOT / "config" / "alerts.yaml")
    objective = Objective.parse("99.999")
    names = ["", *(f"p{number}" for number in range(PRODUCTS))]
    engine = Engine([Slo(name or "bank", name, objective, PERIOD_SECONDS, policy, {}) for name in names])
    engine.tick(Facts(BEGIN_S, 0, base=base(units)))
    draw = random.Random(7)
    took: list[float] = []
    before: list[Told] = []
    for number in range(ticks):
        at_s = BEGIN_S + number
        told = second(units, failing, at_s, draw)
        sights = {f"dc{each}": Sight(at_s + 1, 3) for each in range(DATA_CENTERS)}
        facts = Facts(at_s + 1, 0, before + told if number > ticks * 0.6 else told, sights=sights)
        began = time.process_time()
        engine.tick(facts)
        took.append((time.process_time() - began) * 1000)
        before = told
    return took


def main() -> None:
    """Prints median, 95th percentile and worst of both cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=5000)
    parser.add_argument("--ticks", type=int, default=200)
    args = parser.parse_args()
    units = subjects(args.units)
    for name, share in (("all busy", 0), ("10 % failing", 10), ("all failing", 1)):
        failing = frozenset(unit for number, unit in enumerate(units) if share and number % share == 0)
        took = sorted(measured(units, failing, args.ticks))
        print(
            f"{name}: {len(units)} units x 5 tiers, {args.ticks} ticks: median {statistics.median(took):.1f} ms,"
            f" p95 {took[int(len(took) * 0.95)]:.1f} ms, worst {took[-1]:.1f} ms"
        )


if __name__ == "__main__":
    main()
