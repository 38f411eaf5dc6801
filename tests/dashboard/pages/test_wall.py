"""The skeleton of the wall: small whatever the catalog, with everything that the script paints."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dashboard.language import LANGUAGES, Words, read_all_words
from dashboard.pages import wall, wall_strip
from dashboard.pages.wall_curve import CurveIds
from dashboard.pages.wall_strip import part
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


def test_the_skeleton_does_not_grow_with_the_catalog(words: Words) -> None:
    """Dash's renderer walks all components for each: as components, 40 products keep a browser busy for seconds."""
    small, large = (
        sum(1 for _ in wall.layout(catalog(*size), words, demo=True)._traverse()) for size in ((1, 1), (200, 6))
    )
    assert small == large < 200


def test_what_the_script_paints_is_there(words: Words) -> None:
    """Each id of the strip, the curve, the matrix and the tiles once."""
    ids = [each.id for each in wall.layout(catalog(2, 2), words, demo=True)._traverse() if getattr(each, "id", None)]
    assert len(ids) == len(set(ids))
    tiles = {wall.Ids.BUDGET, wall.Ids.TRANSACTIONS, wall.Ids.COST}
    for owner in (wall.Ids, CurveIds):
        named = {value for key, value in vars(owner).items() if key.isupper()}
        assert named - set(ids) - tiles - {wall.Ids.WALL} == set()
    assert {wall.Ids.tile(name, "value") for name in tiles} <= set(ids)
    assert {part("word"), part("owner"), part("next"), wall_strip.ANNOUNCED, wall_strip.SOUND_HINT} <= set(ids)


def test_the_layout_can_be_built_again_and_again(words: Words) -> None:
    """It is called for every viewer."""
    first = wall.layout(catalog(2, 2), words, demo=True).to_plotly_json()
    assert str(wall.layout(catalog(2, 2), words, demo=True).to_plotly_json()) == str(first)
