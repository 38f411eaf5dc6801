"""The background customers of one data center."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.cells import Cell
from lending.demand import Demand, Draw
from lending.estate import Estate, load_estate

SCALE = 1_000_000_000
NOON_S = int(datetime(2026, 11, 17, 12, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
RARE = Cell("weilidai", "apply", "dc1-n01", 0.0001, 0.1, 0.00001, 0.00002)
BUSY = Cell("weilidai", "risk", "dc1-n01", 0.02, 0.2, 0.05, 0.03)
CELLS = (RARE, BUSY)


@pytest.fixture(scope="module")
def estate() -> Estate:
    """The estate of the demo."""
    return load_estate(Path(__file__).parents[2] / "config" / "estate.yaml")


def _total(draw: Draw) -> int:
    return sum(map(sum, draw))


@given(st.integers(NOON_S - 10**7, NOON_S + 10**7), st.lists(st.integers(0, 10**6), max_size=5))
@settings(max_examples=30)
def test_a_second_draws_the_same_whatever_was_drawn_before(second_s: int, others: list[int]) -> None:
    """A data center that was killed and came back goes on with the same customers."""
    fresh, used = Demand(SCALE, 7, "dc1"), Demand(SCALE, 7, "dc1")
    for other in others:
        used.draw(NOON_S + other, CELLS, {0: 0.5})
    assert used.draw(second_s, CELLS, {}) == fresh.draw(second_s, CELLS, {})


def test_seeds_data_centers_and_seconds_draw_differently() -> None:
    draws = [
        Demand(SCALE, seed, data_center).draw(NOON_S + second, CELLS, {})
        for seed, data_center, second in [(1, "dc1", 0), (2, "dc1", 0), (1, "dc2", 0), (1, "dc1", 1)]
    ]
    assert len({str(draw) for draw in draws}) == 4


def test_other_cells_may_be_asked_for_at_any_time() -> None:
    demand = Demand(SCALE, 1, "dc1")
    both = demand.draw(NOON_S, CELLS, {})
    assert [len(counts) for counts in demand.draw(NOON_S, CELLS[:1], {})] == [1, 1, 1, 1]
    assert demand.draw(NOON_S, CELLS, {}) == both
    assert demand.draw(NOON_S, (), {}) == Draw([], [], [], [])


@pytest.mark.parametrize("scale", [10_000_000, SCALE, 50 * SCALE])
def test_every_outcome_of_every_cell_has_the_mean_and_variance_of_poisson(scale: int) -> None:
    """Also at a scale at which tables give way to direct draws; limits are five standard errors."""
    demand, seconds = Demand(scale, 3, "dc1"), 3000
    draws = [demand.draw(NOON_S + second, CELLS, {}) for second in range(seconds)]
    expected = [demand.transactions_expected(NOON_S + second) for second in range(seconds)]
    for index, cell in enumerate(CELLS):
        ok_share = 1 - cell.reject_share - cell.error_share - cell.abort_share
        shares = (ok_share, cell.reject_share, cell.error_share, cell.abort_share)
        for outcome, share in enumerate(shares):
            means = [transactions * cell.weight * share for transactions in expected]
            drawn = [draw[outcome][index] for draw in draws]
            _assert_poisson(drawn, means)


def _assert_poisson(drawn: list[int], means: list[float]) -> None:
    total = sum(means)
    assert abs(sum(drawn) - total) <= 5 * math.sqrt(total) + 1
    spread = sum((count - mean) ** 2 for count, mean in zip(drawn, means, strict=True))
    # variance of (count - mean)^2 is mean + 2 mean^2
    assert abs(spread - total) <= 5 * math.sqrt(sum(mean + 2 * mean * mean for mean in means)) + 1


def test_cells_are_independent_of_each_other() -> None:
    """Two equal cells: the correlation of their counts stays within five standard errors of nothing."""
    twins, seconds = (BUSY, BUSY._replace(dcn="dc1-n02")), 3000
    demand = Demand(SCALE, 5, "dc1")
    pairs = []
    for second_s in range(NOON_S, NOON_S + seconds):
        mean = demand.transactions_expected(second_s) * BUSY.weight * 0.72
        one, other = demand.draw(second_s, twins, {}).ok
        pairs.append(((one - mean) / math.sqrt(mean), (other - mean) / math.sqrt(mean)))
    assert abs(sum(one * other for one, other in pairs) / seconds) < 5 / math.sqrt(seconds)


def test_an_ordinary_day_over_all_data_centers_draws_the_scale(estate: Estate) -> None:
    """Every 288th second of a Tuesday: the transaction steps make a billion within half a per cent."""
    midnight_s = NOON_S - 12 * 3600
    drawn = 0
    for one in estate.data_centers:
        demand, cells = Demand(SCALE, 1, one.id), estate.cells(one.id)
        steps = {(product.id, step.id) for product in estate.products for step in product.steps if step.transaction}
        counted = [index for index, cell in enumerate(cells) if (cell.product, cell.step) in steps]
        for second_s in range(midnight_s, midnight_s + 86_400, 288):
            draw = demand.draw(second_s, cells, {})
            drawn += sum(counts[index] for counts in draw for index in counted)
    assert drawn * 288 == pytest.approx(SCALE, rel=0.005)


@given(st.integers(0, 86_400), st.sets(st.integers(0, 1), min_size=1))
@settings(max_examples=30)
def test_a_full_fault_turns_every_event_into_a_system_error_and_loses_none(second: int, failing: set[int]) -> None:
    demand = Demand(SCALE, 9, "dc3")
    well = demand.draw(NOON_S + second, CELLS, {})
    ill = demand.draw(NOON_S + second, CELLS, dict.fromkeys(failing, 1.0))
    for index in range(len(CELLS)):
        if index in failing:
            assert ill.system_error[index] == sum(counts[index] for counts in well)
            assert ill.ok[index] == ill.business_reject[index] == ill.client_abort[index] == 0
        else:
            assert [counts[index] for counts in ill] == [counts[index] for counts in well]


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_a_partial_fault_turns_its_share_and_keeps_the_total(share: float) -> None:
    demand = Demand(SCALE, 11, "dc1")
    failed = events = 0
    for second_s in range(NOON_S, NOON_S + 200):
        well, ill = demand.draw(second_s, CELLS, {}), demand.draw(second_s, CELLS, {1: share})
        assert _total(ill) == _total(well)
        would_be = well.ok[1] + well.business_reject[1] + well.client_abort[1]
        failed, events = failed + ill.system_error[1] - well.system_error[1], events + would_be
    assert abs(failed - share * events) < 5 * math.sqrt(events * share * (1 - share))


def test_no_scale_draws_nothing() -> None:
    assert _total(Demand(0, 1, "dc1").draw(NOON_S, CELLS, {})) == 0


def test_a_tiny_scale_still_draws_its_few_customers() -> None:
    """Ten thousand a day over the busy cell: one in six minutes or so."""
    demand = Demand(10_000, 1, "dc1")
    drawn = sum(_total(demand.draw(NOON_S + second, CELLS, {})) for second in range(20_000))
    expected = sum(demand.transactions_expected(NOON_S + second) for second in range(20_000))
    assert abs(drawn - expected * (RARE.weight + BUSY.weight)) < 5 * math.sqrt(drawn)
