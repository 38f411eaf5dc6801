"""What went wrong in the simulated past."""

from __future__ import annotations

from pathlib import Path

import pytest

from lending.curve import local_day, midnight_s
from lending.estate import Estate, load_estate
from lending.incidents import BLOCK_DAYS, CLEAN_PRODUCT, WORST_PRODUCT, Incident, incidents_of_day

FIRST_DAY = 20_400 // BLOCK_DAYS * BLOCK_DAYS
DAYS = range(FIRST_DAY, FIRST_DAY + 40 * BLOCK_DAYS)


@pytest.fixture(scope="module")
def estate() -> Estate:
    """The estate of the demo."""
    return load_estate(Path(__file__).parents[2] / "config" / "estate.yaml")


def _all(estate: Estate, seed: int) -> list[Incident]:
    return [one for day in DAYS for one in incidents_of_day(estate, seed, day)]


def test_an_incident_lies_within_the_day_that_lists_it(estate: Estate) -> None:
    for day in DAYS:
        for one in incidents_of_day(estate, 1, day):
            assert midnight_s(day) <= one.from_s < one.to_s <= midnight_s(day + 1)
            assert 0 < one.share <= 1


def test_the_same_seed_tells_the_same_past_and_another_seed_another(estate: Estate) -> None:
    assert _all(estate, 1) == _all(estate, 1) != _all(estate, 2)


def test_every_ten_days_have_an_outage_of_identity_in_one_data_center(estate: Estate) -> None:
    outages = [one for one in _all(estate, 1) if one.products == {WORST_PRODUCT}]
    assert {local_day(one.from_s) // BLOCK_DAYS for one in outages} == {day // BLOCK_DAYS for day in DAYS}
    assert all(one.share == 1.0 and 35 <= one.to_s - one.from_s <= 50 for one in outages)
    assert all(len(one.data_centers) == 1 for one in outages)


def test_some_days_leak_slowly_everywhere(estate: Estate) -> None:
    leaks = [one for one in _all(estate, 1) if one.to_s - one.from_s == 86_400]
    assert 10 <= len(leaks) <= 20
    assert all(one.share < 1e-4 and one.data_centers == {f"dc{n}" for n in range(1, 7)} for one in leaks)


def test_one_product_keeps_a_clean_record(estate: Estate) -> None:
    assert CLEAN_PRODUCT in {product.id for product in estate.products}
    assert not any(one.hits(CLEAN_PRODUCT, f"dc{n}") for one in _all(estate, 1) for n in range(1, 7))


def test_every_other_product_has_its_turn(estate: Estate) -> None:
    alone = {product for one in _all(estate, 1) if len(one.products) == 1 for product in one.products}
    assert alone == {product.id for product in estate.products} - {CLEAN_PRODUCT}
