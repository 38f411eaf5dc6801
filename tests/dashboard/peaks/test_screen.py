"""The screen of peaks in a real browser: two languages, wide and phone, with and without history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Look = Callable[..., Page]
SIZES = {"phone": (390, 844), "wall": (1920, 1080), "laptop": (1366, 768)}


def test_without_history_the_screen_says_how_much_is_needed(look: Look) -> None:
    page = look("/peaks?lang=en")
    expect(page.locator("#coming")).to_contain_text("21 known days")
    expect(page.locator("#forecast-note")).to_contain_text("the peak 71 days on end")
    expect(page.locator("#days")).to_contain_text("no day of this period has transactions")
    expect(page.locator("#room")).to_contain_text("no run has proven any")
    expect(page.locator(".peaks-bar.is-unknown")).to_have_count(4)
    expect(page.locator(".badge-demo")).to_be_visible()


def test_records_days_forecast_and_headroom_are_shown(look_back: Look) -> None:
    page = look_back("/peaks?lang=zh")
    expect(page.locator("#facts")).to_contain_text("2026-11-11")
    expect(page.locator("#facts")).to_contain_text("双十一")
    expect(page.locator("#days tbody tr")).to_have_count(60)
    expect(page.locator("#days tbody tr").first).to_contain_text("暂定")
    page.locator("#range-last").select_option("7d")
    expect(page.locator("#days tbody tr")).to_have_count(8)
    expect(page.locator("#facts")).to_contain_text("2026-11-11")
    expect(page.locator("#coming tbody tr")).to_have_count(28)
    expect(page.locator("#picture-today .main-svg").first).to_be_visible()
    expect(page.locator("#room")).to_contain_text("4,500")
    expect(page.locator(".peaks-bar.is-over")).to_contain_text(["▲"])
    expect(page.locator("#forecast-note")).to_contain_text("WAPE")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_off_sideways(look_back: Look, language: str) -> None:
    """Drawn for a phone; then the charts follow the window."""
    page = look_back(f"/peaks?lang={language}", *SIZES["phone"])
    page.wait_for_selector("#picture-ahead .main-svg")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)


def test_one_product_is_chosen_and_stays_in_the_address(look_back: Look) -> None:
    page = look_back("/peaks?lang=en")
    page.select_option("#product", "weilidai")
    expect(page.locator("#days tbody tr")).to_have_count(60)
    assert "product=weilidai" in page.url
