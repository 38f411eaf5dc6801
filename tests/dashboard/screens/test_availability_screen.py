"""Availability and product pages in a real browser: both languages, wall and phone, keys, links."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.dashboard.screens.conftest import SIZES, Sight, Stage
from tests.dashboard.screens.test_layout import CUT

Open = Callable[..., Sight]
PAGES = {
    "months": ("/availability", "#compare .compare"),
    "days": ("/availability?last=30d&product=weilidai", "#compare .compare"),
    "product": ("/product/weilidai", "#steps .quiet"),
}


def address(stage: Stage, path: str, language: str) -> str:
    """Of a page in a language."""
    return f"{stage.url}{path}{'&' if '?' in path else '?'}lang={language}"


def query(sight: Sight) -> dict[str, list[str]]:
    """What the address says now."""
    return parse_qs(urlsplit(sight.page.url).query)


@pytest.mark.parametrize(("language", "sizes"), [("zh", ("wall", "4k")), ("en", ("phone", "wall"))])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_complains_of_nothing(
    stage: Stage, open_page: Open, name: str, language: str, sizes: tuple[str, ...]
) -> None:
    """No console error, no sideways scrolling, nothing cut off, no request elsewhere, one place in the menu."""
    path, wait_for = PAGES[name]
    sight = open_page(address(stage, path, language), wait_for, size=sizes[0])
    for size in sizes:
        page = sight.size(size)
        page.wait_for_timeout(150)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert page.evaluate(CUT) == [], size
    assert sight.complaints == []
    assert [each for each in sight.requests if not each.startswith((stage.url, "data:"))] == []
    assert sight.page.locator(".menu a[aria-current]").count() == 1
    expect(sight.page.locator(".badge-demo")).to_be_visible()


def test_a_cell_says_figure_verdict_and_counts_and_unknown_is_a_word(stage: Stage, open_page: Open) -> None:
    """For readers and on hover; nothing unknown reads 0 or 100."""
    page = open_page(address(stage, "/availability", "en"), "#compare .compare").page
    said = page.locator('tr[data-line="weilidai"] td[data-at="11"]')
    expect(said).to_have_attribute("aria-label", re.compile(r"99\.999.*failed of"))
    first = page.locator('tr[data-line="weilidai"] td[data-at="0"]')
    expect(first).to_have_text("?")
    expect(first).to_have_attribute("aria-label", re.compile("MISSING"))
    assert first.evaluate("each => getComputedStyle(each).backgroundImage").startswith("repeating-linear-gradient")
    expect(page.locator("#timeline .run").first).to_contain_text("MISSING")


@pytest.mark.parametrize(
    ("path", "ahead"),
    [
        ("/availability", True),
        ("/availability?product=weilidai&data_center=dc3", True),
        ("/availability?last=2d", False),
    ],
)
def test_the_matrix_is_asked_for_once(stage: Stage, open_page: Open, path: str, ahead: bool) -> None:
    """Of the usual months before any script or style is; document and script must mean the same address."""
    sight = open_page(address(stage, path, "en"), "#compare .compare")
    ours = [url.removeprefix(stage.url) for url in sight.requests]
    grids = [place for place, url in enumerate(ours) if url.startswith("/api/v1/availability/grid?")]
    bundles = [place for place, url in enumerate(ours) if url.startswith("/_bundle/")]
    assert (len(grids), len(bundles)) == (1, 2)
    assert (grids[0] < min(bundles)) is ahead
    assert sight.complaints == []


def test_keys_go_down_and_the_address_shows_what_i_see(stage: Stage, open_page: Open) -> None:
    """Enter on a month opens its days of that product; the link opens the same; back goes back."""
    sight = open_page(address(stage, "/availability", "en"), "#compare .compare")
    page = sight.page
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#readout")).to_contain_text("WeiLiDai")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.grid-day")
    assert query(sight)["product"] == ["weilidai"]
    again = open_page(page.url, "table.grid-day")
    again.page.wait_for_selector("#compare .compare")
    assert again.page.locator("table.grid-day").inner_text() == page.locator("table.grid-day").inner_text()
    page.go_back()
    page.wait_for_selector("table.grid-month")
    page.keyboard.press("f")
    page.keyboard.type("weyedai")
    expect(page.locator(".grid tbody tr")).to_have_count(2)
    assert query(sight)["q"] == ["weyedai"]


def test_csv_and_picture_come_from_the_figures(stage: Stage, open_page: Open) -> None:
    """What is copied are whole counts; the picture is a PNG."""
    sight = open_page(address(stage, "/availability", "en"), "#compare .compare")
    page = sight.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy=grid]").click()
    expect(page.locator(".toast")).to_contain_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0].startswith("from,to,product,good,bad,total,availability")
    assert any((",weilidai," in each and ",missed," in each) or ",met," in each for each in copied)
    page.locator("[data-picture=grid]").click()
    expect(page.locator(".toast")).to_contain_text("Picture copied")
    kinds = page.evaluate("navigator.clipboard.read().then(items => items.flatMap(item => item.types))")
    assert "image/png" in kinds
    page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('not allowed')) }")
    with page.expect_download() as waiting:
        page.locator("[data-picture=grid]").click()
    with open(waiting.value.path(), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


def test_an_own_range_in_the_viewers_zone(stage: Stage, open_page: Open) -> None:
    """From and to are read in the chosen zone and stand in the address in UTC; nonsense gets a line."""
    sight = open_page(address(stage, "/availability", "en"), "#compare .compare")
    page = sight.page
    page.locator("#range-from").fill("2026-11-16T00:00")
    page.locator("#range-to").fill("2026-11-18T00:00")
    page.locator("#range-go").click()
    page.wait_for_selector("table.grid-hour")
    assert query(sight)["from"] == ["2026-11-15T16:00:00.000Z"]
    page.locator("#range-to").fill("2026-11-10T00:00")
    page.locator("#range-go").click()
    expect(page.locator(".toast-bad")).to_contain_text("before")


def test_a_product_that_nobody_knows_has_a_page_that_helps(stage: Stage, open_page: Open) -> None:
    """With the way to those that there are."""
    page = open_page(address(stage, "/product/nobody", "en"), "#nothing").page
    expect(page.locator("#nothing")).to_contain_text("no product nobody")
    assert page.locator("#nothing a").get_attribute("href").startswith("/availability")  # type: ignore[union-attr]


def test_a_product_shows_budget_alerts_and_incidents_with_their_links(stage: Stage, open_page: Open) -> None:
    """One click from the number to its evidence; a histogram that nobody read is said not to be there."""
    page = open_page(address(stage, "/product/weilidai", "en"), "#incidents a").page
    page.wait_for_selector("#alerts a")
    assert (page.locator("#budget a").first.get_attribute("href") or "").startswith("/slo/weilidai")
    assert (page.locator("#incidents a").first.get_attribute("href") or "").startswith("/incidents/")
    expect(page.locator(".center-row")).to_have_count(6)
    expect(page.locator("#latency")).to_contain_text("No histogram of response times")
    page.locator("[data-picture=steps]").click()
    expect(page.locator(".toast-bad")).to_contain_text("Nothing to copy")
