"""Kinds of reports: every figure that stands on paper can be explained, and the sums are the figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.reporting.bank import Bank
from dashboard.reporting.kinds import KINDS, NAMES, unfit
from reports.availability.errors import UnknownFigure
from reports.availability.period import month
from reports.paper.model import Facts, Paper, Table
from store.memory import MemoryStore
from tests.reports.costs.conftest import CATALOG, NOW_S, ZONE, days, fill, settings

MOST_EXPLAINED = 400
BANK = Bank(CATALOG, "1", costs=settings())


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """Fourteen months of costs and transactions."""
    made = MemoryStore(ZONE)
    fill(made, days())
    return made


def ids_on(paper: Paper) -> Iterator[str]:
    """Every figure's id that a reader sees."""
    yield from (each.figure for each in (paper.verdict, *paper.facts))
    for block in (block for section in paper.sections for block in section.blocks):
        if isinstance(block, Facts):
            yield from (each.figure for each in block.facts)
        if isinstance(block, Table):
            yield from (cell.figure for row in block.rows for cell in row)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_on_paper_is_explained(name: str, store: MemoryStore) -> None:
    kind = KINDS[name]
    with store.reading() as reader:
        made = kind.make(reader, BANK, month("2026-10", ZONE), (), NOW_S * 1000)
    listed = kind.figures(made)
    assert len(set(listed)) == len(listed)
    assert {id_ for id_ in ids_on(kind.lay(made, "en")) if id_} <= set(listed)
    for figure in listed[:: 1 + len(listed) // MOST_EXPLAINED]:
        found = kind.explain(made, figure)
        assert found.figure == figure
        assert found.formula
    with pytest.raises(UnknownFigure):
        kind.explain(made, "no/such")


def test_rows_of_costs_add_up_to_the_figure(store: MemoryStore) -> None:
    kind = KINDS["costs"]
    with store.reading() as reader:
        made = kind.make(reader, BANK, month("2026-10", ZONE), (), NOW_S * 1000)
    sums = [id_ for id_ in kind.figures(made) if id_.endswith(("/ledger", "/shared", "/direct", "/fen"))]
    assert len(sums) > 20
    for figure in sums:
        found = kind.explain(made, figure)
        assert found.counted.get("fen", 0) == found.value, figure
    headline = kind.explain(made, "headline")
    assert headline.counted["fen"] == headline.inputs["fen"] == 1_022_000


@pytest.mark.parametrize(
    ("name", "period", "products", "said"),
    [
        ("costs", "month", (), ""),
        ("costs", "quarter", (), "of a month alone"),
        ("costs", "month", ("weilidai",), "leave products out"),
        ("peaks", "range", ("weilidai",), ""),
        ("peaks", "month", ("weilidai", "risk"), "one product"),
        ("availability", "year", ("weilidai", "risk"), ""),
        ("weather", "month", (), "cannot be made; there is availability, incidents, costs, peaks"),
    ],
)
def test_what_a_kind_takes_is_known_before_it_is_made(
    name: str, period: str, products: tuple[str, ...], said: str
) -> None:
    found = unfit(name, period, products)
    assert said in found
    assert bool(said) == bool(found)
