"""The skeleton of the wall: one row per product, one column per data center, readable without a picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from dash import html
from dash.development.base_component import Component

from dashboard.language import LANGUAGES, Words, read_all_words
from dashboard.pages import wall
from slo.catalog import Catalog, DataCenter, Product
from slo.objective import Objective
from slo.outcomes import OutcomeTable

OBJECTIVE = Objective(Fraction(99_999, 100_000), "99.999")


def catalog(products: int, centers: int) -> Catalog:
    """As many products and data centers as asked."""
    return Catalog(
        "1",
        tuple(Product(f"p{n}", {"zh": f"产品{n}", "en": f"Product {n}"}, OBJECTIVE) for n in range(products)),
        tuple(DataCenter(f"c{n}", {"zh": f"中心{n}", "en": f"Center {n}"}) for n in range(centers)),
        OutcomeTable("1", {}),
        OBJECTIVE,
        "Asia/Shanghai",
    )


@pytest.fixture(params=list(LANGUAGES))
def words(request: pytest.FixtureRequest) -> Words:
    """Every language in turn."""
    return read_all_words()[request.param]


def parts(layout: Component, kind: type[Component]) -> Iterator[Component]:
    """Every component of one kind, from top to bottom."""
    return (part for part in layout._traverse() if isinstance(part, kind))


def test_there_is_a_row_for_every_product_and_a_column_for_every_data_center(words: Words) -> None:
    """Two more columns than data centers: the product and its 30 days."""
    layout = wall.layout(catalog(3, 4), words, demo=True)
    assert len(list(parts(layout, html.Tr))) == 1 + 3
    assert len([th for th in parts(layout, html.Th) if th.scope == "col"]) == 2 + 4
    assert len([td for td in parts(layout, html.Td) if "cell" in td.className.split()]) == 3 * 4


def test_cells_begin_as_unknown(words: Words) -> None:
    """Before the first reading nothing is known, and nothing may look normal."""
    layout = wall.layout(catalog(2, 2), words, demo=False)
    cells = [td for td in parts(layout, html.Td) if "cell" in td.className.split()]
    assert {cell.className for cell in cells} == {"cell state-unknown"}


def test_the_layout_can_be_built_again_and_again(words: Words) -> None:
    """It is called for every viewer."""
    first = wall.layout(catalog(2, 2), words, demo=True).to_plotly_json()
    assert str(wall.layout(catalog(2, 2), words, demo=True).to_plotly_json()) == str(first)


def test_names_follow_the_language_and_fall_back_to_the_id() -> None:
    """A product without a name in this language is still on the wall."""
    words = read_all_words()["en"]
    nameless = Catalog(
        "1",
        (Product("odd", {"zh": "怪"}, OBJECTIVE),),
        (DataCenter("dc1", {"en": "One"}),),
        OutcomeTable("1", {}),
        OBJECTIVE,
        "Asia/Shanghai",
    )
    layout = wall.layout(nameless, words, demo=False)
    texts = [each.children for kind in (html.Span, html.A) for each in parts(layout, kind)]
    assert "odd" in texts
    assert "One" in texts
