"""Data centers, data quality and settings in a real browser: both languages, three sizes, with and without data."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import flask
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from commands.described import configured
from commands.options import DEFAULT_CONFIG, configuration
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.factory import create_dashboard
from dashboard.publisher import Publisher
from dashboard.routes import register_routes
from dashboard.snapshot import Setting
from settings import load_regulatory
from slo.states import StatePolicy
from store.opening import open_store
from store.port import Store
from store.records import Gap, Incarnation, Read, Source
from tests.dashboard.api.conftest import CONFIG
from tests.dashboard.api.test_rooms import CENTERS, commit, minute
from tests.dashboard.browser.conftest import Host
from tests.dashboard.screens.conftest import SIZES, Sight

T0_S = int(time.time()) // 60 * 60
"""Browsers take the stretch of time that they show from their own clock."""
T0_MS = T0_S * 1000
SCREENS = {
    "/data-centers": "#matrix table",
    "/data-quality": ".rooms-source",
    "/settings": ".rooms-file",
}
EMPTY = {"/data-centers": "#balance .nothing", "/data-quality": "#no-sources", "/settings": "#processes .nothing"}
CUT = """() => [...document.querySelectorAll('#content *')].filter(element => {
  if (!element.checkVisibility() || element.closest('.for-readers, .load-table')) return false;
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const box = element.getBoundingClientRect();
  return own && (box.right > innerWidth + 1 || box.left < -1);
}).map(element => element.className + ': ' + element.textContent.slice(0, 60))"""


def busy(store: Store) -> None:
    """An hour in which dc3 was gone for five minutes; dc2 lost a gap; one source is not reached."""
    begin_s = T0_S - 3600
    for center in (*CENTERS, "dc4"):
        store.register(Source(center, "exposition", center, 60_000), begin_s * 1000)
    for center in CENTERS:
        life = Incarnation(center, begin_s * 1000, 0, 0, begin_s * 1000, begin_s * 1000)
        commit(store, center, Read(begin_s * 1000, True), watermark_ms=begin_s * 1000, incarnations=(life,))
    for number in range(60):
        gone = 54 <= number < 59
        had = {"dc1": 900, "dc2": 900} if gone else dict.fromkeys(CENTERS, 600)
        minute(store, begin_s + 60 * number, had, bad=number % 7)
    commit(store, "dc4", Read(T0_MS, False, "refused: 127.0.0.1:19104: Connection refused"))
    gap = Gap("dc2", T0_MS - 600_000, T0_MS - 540_000, False, "process restarted; refused: 127.0.0.1:19102: gone")
    commit(store, "dc2", gaps=(gap,))


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts a control center at T0 and returns its address."""
    hosts: list[tuple[Host, Store]] = []
    folder = tmp_path_factory.mktemp("rooms")
    chosen = configuration(Namespace(config=DEFAULT_CONFIG, data=folder))

    def start(fill: Callable[[Store], None] | None = None) -> str:
        store = open_store(Path(folder) / f"{len(hosts)}.sqlite", "Asia/Shanghai", upgrade=True)
        if fill is not None:
            fill(store)
        slos, table = slos_of_catalog(chosen.catalog, chosen.policy), load_regulatory(CONFIG / "regulatory.yaml")
        setting = ApiSetting(
            store,
            chosen.catalog,
            slos,
            DeskPolicy(),
            table,
            "0.1.0",
            now_ms=lambda: T0_MS,
            configured=configured(chosen),
        )
        publisher = Publisher(
            store, Setting(chosen.catalog, StatePolicy(), demo=False, build="0"), now_ms=lambda: T0_MS
        )
        publisher.publish_if_due()

        def register(server: flask.Flask) -> None:
            register_routes(server, publisher)
            register_api(server, setting)

        host = Host(create_dashboard(catalog=chosen.catalog, demo=False, register=register).server)
        host.start()
        hosts.append((host, store))
        return host.url

    yield start
    for host, store in hosts:
        host.stop()
        store.close()


@pytest.fixture(scope="module")
def url(serve: Callable[..., str]) -> str:
    """A control center in which something happened."""
    return serve(busy)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_fits_every_size_and_can_be_read_by_everybody(
    url: str, open_page: Callable[..., Sight], screen: str, language: str
) -> None:
    """Nothing cut off, nothing asked elsewhere, no complaint, no key left as a word, no serious finding of axe."""
    seen = open_page(f"{url}{screen}?lang={language}", SCREENS[screen])
    for size in SIZES:
        page = seen.size(size)
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert page.evaluate(CUT) == [], size
    found = Axe().run(seen.page, "#content").response["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
    assert seen.complaints == []
    assert [address for address in seen.requests if not address.startswith((url, "data:"))] == []
    text = seen.page.inner_text("main")
    assert not [word for word in text.split() if word.startswith(("centers.", "quality.", "guide."))]
    assert seen.page.locator(".menu a[aria-current]").count() == 1
    assert seen.page.locator("#guide-open").count() == 0


@pytest.mark.parametrize("screen", EMPTY)
def test_a_screen_without_data_says_what_to_configure(
    serve: Callable[..., str], open_page: Callable[..., Sight], screen: str
) -> None:
    seen = open_page(f"{serve()}{screen}?lang=en", EMPTY[screen])
    text = seen.page.inner_text("main")
    assert any(word in text for word in ("control-center.yaml", "python app.py collect"))
    assert seen.complaints == []


def test_a_failover_and_the_balance_are_told_in_words(url: str, open_page: Callable[..., Sight]) -> None:
    """The address says which stretch; a cell leads to its failing steps."""
    page = open_page(f"{url}/data-centers?lang=en&last=1h", "#fallen table").page
    row = page.locator("#fallen tbody tr").inner_text()
    assert "DC 3" in row
    assert "taken over by the others" in row
    assert "3,000" in row
    assert "Not known" in page.inner_text("#n-1-said")
    assert "product=weilidai" in (page.locator("#matrix a").first.get_attribute("href") or "")
    page.select_option("#range-last", "7d")
    page.wait_for_url("**last=7d**")


def test_a_source_that_is_not_reached_comes_first_and_says_why(url: str, open_page: Callable[..., Sight]) -> None:
    page = open_page(f"{url}/data-quality?lang=en", ".rooms-source").page
    first = page.locator(".rooms-source").first.inner_text()
    assert "dc4" in first
    assert "connection refused" in first
    assert "counts are lost" in page.inner_text("#gaps")
    page.fill("#search", "dc1")
    expect(page.locator(".rooms-source")).to_have_count(1, timeout=30_000)
    page.wait_for_url("**q=dc1**")


def test_settings_are_found_with_the_line_that_says_them(url: str, open_page: Callable[..., Sight]) -> None:
    page = open_page(f"{url}/settings?lang=en&q=retention.minutes", ".rooms-file td").page
    assert "control-center.yaml:" in page.inner_text("#files")
    assert page.locator("#files tbody tr").count() == 1
    page.select_option("#origin", "default")
    page.wait_for_selector("#files .nothing")
