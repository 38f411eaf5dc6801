"""A simulated estate for tests of the engine: counts per second of every unit, with faults, as facts or in a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.engine import Engine
from alerts.facts import Facts, Sight, Told
from alerts.model import Level, Subject, Transition

BEGIN_S = 1_780_000_000 - 1_780_000_000 % 3600
"""An hour in 2026."""
BANK = Subject(Level.BANK)

Leaf = tuple[str, str, str]
"""Product, data center, DCN."""
BadShare = Callable[[Leaf, int], tuple[int, int]]
"""Leaf and second -> bad share as numerator and denominator."""


def never(_leaf: Leaf, _at_s: int) -> tuple[int, int]:
    """No fault."""
    return 0, 1


@dataclass
class Estate:
    """``per_second``: requests of each leaf. Sums of rounded parts are carried on, so that shares hold in the long
    run to the event."""

    products: Sequence[str] = ("weilidai",)
    data_centers: int = 6
    dcns: int = 10
    per_second: int = 100
    fault: BadShare = never
    _carried: dict[Leaf, tuple[int, int]] = field(default_factory=dict)

    @property
    def leaves(self) -> list[Leaf]:
        """Every DCN."""
        return [
            (product, f"dc{number + 1}", f"d{number + 1:02}{part:02}")
            for product in self.products
            for number in range(self.data_centers)
            for part in range(self.dcns)
        ]

    def second(self, at_s: int, without: frozenset[str] = frozenset()) -> list[Told]:
        """What every unit counted in one second; nothing is known of the data centers ``without``."""
        sums: dict[Subject, list[int]] = {}
        for leaf in self.leaves:
            if leaf[1] not in without:
                bad = self._bad(leaf, at_s)
                for subject in subjects(leaf):
                    total = sums.setdefault(subject, [0, 0])
                    total[0] += self.per_second
                    total[1] += bad
        return [Told(at_s, subject, total, bad) for subject, (total, bad) in sums.items()]

    def _bad(self, leaf: Leaf, at_s: int) -> int:
        numerator, denominator = self.fault(leaf, at_s)
        carried, of = self._carried.get(leaf, (0, 1))
        due = carried * denominator + numerator * self.per_second * of
        bad = due // (denominator * of)
        self._carried[leaf] = (due - bad * denominator * of, denominator * of) if denominator > 1 else (0, 1)
        return bad


def subjects(leaf: Leaf) -> tuple[Subject, Subject, Subject, Subject]:
    """Everything that a DCN's events count for."""
    product, data_center, dcn = leaf
    return (
        BANK,
        Subject(Level.PRODUCT, product),
        Subject(Level.CELL, product, data_center),
        Subject(Level.DCN, product, data_center, dcn),
    )


def run(
    engine: Engine,
    estate: Estate,
    from_s: int,
    to_s: int,
    unseen: Mapping[str, int] | None = None,
) -> list[Transition]:
    """One tick a second. ``unseen``: data center -> since when nothing is read of it."""
    changes: list[Transition] = []
    gone = unseen or {}
    for at_s in range(from_s, to_s):
        without = frozenset(name for name, since_s in gone.items() if at_s >= since_s)
        sights = {
            f"dc{number + 1}": Sight(min(at_s + 1, gone.get(f"dc{number + 1}", at_s + 1)), 3)
            for number in range(estate.data_centers)
        }
        facts = Facts(at_s + 1, (at_s + 1) * 1000, estate.second(at_s, without), sights=sights)
        changes += engine.tick(facts)
    return changes
