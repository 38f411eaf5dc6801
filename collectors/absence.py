"""Counters that a page does not show any more, by product: when all of a product's are gone, nobody counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

from collectors.errors import GarbagePage
from collectors.mapping import Leaf, RequestLeaf, TransactionLeaf
from store.quality import KNOWN, VANISHED, product_label
from store.records import Gauge


class Vanished(NamedTuple):
    """Of one product's counters: how many are known, and how many of these the last whole page did not show."""

    product: str
    known: int
    absent: int


def by_product(
    known: Collection[str], absent: Collection[str], leaf_of: Callable[[str], Leaf | None]
) -> tuple[Vanished, ...]:
    """Products with counters, in order of their names."""
    counted: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for series in known:
        leaf = None
        with suppress(GarbagePage):  # a series that fits the map no more counts for nobody
            leaf = leaf_of(series)
        if isinstance(leaf, RequestLeaf | TransactionLeaf):
            counted[leaf.product] += 1
            gone[leaf.product] += series in absent
    return tuple(Vanished(product, counted[product], gone[product]) for product in sorted(counted))


def gauges(source: str, at_ms: int, before: Collection[Vanished] | None, now: Collection[Vanished]) -> Iterator[Gauge]:
    """What to store: both numbers of every product whose absent counters are others than before (None: not known)."""
    told = {} if before is None else {each.product: each.absent for each in before}
    for product, known, absent in now:
        if told.get(product, 0 if before is not None else None) != absent:
            yield Gauge(source, VANISHED, product_label(product), at_ms, str(absent))
            yield Gauge(source, KNOWN, product_label(product), at_ms, str(known))
