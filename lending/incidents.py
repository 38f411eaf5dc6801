"""What went wrong in the simulated past: a seeded list per ten days, so that any month has its share of it.

Lengths are chosen against the budget of five nines: 30 days of six data centers are 15.5 million data-center seconds,
so a product loses 1e-6 of its month with every 15.5 seconds of one data center.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lending.curve import DAY_SECONDS, midnight_s
from lending.estate import Estate

WORST_PRODUCT = "identity"
"""Depends on cameras and outside registers: fails in every block, misses its objective in most months."""

CLEAN_PRODUCT = "joint_clearing"
"""Clears in batches that wait out a short loss: has no incident at all."""

BLOCK_DAYS = 10
LEAK_EVERY_BLOCKS = 3

IDENTITY_SECONDS = (35, 50)
NETWORK_SECONDS = (8, 11)
NETWORK_SHARE = (0.8, 1.0)
PRODUCT_SECONDS = (60, 300)
PRODUCT_LOST_SECONDS = (10.0, 35.0)  # seconds of total failure that a partial one amounts to
LEAK_SHARE = (2e-5, 4e-5)

_BUSY_HOURS = (9, 21)


@dataclass(frozen=True, slots=True)
class Incident:
    """``share`` of the events of some products in some data centers failed in ``[from_s, to_s)``, within one day."""

    from_s: int
    to_s: int
    products: frozenset[str]
    data_centers: frozenset[str]
    share: float

    def hits(self, product: str, data_center: str) -> bool:
        """Whether events of this product in this data center failed."""
        return product in self.products and data_center in self.data_centers


def incidents_of_day(estate: Estate, seed: int, day: int) -> list[Incident]:
    """Incidents of one local day (days since 1970-01-01); the same for the same estate, seed and day."""
    begin_s, end_s = midnight_s(day), midnight_s(day + 1)
    return [one for one in _block(estate, seed, day // BLOCK_DAYS) if begin_s <= one.from_s < end_s]


def _block(estate: Estate, seed: int, block: int) -> Iterator[Incident]:
    """Products take turns in a seeded order, so that no month has all its incidents in one of them."""
    rng = Random(f"{seed}/incidents/{block}")
    somewhere = [one.id for one in estate.data_centers]
    everything = frozenset(product.id for product in estate.products) - {CLEAN_PRODUCT}
    turns = sorted(everything - {WORST_PRODUCT})
    Random(f"{seed}/incidents").shuffle(turns)
    yield _outage(rng, block, frozenset({WORST_PRODUCT}), rng.choice(somewhere))
    yield _network_loss(rng, block, everything, rng.choice(somewhere))
    if not turns:
        return
    yield _partial_failure(rng, block, turns[block % len(turns)], rng.choice(somewhere))
    if block % LEAK_EVERY_BLOCKS == 0:
        yield _leak(rng, block, turns[(block + len(turns) // 2) % len(turns)], frozenset(somewhere))


def _outage(rng: Random, block: int, products: frozenset[str], data_center: str) -> Incident:
    from_s = _busy_moment(rng, block)
    return Incident(from_s, from_s + rng.randint(*IDENTITY_SECONDS), products, frozenset({data_center}), 1.0)


def _network_loss(rng: Random, block: int, products: frozenset[str], data_center: str) -> Incident:
    from_s = _busy_moment(rng, block)
    to_s = from_s + rng.randint(*NETWORK_SECONDS)
    return Incident(from_s, to_s, products, frozenset({data_center}), rng.uniform(*NETWORK_SHARE))


def _partial_failure(rng: Random, block: int, product: str, data_center: str) -> Incident:
    from_s = _busy_moment(rng, block)
    seconds = rng.randint(*PRODUCT_SECONDS)
    share = min(1.0, rng.uniform(*PRODUCT_LOST_SECONDS) / seconds)
    return Incident(from_s, from_s + seconds, frozenset({product}), frozenset({data_center}), share)


def _leak(rng: Random, block: int, product: str, data_centers: frozenset[str]) -> Incident:
    """A slow day: too little for a fast alert, visible only over hours."""
    from_s = midnight_s(block * BLOCK_DAYS + rng.randrange(BLOCK_DAYS))
    return Incident(from_s, from_s + DAY_SECONDS, frozenset({product}), data_centers, rng.uniform(*LEAK_SHARE))


def _busy_moment(rng: Random, block: int) -> int:
    day = block * BLOCK_DAYS + rng.randrange(BLOCK_DAYS)
    return midnight_s(day) + rng.randrange(_BUSY_HOURS[0] * 3600, _BUSY_HOURS[1] * 3600)
