"""The reports page in a real browser: made, shown, saved, frozen, signed; two languages, a wall and a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import flask
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.factory import create_dashboard
from dashboard.reporting.bank import Bank
from dashboard.reporting.setting import Reporting
from reports.delivery.model import Delivery, FolderTo, Plan
from reports.delivery.parcel import Parcel, Status
from reports.delivery.period import Unit
from reports.delivery.schedule import Every, Schedule
from reports.workdays import ChineseWorkdays
from settings import load_catalog, load_policy, load_regulatory
from slo.counts import Counts
from store.journal import Change
from store.memory import MemoryStore
from store.port import Store
from store.records import HistoryChunk, Level, Scope, Span
from store.records import Unit as Place
from tests.dashboard.browser.conftest import Host
from tests.dashboard.screens.test_layout import COVERED, CUT

pytestmark = pytest.mark.browser
CONFIG = Path(__file__).resolve().parents[3] / "config"
NOW_MS = 1_795_231_219_250  # 2026-11-21T03:20:19.250Z
OCTOBER_S, DAY_S = 1_790_784_000, 86_400
Look = Callable[..., Page]


def plan() -> Plan:
    """One delivery into a folder."""
    schedule = Schedule(Every.MONTH, Unit.MONTH, minute=480, business_day=3)
    return Plan((Delivery("board", "availability", "zh", ("pdf",), schedule, (FolderTo(Path("/nowhere")),)),))


@pytest.fixture
def store() -> Store:
    """October, every day with three failures; one report that could not be sent."""
    made = MemoryStore("Asia/Shanghai")
    places = [Place(Scope.BANK), Place(Scope.PRODUCT, "weilidai"), Place(Scope.CELL, "weilidai", "dc3")]
    cells = {
        (Level.DAY, OCTOBER_S + day * DAY_S, place): Counts(good=10_000_000, bad=3)
        for day in range(31)
        for place in places
    }
    made.add_history(HistoryChunk(Span(OCTOBER_S, OCTOBER_S + 31 * DAY_S), cells))
    parcel = Parcel(
        "board",
        "2026-09",
        "folder",
        NOW_MS,
        NOW_MS,
        Status.FAILED,
        3,
        last_error="folder /nowhere: gone",
        settled_ms=NOW_MS,
    )
    made.write(Change(documents=(parcel.document(),)))
    return made


@pytest.fixture
def deliveries() -> Plan:
    """As configured."""
    return plan()


@pytest.fixture
def host(store: Store, deliveries: Plan) -> Iterator[Host]:
    """A real server."""
    catalog = load_catalog(CONFIG / "catalog.yaml")
    slos = slos_of_catalog(catalog, load_policy(CONFIG / "alerts.yaml"))
    reporting = Reporting(Bank(catalog, "0.1.0", demo=True), deliveries, ChineseWorkdays)
    setting = ApiSetting(store, catalog, slos, DeskPolicy(), load_regulatory(CONFIG / "regulatory.yaml"), "0.1.0")
    setting = replace(setting, reporting=reporting, now_ms=lambda: NOW_MS)

    def register(server: flask.Flask) -> None:
        register_api(server, setting)

    served = Host(create_dashboard(catalog=catalog, demo=True, register=register).server)
    served.start()
    yield served
    served.stop()
    reporting.jobs.close()


@pytest.fixture
def look(browser: Browser, host: Host) -> Iterator[Look]:
    """Opens the page; whatever it complains about fails the test in the end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def go(language: str, size: tuple[int, int], query: str = "") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.extend([said.text] if said.type in {"error", "warning"} else []))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{host.url}/reports?lang={language}{query}")
        page.wait_for_selector("#show", timeout=30_000)
        page.wait_for_selector("#nothing:not([hidden]), .report-issue", timeout=30_000)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("language", "size", "title", "verdict"),
    [("zh", (1920, 1080), "可用率报告", "达标"), ("en", (390, 844), "Availability report", "met")],
)
def test_a_month_is_shown_saved_frozen_and_signed(
    look: Look, language: str, size: tuple[int, int], title: str, verdict: str
) -> None:
    """The last month that is over is chosen; the preview runs nothing; nothing is cut off."""
    page = look(language, size, "&by=Li+Wei")
    expect(page.locator("#period")).to_have_value("2026-10")
    expect(page.locator(".badge-demo")).to_be_visible()
    page.click("#show")
    expect(page.locator("iframe.report-page")).to_have_attribute("sandbox", "", timeout=30_000)
    expect(page.frame_locator("iframe").locator("h1")).to_have_text(title)
    expect(page.frame_locator("iframe").locator(".verdict")).to_contain_text(verdict)
    with page.expect_download(timeout=30_000) as saved:
        page.click(".report-ask [data-format=xlsx]")
    assert saved.value.suggested_filename == f"{title} 2026-10.xlsx"
    assert saved.value.path().read_bytes().startswith(b"PK")
    for button in ("#freeze", ".report-issue .act.ack"):
        page.click(button)
        page.click("dialog .primary")
        expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".report-issue.is-prepared .report-verdict")).to_contain_text(verdict)
    expect(page.locator(".report-signature").first).to_contain_text("Li Wei")
    expect(page.locator(".report-coming")).to_contain_text("2026-12-03 08:00")
    expect(page.locator(".report-parcel")).to_contain_text("folder /nowhere: gone")
    page.locator(".toast").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(CUT) == []
    assert page.evaluate(COVERED) == []


@pytest.mark.parametrize("deliveries", [Plan()])
def test_an_empty_page_says_what_to_do(look: Look) -> None:
    """How to freeze, how to send; a refused file says why."""
    page = look("en", (1366, 768), "&period=2026-12")
    expect(page.locator("#nothing")).to_contain_text("Choose a period and freeze it")
    expect(page.locator("#deliveries")).to_contain_text("deliveries:")
    page.keyboard.press("v")
    expect(page.locator(".toast-bad")).to_contain_text("begins 2026-12-01")
    expect(page.locator("#preview")).to_contain_text("No preview")


def test_what_is_chosen_stands_in_the_address(look: Look) -> None:
    page = look("en", (1366, 768))
    page.select_option("#span", "quarter")
    expect(page.locator("#period")).to_have_value("2026-Q3")
    page.click("#products summary")
    page.check("#products input[value=weilidai]")
    page.select_option("#paper", "zh")
    assert all(part in page.url for part in ("period=2026-Q3", "products=weilidai", "paper=zh"))
    page.select_option("#span", "range")
    page.fill("#range-from", "2026-10-05T00:00")
    page.fill("#range-to", "2026-10-12T00:00")
    page.click("#range-go")
    assert "period=2026-10-05_2026-10-12" in page.url
    page.reload()
    expect(page.locator("#range-to")).to_have_value("2026-10-12T00:00")


def test_a_kind_offers_what_it_can_be_about(look: Look) -> None:
    """Costs: a month of the whole bank; peaks: one product at most, any period."""
    page = look("en", (1366, 768), "&kind=costs&period=2026-Q3&products=weilidai")
    expect(page.locator("#period")).to_have_value("2026-10")
    expect(page.locator("#span option")).to_have_text(["Month"])
    expect(page.locator("#products")).to_be_hidden()
    page.select_option("#kind", "peaks")
    page.select_option("#span", "quarter")
    page.click("#products summary")
    page.check("#products input[value=weilidai]")
    page.check("#products input[value=bank_app]")
    expect(page.locator("#products input:checked")).to_have_count(1)
    assert "kind=peaks" in page.url
    assert "products=bank_app" in page.url
    page.click("#show")
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("Peaks and capacity", timeout=30_000)
    page.select_option("#kind", "costs")
    assert "products" not in page.url
    page.click("#show")
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("IT cost report", timeout=30_000)
