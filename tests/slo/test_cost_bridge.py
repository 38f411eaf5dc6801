"""Why the cost of an account moved: effects that add up exactly."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from slo.cost_bridge import Bridge, Effects, ProductCost, bridge


def built(before: dict[str, ProductCost], after: dict[str, ProductCost]) -> Bridge:
    """A bridge that exists."""
    found = bridge(before, after)
    assert found is not None
    return found


def test_without_products_it_is_the_bridge_of_the_definition() -> None:
    found = built({"all": ProductCost(30_000, 100)}, {"all": ProductCost(50_000, 125)})
    assert (found.before, found.after) == (3, 4)
    assert found.effects == Effects(cost=Fraction(200, 125), volume=300 * (Fraction(1, 125) - Fraction(1, 100)))


def test_a_move_to_a_dearer_product_is_mix_alone() -> None:
    """Accounts of both products cost what they did; more of them are of the dear one."""
    before = {"cheap": ProductCost(100 * 90, 90), "dear": ProductCost(900 * 10, 10)}
    after = {"cheap": ProductCost(100 * 80, 80), "dear": ProductCost(900 * 20, 20)}
    found = built(before, after)
    assert found.effects == Effects(mix=Fraction(8, 10))
    assert found.products["dear"].mix == Fraction(9, 10)


def test_more_accounts_on_the_same_cost_are_volume_alone() -> None:
    found = built({"a": ProductCost(1_000, 10)}, {"a": ProductCost(1_000, 20)})
    assert found.effects == Effects(volume=Fraction(-1, 2))


def test_a_new_product_comes_in_at_its_own_cost() -> None:
    found = built({"a": ProductCost(1_000, 10)}, {"a": ProductCost(1_000, 10), "new": ProductCost(6_000, 10)})
    assert found.products["new"] == Effects(mix=Fraction(3))
    assert found.effects.total == found.after - found.before


def test_what_no_product_bears_is_never_mix() -> None:
    found = built(
        {"a": ProductCost(1_000, 10), "": ProductCost(100)}, {"a": ProductCost(1_000, 10), "": ProductCost(300)}
    )
    assert found.effects == Effects(cost=Fraction(2, 10))


@pytest.mark.parametrize("empty", [{}, {"a": ProductCost(5)}])
def test_from_or_to_nobody_there_is_no_bridge(empty: dict[str, ProductCost]) -> None:
    somebody = {"a": ProductCost(5, 1)}
    assert bridge(empty, somebody) is None
    assert bridge(somebody, empty) is None


def test_over_1000_random_months_the_effects_add_up_exactly() -> None:
    """Products come and go, some have no accounts, some a credit; cost + mix is the definition's cost effect."""
    for seed in range(1_000):
        draw = random.Random(seed)
        before, after = _month(draw), _month(draw)
        found = built(before, after)
        assert found.before + found.effects.cost + found.effects.volume + found.effects.mix == found.after
        assert sum((each.total for each in found.products.values()), Fraction(0)) == found.after - found.before
        fen_0, fen_1 = (sum((Fraction(each.fen) for each in month.values()), Fraction(0)) for month in (before, after))
        accounts_1 = sum(Fraction(each.accounts) for each in after.values())
        assert found.effects.cost + found.effects.mix == (fen_1 - fen_0) / (100 * accounts_1)


def _month(draw: random.Random) -> dict[str, ProductCost]:
    products = {
        f"p{n}": ProductCost(
            Fraction(draw.randint(-(10**6), 10**9), draw.randint(1, 31)),
            Fraction(draw.choice([0, draw.randint(1, 10**8)]), draw.randint(1, 31)),
        )
        for n in draw.sample(range(9), draw.randint(0, 8))
    }
    return {**products, "always": ProductCost(draw.randint(0, 10**9), draw.randint(1, 10**8))}
