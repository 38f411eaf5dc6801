"""Why the cost of an account moved between two periods: effects that add up exactly (definitions.md section 8).

    UC1 - UC0 = (C1 - C0)/N1 + C0 (1/N1 - 1/N0)

The second term is the volume effect: the old cost, carried by another number of accounts. Of the first, the mix effect
is what the shares of the products explain by themselves: ``sum over products of (N1p/N1 - N0p/N0) x u0p``, where
``u0p = C0p/N0p`` is the old cost of an account of the product (of a product that had no accounts: its new one). What is
left of it is the cost effect: products, or what no product bears, became dearer or cheaper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from slo.money import FEN_PER_CNY

_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class ProductCost:
    """Cost and mean daily accounts of one product in a period; what no product bears has no accounts.

    Months of different lengths compare when their costs are drawn out to a year (``Period.annual_fen``).
    """

    fen: int | Fraction
    accounts: int | Fraction = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """CNY per account; ``cost + volume + mix`` is the whole change."""

    cost: Fraction = _NOTHING
    volume: Fraction = _NOTHING
    mix: Fraction = _NOTHING

    @property
    def total(self) -> Fraction:
        """All three."""
        return self.cost + self.volume + self.mix


@dataclass(frozen=True, slots=True)
class Bridge:
    """``before + effects.total == after``, in CNY per account; ``products`` add up to ``effects``, by name."""

    before: Fraction
    after: Fraction
    effects: Effects
    products: Mapping[str, Effects]


def bridge(before: Mapping[str, ProductCost], after: Mapping[str, ProductCost]) -> Bridge | None:
    """From one period to another, by product; None when either has no accounts."""
    accounts_0, accounts_1 = _accounts(before), _accounts(after)
    if not accounts_0 or not accounts_1:
        return None
    absent = ProductCost(0)
    products = {
        name: _effects(before.get(name, absent), after.get(name, absent), accounts_0, accounts_1)
        for name in sorted({*before, *after})
    }
    return Bridge(
        before=_fen(before) / (accounts_0 * FEN_PER_CNY),
        after=_fen(after) / (accounts_1 * FEN_PER_CNY),
        effects=_summed(products),
        products=products,
    )


def _effects(old: ProductCost, new: ProductCost, accounts_0: Fraction, accounts_1: Fraction) -> Effects:
    """Of one product. Its mix is its share that came or went, at its own cost of an account."""
    cny_0, cny_1 = Fraction(old.fen) / FEN_PER_CNY, Fraction(new.fen) / FEN_PER_CNY
    mix = (new.accounts / accounts_1 - old.accounts / accounts_0) * _usual(old, new)
    return Effects(
        cost=(cny_1 - cny_0) / accounts_1 - mix,
        volume=cny_0 * (1 / accounts_1 - 1 / accounts_0),
        mix=mix,
    )


def _usual(old: ProductCost, new: ProductCost) -> Fraction:
    """CNY of an account of a product: before, else after; of what has no accounts, nothing."""
    for each in (old, new):
        if each.accounts:
            return Fraction(each.fen) / (each.accounts * FEN_PER_CNY)
    return _NOTHING


def _summed(products: Mapping[str, Effects]) -> Effects:
    return Effects(
        cost=sum((each.cost for each in products.values()), _NOTHING),
        volume=sum((each.volume for each in products.values()), _NOTHING),
        mix=sum((each.mix for each in products.values()), _NOTHING),
    )


def _fen(products: Mapping[str, ProductCost]) -> Fraction:
    return sum((Fraction(each.fen) for each in products.values()), _NOTHING)


def _accounts(products: Mapping[str, ProductCost]) -> Fraction:
    return sum((Fraction(each.accounts) for each in products.values()), _NOTHING)
