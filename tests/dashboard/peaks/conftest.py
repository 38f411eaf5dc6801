"""The control center with a year of told days behind it: over HTTP, and in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import flask
import pytest
from playwright.sync_api import Browser, Page

from alerts.catalog_slos import slos_of_catalog
from alerts.desk.records import DeskPolicy
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.factory import create_dashboard
from reports.load_runs.keeping import keep
from reports.load_runs.policy import SHIPPED
from settings import load_calendar, load_catalog, load_policy, load_regulatory
from store.memory import MemoryStore
from store.port import Store
from tests.dashboard.browser.conftest import Host
from tests.reports.load_runs.conftest import result
from tests.reports.peaks.conftest import TODAY, tell

CONFIG = Path(__file__).resolve().parents[3] / "config"
FRIDAY = 4
NOON_MS = 1_795_320_000_000  # 2026-11-22 12:00 in Shanghai


@pytest.fixture
def store() -> Store:
    """An empty store."""
    return MemoryStore("Asia/Shanghai")


def dashboard_on(store: Store) -> flask.Flask:
    """The dashboard with its API at noon of TODAY."""
    catalog = load_catalog(CONFIG / "catalog.yaml")
    setting = ApiSetting(
        store,
        catalog,
        slos_of_catalog(catalog, load_policy(CONFIG / "alerts.yaml")),
        DeskPolicy(),
        load_regulatory(CONFIG / "regulatory.yaml"),
        now_ms=lambda: NOON_MS,
        kinds=load_calendar(CONFIG / "calendar.yaml"),
    )
    made: flask.Flask = create_dashboard(
        catalog=catalog, demo=True, register=lambda server: register_api(server, setting)
    ).server
    return made


def tell_a_year(store: Store) -> None:
    """400 days up to noon of today, growing by a third in a year, Double 11 the record; 4,500 a second proven."""

    def begun(day: date, number: int) -> int:
        festival = 2 if (day.month, day.day) == (11, 11) else 1
        weekday = 9 if day.weekday() > FRIDAY else 10
        return 4_000 * (1000 + number) * weekday * festival

    tell(store, 400, begun)
    tell(store, 1, lambda day, number: 30_000_000, until=TODAY + timedelta(days=1), hours=12)
    proof = json.dumps(result("r1", data_centers=6)).encode()
    with store.reading() as reader:
        change, _ = keep(proof, reader.journal(), NOON_MS, "test", SHIPPED)
    store.write(change)


@contextmanager
def viewing(browser: Browser, app: flask.Flask) -> Iterator[Callable[..., Page]]:
    """Opens addresses of a real server, in one browser context; whatever a page complains about fails in the end."""
    complaints: list[str] = []
    host = Host(app)
    host.start()
    context = browser.new_context()

    def go(path: str, width: int = 1920, height: int = 1080) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(host.url + path)
        page.wait_for_selector("#facts .load-figure")
        return page

    yield go
    context.close()
    host.stop()
    assert complaints == []


@pytest.fixture
def app(store: Store) -> flask.Flask:
    """The dashboard over a store of the test's own."""
    return dashboard_on(store)


@pytest.fixture
def look(browser: Browser, app: flask.Flask) -> Iterator[Callable[..., Page]]:
    """Looks at it."""
    with viewing(browser, app) as go:
        yield go


@pytest.fixture(scope="module")
def told() -> flask.Flask:
    """The dashboard over a year, for tests that only read."""
    store = MemoryStore("Asia/Shanghai")
    tell_a_year(store)
    return dashboard_on(store)


@pytest.fixture(scope="module")
def look_back(browser: Browser, told: flask.Flask) -> Iterator[Callable[..., Page]]:
    """Looks at that."""
    with viewing(browser, told) as go:
        yield go
