"""The busiest minute and second of a stretch of simulated past whose rows are too coarse to show them.

A busiest minute is drawn among those that expect the most, each as its part of the hour that the rows count; a busiest
second among the sixty of the bank's busiest minute. Neither is more than what holds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from lending.chance import poisson
from lending.curve import MINUTE_SECONDS, Curve

CANDIDATES = 10
"""Minutes that are drawn: what expects less than the tenth of a day is not its busiest."""
HOUR_SECONDS = 3600
BANK = ""
"""Product of a peak of the whole bank."""


class PeakRow(NamedTuple):
    """The busiest minute or second of one product (or the BANK) in a stretch."""

    product: str
    at_s: int
    transactions: int


class Peaks(NamedTuple):
    """What a stretch tells of its peaks. ``minutes`` are empty when its rows are minutes themselves."""

    minutes: Sequence[PeakRow]
    seconds: Sequence[PeakRow]


NO_PEAKS = Peaks((), ())


def peaks(rng: Random, curve: Curve, begins_s: range, begun: Mapping[str, Sequence[int]]) -> Peaks:
    """Peaks of a stretch that was counted in minutes or hours, as the step of ``begins_s`` says; ``begun``: each
    product's transactions by slice."""
    bank = [sum(each) for each in zip(*begun.values(), strict=True)]
    if not any(bank):
        return NO_PEAKS
    if begins_s.step == MINUTE_SECONDS:
        best = bank.index(max(bank))
        minute = Counter({product: counts[best] for product, counts in begun.items()})
        return Peaks((), _seconds(rng, {begins_s[best]: minute}))
    hours = {
        hour_s: Counter({product: counts[n] for product, counts in begun.items()}) for n, hour_s in enumerate(begins_s)
    }
    minutes = _candidates(rng, curve, hours)
    return Peaks(_busiest(minutes), _seconds(rng, minutes))


def _candidates(rng: Random, curve: Curve, hours: Mapping[int, Counter[str]]) -> dict[int, Counter[str]]:
    """Minutes that may be the busiest, with what each product began in them."""
    expected = {
        hour_s: curve.transactions_expected_by_minute(hour_s, HOUR_SECONDS // MINUTE_SECONDS) for hour_s in hours
    }
    shares = [
        (share, hour_s, minute)
        for hour_s, minutes in expected.items()
        for minute, share in enumerate(minutes)
        if sum(minutes) > 0
    ]
    found = {}
    for share, hour_s, minute in sorted(shares, reverse=True)[:CANDIDATES]:
        part = share / sum(expected[hour_s])
        drawn = {product: min(count, poisson(rng, count * part)) for product, count in hours[hour_s].items()}
        found[hour_s + minute * MINUTE_SECONDS] = Counter(drawn)
    return found


def _seconds(rng: Random, minutes: Mapping[int, Counter[str]]) -> list[PeakRow]:
    at_s, products = max(minutes.items(), key=lambda each: (sum(each[1].values()), -each[0]))
    seconds: dict[int, Counter[str]] = {at_s + n: Counter() for n in range(MINUTE_SECONDS)}
    for product, count in products.items():
        for second in seconds.values():
            second[product] = min(count, poisson(rng, count / MINUTE_SECONDS))
    return _busiest(seconds)


def _busiest(slices: Mapping[int, Counter[str]]) -> list[PeakRow]:
    """Of the bank and of every product; of equal ones the earliest."""
    products: Sequence[str] = [BANK, *dict.fromkeys(product for each in slices.values() for product in each)]
    found = []
    for product in products:
        best_s, best = max(slices.items(), key=lambda each: (_count(each[1], product), -each[0]))
        if _count(best, product):
            found.append(PeakRow(product, best_s, _count(best, product)))
    return found


def _count(products: Counter[str], product: str) -> int:
    return sum(products.values()) if product == BANK else products[product]
