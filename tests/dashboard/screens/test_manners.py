"""What all pages have in common: theme, keys, search, zone, paper, copies of charts, and lists of any length."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
from playwright.sync_api import Page, expect

from reports.load_runs.keeping import KIND, find, keep
from reports.load_runs.policy import SHIPPED
from store.journal import Change, Document
from tests.dashboard.screens.conftest import T0_S, Sight, Stage
from tests.reports.load_runs.conftest import result

pytestmark = pytest.mark.browser
Open = Callable[..., Sight]
PATIENCE_MS = 60_000
RUNS = 10_000
SLOWEST_FRAME_MS = 1_000
"""On a machine that many share; 150 ms were measured with both cores taken. A page that hangs does so each time."""
CHANCES = 5
FRAMES = """() => new Promise(resolve => { let last = performance.now(), most = 0, left = 60;
  const step = now => { most = Math.max(most, now - last); last = now; scrollBy(0, left % 2 ? 900 : -850);
  left-- ? requestAnimationFrame(step) : resolve(most) }; requestAnimationFrame(step) })"""
GROUND = "getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()"
DRAWN = "#picture .main-svg"
GRID_COLOR = "document.getElementById('picture').layout.yaxis.gridcolor"


@pytest.fixture(scope="module")
def page(stage: Stage, open_page: Open) -> Page:
    """One page for the tests that go from page to page, as viewers do."""
    sight = open_page(f"{stage.url}/slo/weilidai-availability?lang=en", DRAWN)
    sight.page.set_default_timeout(PATIENCE_MS)
    return sight.page


def test_the_theme_follows_the_system_until_somebody_chooses(stage: Stage, page: Page) -> None:
    """Charts are painted anew; the choice goes along to other pages and can be sent as a link."""
    page.goto(f"{stage.url}/slo/weilidai-availability?lang=en")
    page.wait_for_selector(DRAWN)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    dark = page.evaluate(GROUND), page.evaluate(GRID_COLOR)
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'light'")
    light = page.evaluate(GROUND), page.evaluate(GRID_COLOR)
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    page.locator("#theme").click()
    page.locator("#theme").click()
    expect(page.locator("#theme")).to_contain_text("Dark")
    assert "theme=dark" in page.url
    assert (page.evaluate(GROUND), page.evaluate(GRID_COLOR)) == dark
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_selector(".incident")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto(f"{stage.url}/incidents?lang=en&theme=light")
    page.wait_for_selector(".incident")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.evaluate("localStorage.removeItem('control-center.theme')")


def test_keys_go_to_every_page_and_search_finds_what_is_named(stage: Stage, page: Page) -> None:
    """`?` tells the keys, `/` searches, Enter opens; Escape closes; Tab begins with the way past the menu."""
    page.goto(f"{stage.url}/incidents?lang=en")
    page.wait_for_selector(".incident")
    page.keyboard.press("?")
    told = page.locator("dialog").inner_text()
    assert all(f"g {key}" in told.replace("\n", " ") for key in "wvaiolpcr")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("weilidai")
    expect(page.locator(".found").first).to_contain_text("WeiLiDai micro-loans")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".found").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/product/weilidai?lang=en")
    page.wait_for_selector("#headline h2")
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_a_link_shows_what_i_see(stage: Stage, page: Page, open_page: Open) -> None:
    """Filter, state, range and zone of a list stand in the address; times of another zone are marked."""
    page.goto(f"{stage.url}/incidents?lang=en")
    page.wait_for_selector(".incident")
    both = page.locator(".incident").count()
    page.locator("#filter").fill("weyedai")
    expect(page.locator(".incident")).to_have_count(1)
    assert both > 1
    page.locator("#range-last").select_option("7d")
    page.wait_for_url("**last=7d**")
    again = open_page(page.url + "&zone=viewer", ".incident").page
    assert again.locator("#filter").input_value() == "weyedai"
    assert again.locator("#range-last").input_value() == "7d"
    expect(again.locator(".incident")).to_have_count(1)
    zone = again.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(again.locator("#clock-zone")).to_contain_text(zone)
    expect(again.locator(".incident-when").first).to_contain_text("GMT")
    assert "GMT" not in page.locator(".incident-when").first.inner_text()


def test_every_chart_can_be_copied_as_figures_and_as_a_picture(stage: Stage, page: Page) -> None:
    """What is copied are the counts; the picture is a PNG, as a file where the browser has no clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{stage.url}/slo/weilidai-availability?lang=en")
    page.wait_for_selector(DRAWN)
    page.locator("[data-copy=budget]").click()
    expect(page.locator(".toast")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0] == "series,at,value"
    assert len(copied) > 10
    page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('not allowed')) }")
    with page.expect_download() as waiting:
        page.locator("[data-picture=budget]").click()
    with open(waiting.value.path(), "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


def test_paper_has_figures_and_addresses_but_no_menu(stage: Stage, page: Page) -> None:
    """A real PDF; dark pages print dark on white, links say where they lead."""
    page.goto(f"{stage.url}/incidents?lang=en&theme=dark")
    page.wait_for_selector(".incident")
    assert page.pdf()[:5] == b"%PDF-"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for part in (".menu", ".switches", ".filters", ".range", ".skip"):
        expect(page.locator(part).first).to_be_hidden()
    after = page.evaluate("getComputedStyle(document.querySelector('.incident-title'), '::after').content")
    assert "/incidents/" in after
    page.emulate_media(media="screen")


def test_a_list_of_ten_thousand_stays_smooth(make_stage: Callable[[], Stage], open_page: Open) -> None:
    """Rows are made as they come into sight; all can be reached."""
    stage = make_stage()
    with stage.store.reading() as reader:
        change, run = keep(json.dumps(result()).encode(), reader.journal(), T0_S * 1000, "test", SHIPPED)
        stage.store.write(change)
    runs = (replace(run, id=f"run-{n:05}", started_ms=T0_S * 1000 - n * 60_000) for n in range(RUNS))
    several = [Document(KIND, each.id, 0, each.started_ms, False, json.dumps(asdict(each))) for each in runs]
    for begin in range(0, RUNS, 1000):
        stage.store.write(Change(documents=tuple(several[begin : begin + 1000])))
    stage.evaluate()
    with stage.store.reading() as reader:
        assert find(reader.journal(), f"run-{RUNS - 1:05}") is not None
    page = open_page(f"{stage.url}/load-runs?lang=en", ".load-run").page
    assert page.locator(".load-run").count() <= 200
    for _ in range(4):
        before = page.locator(".load-run").count()
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_function("before => document.querySelectorAll('.load-run').length > before", arg=before)
    assert page.locator(".load-run").count() >= 400
    assert any(page.evaluate(FRAMES) < SLOWEST_FRAME_MS for _ in range(CHANCES))
