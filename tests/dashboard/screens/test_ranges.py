"""One picker of a stretch of time on every page that has a past; what it says stands in the address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboard.screens.conftest import Sight, Stage

pytestmark = pytest.mark.browser
Open = Callable[..., Sight]
PAGES = (
    "/alerts?lang=en#history",
    "/availability?lang=en",
    "/costs?lang=en",
    "/data-centers?lang=en",
    "/data-quality?lang=en",
    "/incidents?lang=en",
    "/load-runs?lang=en",
    "/peaks?lang=en",
    "/product/weilidai?lang=en",
    "/slo/weilidai-availability?lang=en",
)
PATIENCE_MS = 60_000


def test_every_page_with_a_past_takes_the_same_stretches(stage: Stage, open_page: Open) -> None:
    """Relative and absolute ones; both outlive a reload."""
    sight = open_page(f"{stage.url}{PAGES[0]}", "#range-last")
    page = sight.page
    page.set_default_timeout(PATIENCE_MS)
    for path in PAGES:
        page.goto(stage.url + path)
        page.locator("#range-last").select_option("7d")
        page.wait_for_url("**last=7d**")
        page.locator("#range-from").fill("2026-11-16T00:00")
        page.locator("#range-to").fill("2026-11-17T00:00")
        page.locator("#range-go").click()
        page.wait_for_url("**from=2026-11-15T16**to=2026-11-16T16**")
        page.reload()
        expect(page.locator("#range-to")).to_have_value("2026-11-17T00:00", timeout=PATIENCE_MS)
    assert sight.complaints == []


def test_the_history_of_alerts_is_that_of_the_stretch(stage: Stage, open_page: Open) -> None:
    """What happened before it is left out."""
    page = open_page(f"{stage.url}/alerts?lang=en#history", "#history .history li").page
    page.locator("#range-from").fill("2026-11-16T00:00")
    page.locator("#range-to").fill("2026-11-17T00:00")
    page.locator("#range-go").click()
    expect(page.locator("#history .nothing")).to_be_visible(timeout=PATIENCE_MS)


def test_the_picture_of_a_budget_shows_the_stretch(stage: Stage, open_page: Open) -> None:
    """The whole period unless somebody chooses; worst hours are those of the stretch."""
    page = open_page(f"{stage.url}/slo/weilidai-availability?lang=en", "#picture .main-svg").page
    expect(page.locator("#range-last")).to_have_value("all")
    shown = "document.getElementById('picture').layout.xaxis.range.map((one) => one.slice(0, 10))"
    whole = page.evaluate(shown)
    page.locator("#range-from").fill("2026-11-16T00:00")
    page.locator("#range-to").fill("2026-11-17T00:00")
    page.locator("#range-go").click()
    page.wait_for_function(f"() => {shown}.join() === '2026-11-16,2026-11-17'", timeout=PATIENCE_MS)
    assert whole != ["2026-11-16", "2026-11-17"]
    hours = page.locator("table.figures tbody th").all_inner_texts()
    assert hours
    assert all(each.startswith("11-16") for each in hours)
