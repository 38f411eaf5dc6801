"""The screen of costs: a figure with its definition, a bridge, who bears what, a what-if; on a wall and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from slo.windows import day_of
from tests.dashboard.screens.conftest import T0_S, Sight, Stage
from tests.reports.costs.conftest import ZONE, days, fill

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def costly(make_stage: Callable[[], Stage]) -> Stage:
    """A bank with fifteen months of costs."""
    stage = make_stage()
    today = day_of(T0_S, ZONE)
    fill(stage.store, days(today - timedelta(days=450), today - timedelta(days=1)))
    stage.evaluate()
    return stage


@pytest.mark.parametrize(("size", "language"), [("wall", "zh"), ("phone", "en")])
def test_the_screen_says_what_an_account_costs(
    costly: Stage, open_page: Callable[..., Sight], size: str, language: str
) -> None:
    sight = open_page(f"{costly.url}/costs?lang={language}", "#cost-answer:not(:empty)", size=size)
    page = sight.page
    expect(page.locator("#cost-figures .load-figure").first).to_contain_text("2.5550")
    expect(page.locator("#cost-figures .load-figure").first).to_contain_text("4,000")
    expect(page.locator("#products table")).to_contain_text("微粒贷" if language == "zh" else "WeiLiDai")
    expect(page.locator("#cost-effects tbody tr").first).to_contain_text("0.000000")
    page.locator("#what-accounts").fill("100")
    expect(page.locator("#cost-answer")).to_contain_text("8,000")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert sight.complaints == []


def test_a_stretch_narrows_the_trend_and_the_bridge(costly: Stage, open_page: Callable[..., Sight]) -> None:
    """To its months, as far as the trend knows them; a chosen month of the bridge is the same stretch."""
    page = open_page(f"{costly.url}/costs?lang=en&last=3M", "#cost-answer:not(:empty)").page
    trend = page.locator("#cost-trend")
    expect(trend).to_have_attribute("aria-label", re.compile(r"^2026-09 [^,]+, 2026-10 [^,]+$"))
    expect(page.locator("#bridge-from")).to_have_value("2026-09")
    expect(page.locator(".range #cost-months")).to_contain_text("whole months: 2026-09 to 2026-10")
    page.locator("#bridge-from").select_option("2026-06")
    expect(trend).to_have_attribute("aria-label", re.compile("^2026-06 "))
    expect(page.locator("#range-from")).to_have_value("2026-06-01T00:00")
    expect(page.locator("#range-to")).to_have_value("2026-11-01T00:00")


def test_a_bank_without_costs_is_told_what_to_do(
    make_stage: Callable[[], Stage], open_page: Callable[..., Sight]
) -> None:
    stage = make_stage()
    stage.evaluate()
    page = open_page(f"{stage.url}/costs?lang=en", "#nothing").page
    expect(page.locator("#nothing")).to_contain_text("costs import")
    expect(page.locator("#cost-figures .load-figure").first).to_contain_text("–")
    page.locator("[data-picture=bridge]").click()
    expect(page.locator(".toast-bad")).to_contain_text("Nothing to copy")
