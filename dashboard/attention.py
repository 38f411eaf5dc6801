"""What is not ok, worst first: a whole data center or product in one state is one entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.model import AttentionView, CellView, ProductView
from slo.states import ServiceState

WORST_FIRST = (
    ServiceState.DOWN,
    ServiceState.DEGRADED,
    ServiceState.UNKNOWN,
    ServiceState.MAINTENANCE,
    ServiceState.NO_TRAFFIC,
)
"""Trouble that is known before what is not known, before what is meant."""

FEWEST_JOINED = 2
"""One cell is named by both its product and its data center."""

_Cell = tuple[str, str, CellView]


def attention(products: Sequence[ProductView]) -> tuple[AttentionView, ...]:
    """Entries for every cell that is not ok. Data centers are joined first, then what is left of each product."""
    cells = [(p.product.id, center, cell) for p in products for center, cell in p.cells.items()]
    entries: list[AttentionView] = []
    for center in dict.fromkeys(center for _, center, _ in cells):
        entries += _whole(None, center, [c for c in cells if c[1] == center])
    joined = {entry.data_center for entry in entries}
    left = [c for c in cells if c[1] not in joined]
    for product in dict.fromkeys(product for product, _, _ in left):
        of_product = [c for c in left if c[0] == product]
        entries += _whole(product, None, of_product) or _each(of_product)
    return tuple(sorted(entries, key=_rank))


def _whole(product: str | None, center: str | None, cells: Sequence[_Cell]) -> list[AttentionView]:
    """One entry when several cells share a state that is not ok, otherwise none."""
    states = {cell.state for _, _, cell in cells}
    if len(cells) < FEWEST_JOINED or len(states) != 1 or states == {ServiceState.OK}:
        return []
    return [_entry(product, center, [cell for _, _, cell in cells])]


def _each(cells: Iterable[_Cell]) -> list[AttentionView]:
    """One entry per cell that is not ok."""
    return [_entry(p, center, [cell]) for p, center, cell in cells if cell.state is not ServiceState.OK]


def _entry(product: str | None, center: str | None, cells: Sequence[CellView]) -> AttentionView:
    """Cells in one state: since the first of them."""
    begun = [cell.since.since_ms for cell in cells if cell.since.since_ms is not None]
    known = len(begun) == len(cells)
    return AttentionView(product, center, cells[0].state, min(begun) if known else None, cells[0].reason)


def _rank(entry: AttentionView) -> tuple[int, bool, int]:
    """Worst state first, then whole data centers and products, then the longest."""
    single = entry.product is not None and entry.data_center is not None
    return WORST_FIRST.index(entry.state), single, entry.since_ms or 0
