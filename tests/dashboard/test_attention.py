"""What is not ok, joined and ordered."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.attention import attention
from dashboard.model import CellView, ProductView, Since
from reports.availability.headline import availability_view
from slo.catalog import Product
from slo.objective import Objective
from slo.states import ServiceState, combined
from store.coverage import Interval

OBJECTIVE = Objective.parse("99.999")
OK, DOWN, DEGRADED = ServiceState.OK, ServiceState.DOWN, ServiceState.DEGRADED
UNKNOWN, QUIET = ServiceState.UNKNOWN, ServiceState.NO_TRAFFIC


def wall(table: Mapping[str, str], begun: Mapping[tuple[str, str], int] | None = None) -> list[ProductView]:
    """Products with one letter per data center: o ok, D down, d degraded, u unknown, n no traffic."""
    letters = {"o": OK, "D": DOWN, "d": DEGRADED, "u": UNKNOWN, "n": QUIET}
    empty = availability_view([], {}, Interval(0, 0), OBJECTIVE)
    products = []
    for name, states in table.items():
        cells = {
            f"dc{i}": CellView(Since(letters[s], (begun or {}).get((name, f"dc{i}"))), f"why {i}", None, None)
            for i, s in enumerate(states, 1)
        }
        state = combined(cell.state for cell in cells.values())
        products.append(ProductView(Product(name, {}, OBJECTIVE), state, empty, empty, None, cells))
    return products


def entries(table: Mapping[str, str]) -> list[tuple[str | None, str | None, ServiceState]]:
    """Attention of a wall, in short."""
    return [(e.product, e.data_center, e.state) for e in attention(wall(table))]


def test_a_calm_wall_asks_for_no_attention() -> None:
    """All ok."""
    assert entries({"a": "ooo", "b": "ooo"}) == []


def test_one_cell_is_named_by_product_and_data_center() -> None:
    """Nothing to join."""
    assert entries({"a": "oDo", "b": "ooo"}) == [("a", "dc2", DOWN)]


def test_a_whole_data_center_is_one_entry() -> None:
    """The product is left out."""
    assert entries({"a": "ouo", "b": "ouo"}) == [(None, "dc2", UNKNOWN)]


def test_a_whole_product_is_one_entry() -> None:
    """The data center is left out."""
    assert entries({"a": "DDD", "b": "ooo"}) == [("a", None, DOWN)]


def test_what_is_left_of_a_product_outside_a_lost_data_center_is_joined() -> None:
    """A data center that is unknown does not split a product that is down everywhere else."""
    assert entries({"a": "DuD", "b": "ouo"}) == [("a", None, DOWN), (None, "dc2", UNKNOWN)]


def test_mixed_states_stay_apart_and_the_worst_comes_first() -> None:
    """Down, degraded, unknown, no traffic."""
    found = entries({"a": "nod", "b": "Duo"})
    assert found == [("b", "dc1", DOWN), ("a", "dc3", DEGRADED), ("b", "dc2", UNKNOWN), ("a", "dc1", QUIET)]


def test_a_joined_entry_began_with_its_first_cell() -> None:
    """Its reason is that of the data center."""
    (found,) = attention(wall({"a": "ou", "b": "ou"}, {("a", "dc2"): 900, ("b", "dc2"): 700}))
    assert (found.since_ms, found.reason) == (700, "why 2")


def test_a_joined_entry_of_which_one_beginning_is_unknown_has_none() -> None:
    """The first of them may have begun before we looked."""
    (found,) = attention(wall({"a": "ou", "b": "ou"}, {("a", "dc2"): 900}))
    assert found.since_ms is None


def test_of_equal_states_whole_ones_come_first_then_the_longest() -> None:
    """Order within a state."""
    begun = {("a", "dc1"): 500, ("b", "dc3"): 100, ("c", "dc1"): 900, ("c", "dc2"): 900, ("c", "dc3"): 900}
    found = attention(wall({"a": "Doo", "b": "ooD", "c": "DDD"}, begun))
    assert [(e.product, e.data_center) for e in found] == [("c", None), ("b", "dc3"), ("a", "dc1")]
