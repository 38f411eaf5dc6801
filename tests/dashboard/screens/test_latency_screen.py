"""The heat map of a product's page in a real browser: what it shows, by keys, as a table, and when there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from store.latency_records import LatencyBatch, LatencyGrowth, LatencySeries
from store.records import Batch, Read, Source
from tests.dashboard.axe import found_by_axe
from tests.dashboard.screens.conftest import SIZES, T0_S, Sight, Stage
from tests.dashboard.screens.test_layout import CUT

Open = Callable[..., Sight]
APPLY = LatencySeries("weilidai", "apply", "", ("0.05", "0.1", "0.15", "0.2", "0.3", "0.5", "1", "3", "+Inf"))
LOAD = APPLY._replace(traffic="load_test")
HOLE = 9
"""So many minutes ago nobody looked."""
COLUMNS = 58
"""Minutes of the last hour that are over and settled."""


@pytest.fixture(scope="module")
def measured(make_stage: Callable[[], Stage]) -> Stage:
    """Half an hour of one step, with a hole, and a load test."""
    made = make_stage()
    made.store.register(Source("dc1", "exposition", "dc1", 1000), T0_S * 1000)
    fine, slow = (10, 400, 3000, 2000, 300, 40, 9, 1, 0), (0, 0, 10, 90, 900, 3000, 1500, 200, 31)
    minutes = [n for n in range(2, 30) if n != HOLE]
    rows = [LatencyGrowth(T0_S - n * 60, APPLY, slow if 4 < n < 8 else fine) for n in minutes]
    rows.append(LatencyGrowth(T0_S - 1200, LOAD, fine))
    read = Read(T0_S * 1000, collected=True)
    made.store.commit(Batch("dc1", 0, (read,), read.at_ms, latency=LatencyBatch(tuple(rows), b"")))
    made.step()
    return made


@pytest.mark.parametrize(("language", "size"), [("zh", "wall"), ("en", "phone")])
def test_the_map_fits_and_complains_of_nothing(measured: Stage, open_page: Open, language: str, size: str) -> None:
    """Colors come without a style that the policy of the page would refuse."""
    sight = open_page(f"{measured.url}/product/weilidai?last=1h&lang={language}", "table.heat-map", size=size)
    page = sight.page
    expect(page.locator("table.heat-map")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert page.evaluate(CUT) == []
    newest = "one => one.scrollLeft + one.clientWidth >= one.scrollWidth - 1"
    assert page.eval_on_selector(".heat-scroll", newest)
    depths = page.eval_on_selector_all("td.heat-some", "all => all.map(one => getComputedStyle(one).backgroundColor)")
    assert len(set(depths)) > 5
    assert found_by_axe(page) == []
    assert sight.complaints == []
    assert [each for each in sight.requests if not each.startswith((measured.url, "data:"))] == []


def test_cells_say_their_counts_and_arrows_go_from_one_to_the_next(measured: Stage, open_page: Open) -> None:
    """What nobody saw is hatched and called MISSING, in each of its buckets."""
    page = open_page(f"{measured.url}/product/weilidai?last=1h&lang=en", "table.heat-map").page
    steps = page.locator("#latency article")
    expect(steps.nth(0)).to_contain_text("p50: 100 ms – 150 ms")
    expect(steps.nth(1)).to_contain_text("apply · load_test")
    newest = steps.nth(0).locator("tr").nth(6).locator("td").last
    assert (newest.get_attribute("aria-label") or "").endswith("of requests (3,000 of 5,760)")
    assert steps.nth(0).locator("td.heat-missing").count() == 9 * (COLUMNS - 27)
    place = "document.activeElement.dataset.place"
    steps.nth(0).locator("td[tabindex='0']").focus()
    began = page.evaluate(place)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(place).split("|")[2] == "3"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(place) == began


def test_the_table_holds_whole_counts(measured: Stage, open_page: Open) -> None:
    """Nobody looked: an empty field."""
    page = open_page(f"{measured.url}/product/weilidai?last=1h&lang=en", "table.heat-map").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy=latency]").click()
    expect(page.locator(".toast")).to_contain_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0] == "step,traffic,from,over_seconds,up_to_seconds,requests"
    counts = [each.split(",")[5] for each in copied[1:] if each.startswith("apply,,")]
    assert sum(int(each) for each in counts if each) == 24 * 5760 + 3 * 5731
    assert counts.count("") == 9 * (COLUMNS - 27)


def test_a_product_without_a_histogram_says_what_to_configure(measured: Stage, open_page: Open) -> None:
    """In the place of the map."""
    page = open_page(f"{measured.url}/product/weyedai?last=1h&lang=en", "#latency .nothing").page
    expect(page.locator("#latency")).to_contain_text("metrics: latency:")
