"""12 to 40 products in six data centers on one wall: nothing scrolls, what fails comes first, the healthy are folded
and counted, and everything that is needed at five meters has at least 28 px."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser

from dashboard.factory import create_dashboard
from slo.catalog import Catalog, Product
from tests.dashboard.browser.canned import OBJECTIVE, Estate, calm_snapshot
from tests.dashboard.browser.conftest import QUICK, Host
from tests.dashboard.browser.test_wall_layout import BELOW, CUT, OVERLAPS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LEAST_PX = 28
NEEDED = (
    *(".cell .word", ".cell .number", ".product .name", ".column .name", "#fold"),
    *(".tile .value", ".tile .chip:not(#transactions-share)", ".strip-value", "#strip-word"),
    *(".entry .where", "#calm-text"),
)
SMALLEST = """(places) => places.map((place) => {
  const shown = [...document.querySelectorAll(place)].filter((each) => each.offsetParent !== null && each.textContent);
  return [place, Math.min(1e9, ...shown.map((each) => parseFloat(getComputedStyle(each).fontSize)))];
}).filter(([place, px]) => px !== 1e9)"""
VISIBLE_ROWS = "[...document.querySelectorAll('#matrix-body tr:not([hidden]) .name')].map(each => each.textContent)"


def widened(catalog: Catalog, products: int) -> Catalog:
    """The shipped catalog with as many products as asked."""
    more = (
        Product(f"extra_{n}", {"zh": f"附加产品{n}", "en": f"Extra product {n}"}, OBJECTIVE) for n in range(products)
    )
    return replace(catalog, products=(*catalog.products, *more)[:products])


@pytest.fixture(scope="module", params=[12, 24, 40])
def crowd(request: pytest.FixtureRequest, catalog: Catalog, browser: Browser) -> Iterator[tuple[Estate, Page]]:
    """An estate of so many products and one open wall."""
    many = widened(catalog, request.param)
    estate = Estate(calm_snapshot(many))
    host = Host(create_dashboard(catalog=many, demo=True, register=estate.register, times=QUICK).server)
    host.start()
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.goto(f"{host.url}/?lang=en")
    yield estate, page
    context.close()
    host.stop()


def painted(page: Page, estate: Estate) -> None:
    """Waits until the wall has painted what the estate says now, twice: what is measured once is settled then."""
    for _ in range(2):
        since = page.evaluate("Number(document.getElementById('wall')?.dataset.sequence || 0)")
        page.wait_for_function(
            "since => Number(document.getElementById('wall')?.dataset.sequence) > since", arg=since, timeout=60_000
        )


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_a_crowd_of_products_fits_calm_and_failing(crowd: tuple[Estate, Page], size: tuple[int, int]) -> None:
    """Every third product fails somewhere in its own way."""
    estate, page = crowd
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for failing in (False, True):
        estate.reset(calm_snapshot_of(estate))
        if failing:
            fail_every_third(estate)
        painted(page, estate)
        assert page.evaluate(CUT) == []
        assert page.evaluate(BELOW) == []
        assert page.evaluate(OVERLAPS) == []
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        least = LEAST_PX * size[1] / 1080
        assert [place for place, px in page.evaluate(SMALLEST, list(NEEDED)) if px < least] == []


def calm_snapshot_of(estate: Estate) -> dict[str, object]:
    """The same products, all normal."""
    for product in estate.snapshot["products"]:
        product["state"] = "ok"
        for cell in product["data_centers"].values():
            cell.update(state="ok", per_second=cell["per_second"] or 7)
    estate.snapshot["attention"] = []
    return estate.snapshot


def fail_every_third(estate: Estate) -> None:
    states = ["degraded", "down", "unknown"]
    for index, product in enumerate(estate.snapshot["products"][2::3]):
        product["state"] = states[index % 3]
        product["data_centers"]["dc2"]["state"] = states[index % 3]
        estate.attend(product["id"], "dc2", states[index % 3], "2026-11-21T03:02:00Z")
    estate.snapshot["attention"].sort(key=lambda entry: ["down", "degraded", "unknown"].index(entry["state"]))


def test_what_fails_comes_first_and_the_rest_is_counted(crowd: tuple[Estate, Page]) -> None:
    """Down before degraded before unknown; every product is a row or in the count of the folded."""
    estate, page = crowd
    page.set_viewport_size({"width": 1920, "height": 1080})
    estate.reset(calm_snapshot_of(estate))
    fail_every_third(estate)
    painted(page, estate)
    names = page.evaluate(VISIBLE_ROWS)
    rank = {product["name"]["en"]: product["state"] for product in estate.snapshot["products"]}
    order = [["down", "degraded", "unknown", "ok"].index(rank[name]) for name in names]
    assert order == sorted(order)
    folded = page.locator("#fold")
    hidden = len(estate.snapshot["products"]) - len(names)
    assert folded.is_visible() == (hidden > 0)
    if hidden:
        counts = page.evaluate("(document.getElementById('fold').textContent.match(/\\d+/g) || []).map(Number)")
        assert sum(counts) == hidden
        assert "products ok" in folded.inner_text()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["一号数据中心", "二号数据中心"], ["一号", "二号"]),
        (["Shenzhen Data Center", "Beijing Data Center"], ["Shenzhen", "Beijing"]),
        (["DC 1", "DC 2"], ["DC 1", "DC 2"]),
        (["Shanghai", "Dubai"], ["Shanghai", "Dubai"]),
        (["Only Data Center"], ["Only Data Center"]),
    ],
)
def test_names_lose_the_end_that_all_share_and_no_half_word(
    standing_pages: Callable[[str], Page], names: list[str], expected: list[str]
) -> None:
    """So that six Chinese names fit in large type."""
    call = "names => [...LendingWall.parts.withoutSharedEnd(new Map(names.map((n, i) => [i, n]))).values()]"
    assert standing_pages("en").evaluate(call, names) == expected
